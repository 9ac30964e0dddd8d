import type { BlockKind } from '../model/block.ts'

interface Skeleton {
  readonly description: string
  /** the one parameter, as JSON Schema properties */
  readonly parameter: Readonly<Record<string, unknown>>
  readonly script: string
  readonly readme: (name: string) => string
}

/** The example chunk of a new app. */
export const EXAMPLE = 'the night shift begins when the day shift ends\nthe machines stay where they are\n'

const APP: Skeleton = {
  description: 'Counts lines and words of a piece of text',
  parameter: {
    min_length: { type: 'integer', minimum: 1, default: 1, description: 'Ignore words with fewer letters' }
  },
  script: `"""Counts the lines and words of one chunk of text."""
import collections
import json
import os
import re

params = json.loads(os.environ["APP_PARAMS"])
min_length = params.get("min_length", 1)

with open(os.path.join(os.environ["TASK_DIR"], "data.bin"), encoding="utf-8", errors="replace") as chunk:
    text = chunk.read()

words = [word for word in re.findall(r"\\w+", text.lower()) if len(word) >= min_length]
result = {
    "lines": len(text.splitlines()),
    "words": len(words),
    "counts": dict(sorted(collections.Counter(words).items())),
}

with open(os.path.join(os.environ["TASK_RESULTS_DIR"], "words.json"), "w", encoding="utf-8") as output:
    json.dump(result, output, ensure_ascii=False)

print(f"chunk {os.environ.get('CHUNK_NUMBER', '0')}: {result['lines']} lines, {result['words']} words")
`,
  readme: (name) => `# ${name}

Counts lines and words of a text, one chunk per task.

- \`app/main.py\` reads \`$TASK_DIR/data.bin\` and writes files to \`$TASK_RESULTS_DIR\`.
- Parameters arrive as JSON in \`$APP_PARAMS\`; \`schema.json\` says what is allowed.
- Try one chunk here: \`nightshift app test ${name} --input some.txt\`, or without \`--input\` on \`example/data.bin\`
- Run a whole job: \`nightshift job run --app ${name} --partitioner lines --input some.txt --out results --local-cluster 2\`
- \`"determinism": "bitwise"\` in \`manifest.json\`: the same input gives the same bytes on every machine. So no clocks,
  no unseeded randomness (\`$CHUNK_SEED\` is a seed), nothing in the order of a set. \`nightshift app push ${name}\` runs the
  example three times to see. Where that cannot be had: \`class\` (same bytes on machines of one kind), \`fuzzy\` (with a
  \`comparator\` script), \`self-checked\` (with a \`checker\` script) or \`none\` (trusted workers only).
`
}

const PARTITIONER: Skeleton = {
  description: 'Cuts text files into chunks of a number of lines',
  parameter: {
    lines: { type: 'integer', minimum: 1, default: 100, description: 'Lines per chunk' }
  },
  script: `"""Cuts every input file into chunks of a number of lines."""
import itertools
import json
import os

params = json.loads(os.environ["PARTITIONER_PARAMS"])
lines = params.get("lines", 100)
source_dir, chunks_dir = os.environ["SOURCE_DIR"], os.environ["CHUNKS_DIR"]

chunk = 0
for folder, folders, names in os.walk(source_dir):
    folders.sort()
    for name in sorted(names):
        with open(os.path.join(folder, name), "rb") as source:
            while piece := list(itertools.islice(source, lines)):
                with open(os.path.join(chunks_dir, f"data_{chunk}.bin"), "wb") as output:
                    output.writelines(piece)
                chunk += 1

print(f"{chunk} chunks of at most {lines} lines")
`,
  readme: (name) => `# ${name}

A partitioner: cuts text files into chunks of \`lines\` lines.

- \`app/main.py\` reads \`$SOURCE_DIR\` and writes \`data_0.bin\`, \`data_1.bin\` … to \`$CHUNKS_DIR\`, without a gap.
- Parameters arrive as JSON in \`$PARTITIONER_PARAMS\`; \`schema.json\` says what is allowed.
- Use it: \`nightshift job run --app APP --partitioner ${name} --param partitioner.lines=50 --input some.txt --out results\`
- No chunk at all is an error: look at an empty input first.
`
}

const ASSEMBLER: Skeleton = {
  description: 'Adds up the numbers and counts of all JSON results',
  parameter: {
    top: { type: 'integer', minimum: 1, default: 20, description: 'How many of the most frequent entries to keep' }
  },
  script: `"""Adds up the JSON results of all chunks: numbers by name, and the entries of "counts"."""
import collections
import json
import os

params = json.loads(os.environ["ASSEMBLER_PARAMS"])
top = params.get("top", 20)
results_dir, output_dir = os.environ["TASK_RESULTS_DIR"], os.environ["OUTPUT_DIR"]

totals, counts, files = collections.Counter(), collections.Counter(), 0
for name in sorted(os.listdir(results_dir)):
    if not name.endswith(".json"):
        continue
    with open(os.path.join(results_dir, name), encoding="utf-8") as source:
        result = json.load(source)
    files += 1
    counts.update(result.get("counts", {}))
    totals.update({key: value for key, value in result.items() if isinstance(value, (int, float))})

ranking = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))[:top]
with open(os.path.join(output_dir, "total.json"), "w", encoding="utf-8") as output:
    json.dump({**totals, "top": dict(ranking)}, output, ensure_ascii=False, indent=2)

print(f"added up {files} results")
`,
  readme: (name) => `# ${name}

An assembler: adds up the JSON results of all chunks into \`total.json\`.

- \`app/main.py\` reads the results of all tasks from \`$TASK_RESULTS_DIR\` and writes to \`$OUTPUT_DIR\`.
- When two tasks wrote \`words.json\`, the files are there as \`words_0.json\`, \`words_1.json\` …; \`$RESULTS_INDEX\` is a JSON file that maps chunks to files and back.
- Parameters arrive as JSON in \`$ASSEMBLER_PARAMS\`; \`schema.json\` says what is allowed.
- Use it: \`nightshift job run --app APP --assembler ${name} --param assembler.top=5 --input some.txt --out results\`
`
}

export const SKELETONS: Readonly<Record<BlockKind, Skeleton>> = { app: APP, partitioner: PARTITIONER, assembler: ASSEMBLER }
