import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { check, compare, likelyCause } from '../blocks/index.ts'
import type { Opinion, RunExaminer } from '../blocks/index.ts'
import type { Manifest } from '../model/block.ts'
import { EXAMINER_EXIT, examinerOf } from '../model/examiner.ts'
import type { InputFile, TaskOutcome } from '../model/executor.ts'
import { comparePaths } from '../model/paths.ts'
import type { BenchResult, BenchRun, BlockBench } from './block-bench.ts'

/** Before the last run a clock that shows seconds moves on: else quick runs would all show the same. */
const CLOCK_MS = 1100
/** Of each file so much is looked at for a cause, bytes. */
const LOOKED_AT = 256 * 1024
/** Files named of those that differ. */
const MOST_NAMED = 10

/** What several runs of a block on the same input say about its determinism. */
export interface Repeated {
  /** the first run */
  readonly first: BenchResult
  /** a run that failed: there is nothing to compare then */
  readonly failure?: Extract<TaskOutcome, { ok: false }>
  /** where the runs do not keep what the manifest promises, as sentences; empty when they do */
  readonly problems: readonly string[]
}

interface KeptRun { readonly dir: string, readonly files: readonly { readonly path: string, readonly size: number, readonly sha256: string }[] }

/**
 * Runs a block `times` times on the same input and holds the results to the determinism of its manifest: the same
 * bytes for `bitwise` and `class`, alike for its comparator, right for its checker, anything for `none`.
 * @param given where the first run's files and logs go; the others leave nothing behind
 */
export async function repeat (bench: BlockBench, manifest: Manifest, given: BenchRun, times: number, signal: AbortSignal): Promise<Repeated> {
  const scratch = await mkdtemp(join(tmpdir(), 'nightshift-repeat-'))
  try {
    const runs: KeptRun[] = []
    let first: BenchResult | undefined
    for (let i = 0; i < times; i++) {
      if (i > 0 && i === times - 1) await delay(CLOCK_MS, undefined, { signal })
      const dir = i === 0 && given.out !== undefined ? given.out : join(scratch, String(i))
      const { params, input } = given
      const result = await bench.run(i === 0 ? { ...given, out: dir } : { params, input, out: dir }, signal)
      first ??= result
      if (!result.outcome.ok) return { first, failure: result.outcome, problems: [] }
      runs.push({ dir, files: await hashed(dir, result.files) })
    }
    if (first === undefined) throw new RangeError('a block is run at least once')
    return { first, problems: await problemsOf(bench, manifest, given, runs, signal) }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function problemsOf (bench: BlockBench, manifest: Manifest, given: BenchRun, runs: readonly KeptRun[], signal: AbortSignal): Promise<readonly string[]> {
  if (manifest.type === 'app' && manifest.determinism === 'none') return []
  const entrypoint = examinerOf(manifest)
  if (entrypoint === undefined) return await differencesOf(runs)
  const run: RunExaminer = async extraInputs => (await bench.run({ params: given.params, input: given.input, entrypoint, extraInputs, ...given.onLog === undefined ? {} : { onLog: given.onLog } }, signal)).outcome
  const problems: string[] = []
  const [first, ...others] = runs.map(kept => kept.files.map(({ path, size }): InputFile => ({ path, size, content: { hostPath: join(kept.dir, ...path.split('/')) } })))
  if (first === undefined) return []
  if (manifest.determinism === 'self-checked') {
    for (const [i, files] of [first, ...others].entries()) problems.push(...objection(await check(run, files), `${entrypoint} finds the result of run ${i + 1} wrong`, entrypoint))
  } else {
    problems.push(...objection(await compare(run, first, first), `${entrypoint} does not find a result like itself`, entrypoint))
    for (const [i, files] of others.entries()) problems.push(...objection(await compare(run, first, files), `${entrypoint} finds the results of runs 1 and ${i + 2} different`, entrypoint))
  }
  return problems
}

function objection ({ verdict, text = '' }: Opinion, no: string, entrypoint: string): readonly string[] {
  if (verdict === 'yes') return []
  if (verdict === 'no') return [no]
  return [`${entrypoint} gives no answer (${text}); it must exit with ${EXAMINER_EXIT.yes} for yes and ${EXAMINER_EXIT.no} for no`]
}

async function differencesOf (runs: readonly KeptRun[]): Promise<readonly string[]> {
  const [first, ...others] = runs
  const found = new Map<string, string>()
  for (const other of others) {
    for (const path of new Set([...first?.files ?? [], ...other.files].map(file => file.path))) {
      const [a, b] = [first, other].map(run => run?.files.find(file => file.path === path))
      if (first === undefined || found.has(path) || (a !== undefined && a.sha256 === b?.sha256)) continue
      found.set(path, a === undefined || b === undefined
        ? 'is there in some runs only: name result files after CHUNK_NUMBER, not after chance or time'
        : `differs, probably in ${likelyCause(await head(first.dir, path), await head(other.dir, path), Date.now() / 1000)}`)
    }
  }
  const problems = [...found].map(([path, what]) => `${path} ${what}`)
  return problems.length <= MOST_NAMED ? problems : [...problems.slice(0, MOST_NAMED), `and ${problems.length - MOST_NAMED} more files`]
}

async function hashed (dir: string, files: BenchResult['files']): Promise<KeptRun['files']> {
  const all = await Promise.all(files.map(async ({ path, size }) => {
    const hash = createHash('sha256')
    for await (const part of createReadStream(join(dir, ...path.split('/'))) as AsyncIterable<Uint8Array>) hash.update(part)
    return { path, size, sha256: hash.digest('hex') }
  }))
  return all.sort((a, b) => comparePaths(a.path, b.path))
}

async function head (dir: string, path: string): Promise<Uint8Array> {
  const file = await open(join(dir, ...path.split('/')))
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LOOKED_AT), 0, LOOKED_AT, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
