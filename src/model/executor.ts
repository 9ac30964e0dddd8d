import type { BlockKind, Platform } from './block.ts'
import type { Image, ImagePart } from './image.ts'

/** What stands between a stranger's app and this machine, weakest last. */
export type Isolation = 'container' | 'namespaces' | 'process'

/** Bounds of one task. The executor enforces every one of them while the task runs. */
export interface Limits {
  /** wall time in milliseconds */
  readonly wallMs: number
  /** memory in MiB */
  readonly memoryMiB: number
  /** total bytes of result files */
  readonly outputBytes: number
  /** number of result files */
  readonly outputFiles: number
  /** bytes of stdout and stderr kept, each */
  readonly logBytes: number
}

/** Bytes to place before a task starts: in memory, or in a file of the host. */
export type FileContent = Uint8Array | { readonly hostPath: string }

export interface InputFile {
  /** relative, `/`-separated, already checked to stay inside its folder */
  readonly path: string
  readonly size: number
  readonly content: FileContent
}

/** The folders of contract.md, by the environment variable that names them. */
export type InputDirectory = 'SOURCE_DIR' | 'TASK_DIR' | 'TASK_RESULTS_DIR'
export type OutputDirectory = 'CHUNKS_DIR' | 'TASK_RESULTS_DIR' | 'OUTPUT_DIR'

/** One run of one block. */
export interface Task {
  /** unique on this node; used in labels, folder names and logs */
  readonly id: string
  readonly kind: BlockKind
  readonly platform: Platform
  /** file of the bundle to run, relative to the app folder */
  readonly entrypoint: string
  /** the app folder's files; the task sees them read-only as its working directory */
  readonly bundle: readonly InputFile[]
  /** stable identity of the bundle (hash), a key for caches */
  readonly bundleKey: string
  readonly input: { readonly directory: InputDirectory, readonly files: readonly InputFile[] }
  /** directory whose files are the result */
  readonly output: OutputDirectory
  /** variables beside the directories, which the executor adds */
  readonly env: Readonly<Record<string, string>>
  /** extra files made visible under a variable of their own, e.g. RESULTS_INDEX */
  readonly extraFiles?: Readonly<Record<string, InputFile>>
  /** further folders to read, empty ones too, each under a variable of its own */
  readonly extraInputs?: Readonly<Record<string, readonly InputFile[]>>
  readonly limits: Limits
  /** what only containers have; absent for other platforms */
  readonly container?: ContainerTask
}

/** What a container task asks for beyond its limits. */
export interface ContainerTask {
  readonly image: Image
  /** `egress` reaches the internet, and only where the machine's owner allows it */
  readonly network: 'none' | 'egress'
  /** an OCI runtime by its name in the engine, e.g. `runsc`; default the engine's own */
  readonly runtime?: string
  /** model names, each matched by one device, or a number of devices */
  readonly gpus: readonly string[] | number
  /** cores it may use at a time; default the share of one slot */
  readonly cores?: number
}

export type LogStream = 'stdout' | 'stderr'

/** One result file, streamed out of the sandbox; the collector must drain `data`. */
export interface OutputFile {
  readonly path: string
  readonly size: number
  readonly data: AsyncIterable<Uint8Array>
}

/** Whether a task may run at the moment. While it is closed the task is held where it stands, and its clock with it. */
export interface RunGate {
  readonly isOpen: boolean
  /** Calls `listener` after every change until the function it returns is called. */
  onChange: (listener: () => void) => () => void
}

export interface TaskIo {
  readonly signal: AbortSignal
  /** default: always open */
  readonly gate?: RunGate
  /** called as output appears, never more than limits.logBytes per stream in total */
  readonly onLog?: (stream: LogStream, text: string) => void
  /** called once per result file, in path order, only after the app exited with 0 */
  readonly collect: (file: OutputFile) => Promise<void>
  /** brings a piece of the task's image from wherever the task came from, verified */
  readonly imagePart?: (part: ImagePart, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>
}

export interface Usage {
  readonly wallMs: number
  readonly cpuMs: number
  readonly peakMemoryBytes: number
  /** bytes of its result files; 0 when there are none or the executor does not count */
  readonly outputBytes?: number
}

/** Whose fault a failure is: the app's (same everywhere), this node's, or the way between (no blame). */
export type FailureClass = 'app' | 'node' | 'transport'

export type FailureCode =
  | 'EXIT_NONZERO'
  | 'TIMEOUT'
  | 'MEMORY_EXCEEDED'
  | 'OUTPUT_EXCEEDED'
  | 'OUTPUT_INVALID'
  | 'ENTRYPOINT_INVALID'
  | 'SANDBOX_CRASHED'
  | 'SANDBOX_UNAVAILABLE'
  | 'INPUT_UNAVAILABLE'
  | 'IMAGE_UNAVAILABLE'
  | 'IMAGE_REFUSED'
  | 'ENGINE_GONE'
  | 'DISK_FULL'
  | 'CANCELLED'

export type TaskOutcome =
  | { readonly ok: true, readonly usage: Usage, readonly logs: TaskLogs }
  | {
    readonly ok: false
    readonly failureClass: FailureClass
    readonly code: FailureCode
    /** a sentence a person understands, with the figures compared */
    readonly message: string
    readonly exitCode?: number
    readonly usage: Usage
    readonly logs: TaskLogs
  }

export interface TaskLogs {
  readonly stdout: string
  readonly stderr: string
  /** true when either stream was longer than limits.logBytes */
  readonly truncated: boolean
}

/**
 * Runs untrusted blocks of one platform. `run` never throws for anything the
 * app does: that is an outcome. It resolves only after everything the task
 * used (process, scratch files) is gone.
 */
export interface Executor {
  readonly platform: Platform
  readonly isolation: Isolation
  /** Runs a tiny real task; rejects with NS_E_PLATFORM when this machine cannot. */
  selfTest: (signal: AbortSignal) => Promise<void>
  run: (task: Task, io: TaskIo) => Promise<TaskOutcome>
  /** Gives back what is kept ready for tasks to come while there will be none (`true`), or makes it ready again. */
  rest?: (resting: boolean) => Promise<void>
  /** Ends every running task and releases all that is kept ready. */
  close: () => Promise<void>
}
