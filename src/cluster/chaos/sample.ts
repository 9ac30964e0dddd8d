import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const MANIFEST = {
  name: 'chaos-sample',
  version: '1.0',
  type: 'app',
  description: 'Follows a number through many rounds of SHA-256: work that anybody can check and nobody can guess.',
  entrypoint: 'main.py',
  platform: 'python-wasm'
}

const SCRIPT = `import hashlib
import json
import os

with open(os.path.join(os.environ["TASK_DIR"], "data.bin"), "rb") as chunk:
    digest = chunk.read()
for _ in range(json.loads(os.environ["APP_PARAMS"])["rounds"]):
    digest = hashlib.sha256(digest).digest()
with open(os.path.join(os.environ["TASK_RESULTS_DIR"], "digest.txt"), "w") as result:
    result.write(digest.hex() + "\\n")
`

const ROUNDS = 100_000

/** Writes the built-in sample job below `dir`; returns how to run it. */
export async function writeSample (dir: string, chunks: number): Promise<{ readonly app: string, readonly input: string, readonly partitioner: string, readonly assembler: string, readonly param: readonly string[] }> {
  const app = join(dir, 'chaos-sample')
  const input = join(dir, 'numbers.txt')
  await mkdir(join(app, 'app'), { recursive: true })
  await writeFile(join(app, 'manifest.json'), JSON.stringify(MANIFEST))
  await writeFile(join(app, 'app', 'main.py'), SCRIPT)
  await writeFile(input, Array.from({ length: chunks }, (_, i) => `${i + 1}\n`).join(''))
  return { app, input, partitioner: 'lines', assembler: 'concat', param: ['partitioner.count=1', `app.rounds=${ROUNDS}`, 'assembler.output=digests.txt'] }
}
