import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DockerExecutor } from '../../../src/execution/docker/docker-executor.ts'
import type { DockerExecutorOptions } from '../../../src/execution/docker/docker-executor.ts'
import { connectEngine, findSocket } from '../../../src/execution/docker/engine.ts'
import type { Engine } from '../../../src/execution/docker/engine.ts'
import { DEFAULT_IMAGE_RULES } from '../../../src/model/image-rules.ts'
import type { ContainerTask, FileContent, Limits, Task, TaskIo, TaskOutcome } from '../../../src/model/executor.ts'
import { BUSYBOX } from './image.ts'
import type { TestImage } from './image.ts'

export const SOCKET = process.env['NIGHTSHIFT_TEST_ENGINE'] ?? findSocket()

/** Why container tests cannot run here; undefined when they can. */
export const WHY_NOT = SOCKET === undefined ? 'no container engine runs here (scripts/test starts one as root on Debian)' : BUSYBOX === undefined ? 'busybox-static is not installed' : undefined
if (WHY_NOT !== undefined) console.warn(`container tests are skipped: ${WHY_NOT}`)

const MIB = 1024 * 1024
export const LIMITS: Limits = { wallMs: 20_000, memoryMiB: 64, outputBytes: 8 * MIB, outputFiles: 100, logBytes: 64 * 1024 }

export interface Ran {
  readonly outcome: TaskOutcome
  readonly files: ReadonlyMap<string, string>
  readonly log: string
}

export interface Rig {
  readonly executor: DockerExecutor
  readonly scratchDir: string
  readonly notes: string[]
  engine: () => Promise<Engine>
  run: (image: TestImage, script: string, options?: RunOptions) => Promise<Ran>
  close: () => Promise<void>
}

export interface RunOptions {
  readonly limits?: Partial<Limits>
  readonly entrypoint?: string
  readonly bundle?: Readonly<Record<string, string>>
  readonly input?: FileContent
  readonly container?: Partial<ContainerTask>
  readonly signal?: AbortSignal
  readonly onLog?: TaskIo['onLog']
  readonly task?: Partial<Task>
  readonly collect?: TaskIo['collect']
}

let serial = 0

/** An executor on the real engine, its self-test passed, and a way to run shell scripts with it. */
export async function openRig (options: Partial<DockerExecutorOptions> = {}): Promise<Rig> {
  const scratchDir = options.scratchDir ?? await mkdtemp(join(tmpdir(), 'nightshift-containers-'))
  const notes: string[] = []
  const executor = new DockerExecutor({
    ...SOCKET === undefined ? {} : { socket: SOCKET }, node: `test-${process.pid}-${++serial}`, slots: 2, coresPerSlot: 1, rules: DEFAULT_IMAGE_RULES,
    log: message => { notes.push(message) }, ...options, scratchDir
  })
  await executor.selfTest(AbortSignal.timeout(60_000))
  return {
    executor,
    scratchDir,
    notes,
    engine: async () => await connectEngine(SOCKET ?? '', AbortSignal.timeout(10_000)),
    run: async (image, script, more = {}) => await runScript(executor, image, script, more),
    close: async () => {
      await executor.close()
      await rm(scratchDir, { recursive: true, force: true })
    }
  }
}

export async function runScript (executor: DockerExecutor, image: TestImage, script: string, more: RunOptions): Promise<Ran> {
  const files = new Map<string, string>()
  const bundle = Object.entries(more.bundle ?? { 'main.sh': script })
  let log = ''
  const outcome = await executor.run({
    id: `task-${++serial}`,
    kind: 'app',
    platform: 'docker',
    entrypoint: more.entrypoint ?? 'main.sh',
    bundle: bundle.map(([path, text]) => ({ path, size: Buffer.byteLength(text), content: Buffer.from(text) })),
    bundleKey: `bundle-${++serial}`,
    input: { directory: 'TASK_DIR', files: [{ path: 'data.bin', size: 5, content: more.input ?? Buffer.from('input') }] },
    output: 'TASK_RESULTS_DIR',
    env: { APP_PARAMS: '{}' },
    limits: { ...LIMITS, ...more.limits },
    container: { image: image.image, network: 'none', gpus: [], ...more.container },
    ...more.task
  }, {
    signal: more.signal ?? new AbortController().signal,
    imagePart: image.imagePart,
    onLog: (stream, text) => { log += text; more.onLog?.(stream, text) },
    collect: more.collect ?? (async file => {
      const pieces: Uint8Array[] = []
      for await (const piece of file.data) pieces.push(piece)
      files.set(file.path, Buffer.concat(pieces).toString('latin1'))
    })
  })
  return { outcome, files, log }
}

/** Containers of one node that the engine still has. */
export async function containersOf (engine: Engine, label = 'nightshift.node'): Promise<number> {
  return (await engine.api.listContainers({ all: true, filters: JSON.stringify({ label: [label] }) })).length
}
