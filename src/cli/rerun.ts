import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { contractEnv, readBlock } from '../blocks/index.ts'
import type { Recipe } from '../coordinator/job-receipt.ts'
import { chunkSeed } from '../coordinator/leases.ts'
import { taskOf } from '../coordinator/task.ts'
import { builtinEngines } from '../engines/index.ts'
import type { Block, FileRef } from '../model/block.ts'
import { NightshiftError } from '../model/errors.ts'
import type { InputFile } from '../model/executor.ts'
import { chunkTaskId } from '../model/ids.ts'
import { resultHash } from '../model/result.ts'
import { bypassSource, fileSource } from '../sources/index.ts'
import type { ChunkLine, JobStatement } from '../verification/job-receipt.ts'
import type { Problems } from '../verification/problems.ts'
import { openSandbox } from './block-bench.ts'
import { openContainer } from './block-test-container.ts'
import { connect } from './connect.ts'
import { say } from './output.ts'

/** Where the app and the input of a job are, for running some of it again. */
export interface RerunSources {
  /** folder of the app; without it the coordinator that ran the job is asked */
  readonly app?: string
  /** the job's input, cut again as the job's built-in partitioner did */
  readonly input?: string
  /** folder of chunks, `data_<n>.bin`, where a block of one's own cut them */
  readonly chunks?: string
  readonly data?: string
}

/** Some chunks of a receipt, by a seed: the same for the same seed, whatever order they come in. */
export class ChunkSample {
  readonly seed: string
  readonly #most: number
  #chosen: { readonly line: ChunkLine, readonly order: string }[] = []

  constructor (most: number, seed: string) {
    this.#most = most
    this.seed = seed
  }

  offer (line: ChunkLine): void {
    this.#chosen.push({ line, order: createHash('sha256').update(`nightshift/rerun/1\0${this.seed}\0${line.chunk}`).digest('hex') })
    if (this.#chosen.length > 2 * this.#most + 64) this.#shrink()
  }

  get lines (): readonly ChunkLine[] {
    this.#shrink()
    return this.#chosen.map(({ line }) => line).sort((a, b) => a.chunk - b.chunk)
  }

  #shrink (): void {
    this.#chosen = this.#chosen.sort((a, b) => a.order < b.order ? -1 : 1).slice(0, this.#most)
  }
}

/**
 * Runs the chosen chunks again in this machine's sandbox, on what the receipt
 * says they ran, and adds a problem for each that gives something else. Returns
 * the chunks that were run.
 */
export async function rerunChunks (sample: ChunkSample, statement: JobStatement, recipeText: string, sources: RerunSources, problems: Problems): Promise<readonly number[]> {
  const { seed } = statement
  if (seed === undefined) throw new NightshiftError('NS_E_USAGE', `job ${statement.job} failed, and its receipt keeps its seed back because it may be retried: it cannot be run again from it`, { remedy: 'leave out --rerun' })
  const recipe = JSON.parse(recipeText) as Recipe
  const { determinism, name } = recipe.app.manifest
  if (determinism !== 'bitwise' && determinism !== 'class') throw new NightshiftError('NS_E_USAGE', `${name} is ${determinism}: run again it may give other bytes and be right all the same, so comparing them says nothing`, { remedy: 'leave out --rerun' })
  const { lines } = sample
  const dir = await mkdtemp(join(tmpdir(), 'nightshift-rerun-'))
  try {
    const bundle = await appFiles(recipe.app, sources)
    const inputs = await inputFiles(recipe, lines, sources, dir)
    const run = await openRunner(recipe, statement, bundle)
    try {
      for (const line of lines) {
        const input = inputs.get(line.chunk)
        if (input?.sha256 !== line.inputHash) problems.add(`chunk ${line.chunk}`, 'the input given here is not what it ran on')
        else {
          say(`running chunk ${line.chunk} again`)
          const result = await run(line, input, Buffer.from(chunkSeed(seed, line.chunk)).toString('hex'))
          if (result !== line.resultHash) problems.add(`chunk ${line.chunk}`, `run again it gave ${result.slice(0, 12)}, the receipt says ${line.resultHash?.slice(0, 12) ?? 'nothing'}`)
        }
      }
    } finally {
      await run.close()
    }
    return lines.map(({ chunk }) => chunk)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** The app's files, each checked against the recipe: from its folder, else by hash from the coordinator. */
async function appFiles (app: Block, { app: folder, data }: RerunSources): Promise<readonly InputFile[]> {
  if (folder !== undefined) {
    const { block, hostPath } = await readBlock(folder, 'app')
    const here = new Map(block.files.map(file => [file.path, file]))
    return app.files.map(file => {
      if (here.get(file.path)?.sha256 !== file.sha256) throw new NightshiftError('NS_E_USAGE', `${file.path} in ${folder} is not the one the job ran`, { remedy: 'name the folder of the app as it was when the job ran' })
      return { path: file.path, size: file.size, content: { hostPath: hostPath(file) } }
    })
  }
  const client = await connect(data)
  return await Promise.all(app.files.map(async file => {
    const parts: Uint8Array[] = []
    for await (const part of await client.download(file, 0)) parts.push(part)
    const content = Buffer.concat(parts)
    if (createHash('sha256').update(content).digest('hex') !== file.sha256) throw new NightshiftError('NS_E_BLOB_CORRUPT', `${file.path} came with other content than its hash says`)
    return { path: file.path, size: file.size, content }
  }))
}

interface Input { readonly hostPath: string, readonly size: number, readonly sha256: string }

/** The chosen chunks as files in `dir`, with their hashes: cut from the input again, or as they are in a folder. */
async function inputFiles (recipe: Recipe, lines: readonly ChunkLine[], { input, chunks }: RerunSources, dir: string): Promise<ReadonlyMap<number, Input>> {
  const wanted = new Set(lines.map(({ chunk }) => chunk))
  const found = new Map<number, Input>()
  if (chunks !== undefined) {
    for (const chunk of wanted) {
      const [file] = (await fileSource(join(chunks, `data_${chunk}.bin`))).files
      if (file !== undefined) found.set(chunk, await keep(file.open(), join(dir, String(chunk))))
    }
    return found
  }
  if (!('builtin' in recipe.partitioner)) throw new NightshiftError('NS_E_USAGE', 'the job was cut by a partitioner of its own', { remedy: 'give its chunks as files data_<n>.bin in a folder, with --chunks' })
  const engine = builtinEngines.partitioner(recipe.partitioner.builtin)
  if (engine === undefined) throw new NightshiftError('NS_E_BLOCK_UNKNOWN', `this version has no built-in partitioner ${recipe.partitioner.builtin}`)
  if (input === undefined && recipe.source.files > 0) throw new NightshiftError('NS_E_USAGE', 'what is to be run again needs its input', { remedy: 'name the job\'s input with --input' })
  const source = input === undefined ? undefined : await fileSource(input)
  try {
    let index = 0
    for await (const data of engine.partition(source?.files ?? bypassSource(), recipe.params.partitioner, { signal: new AbortController().signal })) {
      if (wanted.has(index)) found.set(index, await keep(data, join(dir, String(index))))
      else for await (const _ of data) continue
      if (++index > Math.max(...wanted)) break
    }
  } finally {
    await source?.close()
  }
  return found
}

async function keep (data: AsyncIterable<Uint8Array>, hostPath: string): Promise<Input> {
  const hash = createHash('sha256')
  await pipeline(data, async function * (parts: AsyncIterable<Uint8Array>) {
    for await (const part of parts) {
      hash.update(part)
      yield part
    }
  }, createWriteStream(hostPath))
  return { hostPath, size: (await stat(hostPath)).size, sha256: hash.digest('hex') }
}

interface Runner {
  (line: ChunkLine, input: Input, seed: string): Promise<string>
  close: () => Promise<void>
}

async function openRunner (recipe: Recipe, statement: JobStatement, bundle: readonly InputFile[]): Promise<Runner> {
  const { platform } = recipe.app.manifest
  const task = taskOf(recipe, statement.chunks)
  const { executor, container, imagePart, close } = platform === 'docker' ? await openContainer(recipe.app) : await openSandbox(platform)
  if (container?.image.config.sha256 !== statement.imageDigest) {
    await close()
    throw new NightshiftError('NS_E_IMAGE', `${container?.image.reference ?? 'the image'} is not the image the job ran in any more`, { remedy: 'load the image with the digest the receipt names' })
  }
  const run = async (line: ChunkLine, input: Input, seed: string): Promise<string> => {
    const id = chunkTaskId({ jobId: statement.job, chunk: line.chunk })
    const files: FileRef[] = []
    const outcome = await executor.run({
      id, kind: 'app', platform, entrypoint: task.entrypoint, bundle, bundleKey: statement.appHash,
      input: { directory: 'TASK_DIR', files: [{ path: 'data.bin', size: input.size, content: { hostPath: input.hostPath } }] },
      output: 'TASK_RESULTS_DIR',
      env: contractEnv({ kind: 'app', params: recipe.params.app, jobId: statement.job, taskId: id, chunk: line.chunk, chunkCount: statement.chunks, seed }),
      limits: task.limits,
      ...container === undefined ? {} : { container }
    }, {
      signal: new AbortController().signal,
      ...imagePart === undefined ? {} : { imagePart },
      onLog: () => undefined,
      collect: async file => {
        const hash = createHash('sha256')
        let size = 0
        for await (const part of file.data) {
          hash.update(part)
          size += part.length
        }
        files.push({ path: file.path, size, sha256: hash.digest('hex') })
      }
    })
    return outcome.ok ? resultHash({ exitCode: 0, files }) : `no result (${outcome.code}: ${outcome.message})`
  }
  return Object.assign(run, { close })
}
