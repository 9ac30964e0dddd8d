import { readExample } from '../blocks/index.ts'
import type { BlockFolder, Example } from '../blocks/index.ts'
import { NightshiftError, errorMessage } from '../model/errors.ts'
import type { InputFile } from '../model/executor.ts'
import { openBench } from './block-bench.ts'
import { say } from './output.ts'
import { repeat } from './repeat.ts'

/** Runs of the example before an app is published. */
const RUNS = 3
const TIMEOUT_S = 60
const LEAST_MEMORY_MIB = 512

/**
 * Runs an app's example three times and holds it to the determinism it declares. An app without example, or one that
 * cannot be run on this machine, is let through with a word about it.
 * @throws NS_E_NOT_DETERMINISTIC, or NS_E_APP_FAILED when the example does not run to its end
 */
export async function selfTest (folder: BlockFolder, signal: AbortSignal): Promise<void> {
  const { manifest } = folder.block
  const name = `${manifest.name}@${manifest.version}`
  const example = await readExample(folder.dir)
  if (example === undefined) {
    say(`${name} has no example (example/data.bin), so that nobody has tried whether its results are ${manifest.determinism}; "nightshift app test DIR --input FILE --repeat 3" does`)
    return
  }
  const memoryMiB = Math.max(LEAST_MEMORY_MIB, Math.ceil((manifest.device_requirements.min_memory ?? 0) * 1024))
  const bench = await openBench(folder, { allowWasm: false, timeoutS: TIMEOUT_S, memoryMiB }).catch((error: unknown) => {
    say(`${name} was not tried on its example, which cannot be run here: ${errorMessage(error)}`)
    return undefined
  })
  if (bench === undefined) return
  try {
    const { failure, problems } = await repeat(bench, manifest, { params: example.params, input: exampleInput(example) }, RUNS, signal)
    if (failure !== undefined && failure.failureClass !== 'app') say(`${name} was not tried on its example, which cannot be run here: ${failure.message}`)
    else if (failure !== undefined) {
      throw new NightshiftError('NS_E_APP_FAILED', `the example of ${name} fails: ${failure.message}`, { remedy: `nightshift app test ${folder.dir} shows what it prints; --no-self-test pushes it all the same` })
    } else if (problems.length > 0) throw notDeterministic(name, manifest.determinism, problems, RUNS)
  } finally {
    await bench.close()
  }
}

export function exampleInput ({ path, size }: Example): readonly InputFile[] {
  return [{ path: 'data.bin', size, content: { hostPath: path } }]
}

export function notDeterministic (name: string, determinism: string, problems: readonly string[], runs: number): NightshiftError {
  const isBitwise = determinism === 'bitwise' || determinism === 'class'
  return new NightshiftError('NS_E_NOT_DETERMINISTIC', `${name} says that its determinism is "${determinism}", but ${runs} runs of one chunk do not agree: ${problems.join('; ')}`, {
    remedy: isBitwise
      ? 'remove the cause; or say in manifest.json how its results are to be judged: "fuzzy" with a comparator, "self-checked" with a checker, or "none" (docs/determinism.md). "app push --no-self-test" pushes it as it is'
      : 'correct the script that judges its results (docs/determinism.md); "app push --no-self-test" pushes it as it is'
  })
}
