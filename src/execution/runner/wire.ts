/**
 * The language spoken between the node and a runner process, over its stdin
 * and stdout. Towards the runner: a task header, then the bytes of its files.
 * From the runner: frames, each of which is untrusted input to the node.
 */

/** Frame kinds a runner may send. */
export const FRAME = { ready: 1, stdout: 2, stderr: 3, file: 4, data: 5, done: 6, snapshot: 7 } as const

/** bytes before a frame's payload: its length (4, little-endian) and its kind (1) */
export const FRAME_HEADER = 5
/** largest payload of one frame, bytes */
export const FRAME_MAX = 1024 * 1024
/** result files up to this size travel inside their FILE frame, bytes */
export const INLINE_FILE = 64 * 1024

/** Bounds of one task as the runner needs them. */
export interface RunnerLimits {
  readonly memoryBytes: number
  readonly outputBytes: number
  readonly outputFiles: number
  readonly logBytes: number
}

/** Where a file belongs in the sandbox, and its size in bytes. */
export type PlacedFile = readonly [path: string, size: number]

/** What precedes the file bytes of a task. Bytes follow in the order bundle, files. */
export interface TaskHeader {
  readonly entrypoint: string
  readonly env: Readonly<Record<string, string>>
  readonly outputDir: string
  /** directories to create even when empty */
  readonly directories: readonly string[]
  readonly limits: RunnerLimits
  readonly bundleKey: string
  /** absent when the runner still holds the bundle under `bundleKey` */
  readonly bundle?: readonly PlacedFile[]
  readonly files: readonly PlacedFile[]
  /** bundles the runner is to drop before this task */
  readonly forget?: readonly string[]
}

/** Why a task did not end with an ordinary exit. */
export type StopKind = 'memory' | 'output-bytes' | 'output-files' | 'output-invalid' | 'entrypoint' | 'trap'

/** The last frame of a task. */
export interface DoneReport {
  readonly exit: number
  readonly stop?: StopKind
  readonly message?: string
  readonly cpuMs: number
  readonly peakBytes: number
}

/** The folder of the bundle, and the working directory, inside a sandbox. */
export const APP_DIR = '/app'

/** Folders inside a sandbox, by the variable that names them. */
export const SANDBOX_DIRS = {
  SOURCE_DIR: '/source',
  CHUNKS_DIR: '/chunks',
  TASK_DIR: '/task',
  TASK_RESULTS_DIR: '/results',
  OUTPUT_DIR: '/output'
} as const

const MAX_PATH = 1024
const MAX_DEPTH = 32

/**
 * Why `path` may not leave or enter a sandbox, or undefined when it may:
 * relative, `/`-separated, no empty, `.` or `..` part, no control characters
 * or backslashes, at most 1024 characters and 32 parts.
 */
export function pathProblem (path: string): string | undefined {
  if (path.length === 0) return 'is empty'
  if (path.length > MAX_PATH) return `is longer than ${MAX_PATH} characters`
  if (path.startsWith('/')) return 'is absolute'
  if (/[\u0000-\u001f\u007f\\\ufffd]/.test(path) || !path.isWellFormed()) return 'contains characters that are not allowed in a file name'
  const parts = path.split('/')
  if (parts.length > MAX_DEPTH) return `is nested deeper than ${MAX_DEPTH} folders`
  for (const part of parts) {
    if (part === '' || part === '.' || part === '..') return `has a part that is not a name ('${part}')`
    if (Buffer.byteLength(part) > 255) return 'has a name longer than 255 bytes'
  }
  return undefined
}

/** Result files are sent, and collected, in the order of their UTF-16 code units. */
export function comparePaths (a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
