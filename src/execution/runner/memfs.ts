import { comparePaths, pathProblem } from './wire.ts'
import type { RunnerLimits, StopKind } from './wire.ts'

/** What of Emscripten's in-memory file system is used here. */
export interface FsNode {
  readonly mode: number
  readonly parent: FsNode
  contents: Record<string, FsNode> & Uint8Array
  usedBytes: number
}

interface StreamOps { write: (stream: { node: FsNode }, buffer: Uint8Array, offset: number, length: number, position: number, canOwn?: boolean) => number }

export interface EmscriptenFs {
  readonly root: FsNode
  readonly filesystems: { MEMFS: Memfs }
  readonly ErrnoError: new (errno: number) => Error
  mkdirTree: (path: string) => void
  chmod: (path: string, mode: number) => void
  writeFile: (path: string, data: Uint8Array, options?: { canOwn?: boolean }) => void
  lookupPath: (path: string, options: { follow: boolean }) => { node: FsNode }
}

interface Memfs {
  expandFileStorage: (node: FsNode, capacity: number) => void
  resizeFileStorage: (node: FsNode, size: number) => void
  stream_ops: StreamOps
  ops_table: { file: { stream: StreamOps } }
}

const ENOSPC = 51
const KIND = 0o170000
const DIRECTORY = 0o040000
const REGULAR = 0o100000

/** Result files, or why they cannot leave the sandbox. */
export type Harvest = { readonly files: ReadonlyArray<readonly [path: string, bytes: Uint8Array]> } | { readonly stop: StopKind, readonly message: string }

/**
 * Holds the in-memory files of one task to its limits while they grow: all
 * files together with the interpreter's memory, and the results by themselves.
 */
export class FileQuota {
  readonly #fs: EmscriptenFs
  readonly #limits: RunnerLimits
  readonly #output: FsNode
  readonly #memory: () => number
  #allBytes = 0
  #outputBytes = 0
  /** the first limit that made a write fail */
  exceeded: 'memory' | 'output-bytes' | undefined

  constructor (fs: EmscriptenFs, limits: RunnerLimits, outputDir: string, memory: () => number) {
    this.#fs = fs
    this.#limits = limits
    this.#output = fs.lookupPath(outputDir, { follow: false }).node
    this.#memory = memory
    this.#allBytes = treeBytes(fs.root)
    this.#install()
  }

  get fileBytes (): number { return this.#allBytes }

  #install (): void {
    const memfs = this.#fs.filesystems.MEMFS
    const { resizeFileStorage } = memfs
    const stream = memfs.ops_table.file.stream
    const { write } = stream
    memfs.resizeFileStorage = (node, size) => {
      this.#admit(node, size)
      resizeFileStorage(node, size)
    }
    stream.write = memfs.stream_ops.write = (to, buffer, offset, length, position, canOwn) => {
      this.#admit(to.node, position + length)
      return write(to, buffer, offset, length, position, canOwn)
    }
  }

  #admit (node: FsNode, size: number): void {
    const growth = size - node.usedBytes
    if (growth <= 0) return
    const isResult = this.#isResult(node)
    if (isResult && this.#outputBytes + growth > this.#limits.outputBytes) {
      this.#outputBytes = treeBytes(this.#output)
      if (this.#outputBytes + growth > this.#limits.outputBytes) this.#refuse('output-bytes')
    }
    if (this.#allBytes + growth + this.#memory() > this.#limits.memoryBytes) {
      this.#allBytes = treeBytes(this.#fs.root)
      if (this.#allBytes + growth + this.#memory() > this.#limits.memoryBytes) this.#refuse('memory')
    }
    this.#allBytes += growth
    if (isResult) this.#outputBytes += growth
  }

  #refuse (limit: 'memory' | 'output-bytes'): never {
    this.exceeded ??= limit
    throw new this.#fs.ErrnoError(ENOSPC)
  }

  #isResult (node: FsNode): boolean {
    for (let at = node; at !== at.parent; at = at.parent) if (at === this.#output) return true
    return false
  }
}

/** The regular files below `dir` in path order; links and devices are refused. */
export function harvest (fs: EmscriptenFs, dir: string, limits: RunnerLimits): Harvest {
  const files: Array<readonly [string, Uint8Array]> = []
  let bytes = 0
  const folders: Array<readonly [string, FsNode]> = [['', fs.lookupPath(dir, { follow: false }).node]]
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    const [prefix, folder] = next
    for (const [name, node] of Object.entries<FsNode>(folder.contents)) {
      const path = prefix + name
      const problem = pathProblem(path)
      if (problem !== undefined) return { stop: 'output-invalid', message: `the name of the result ${JSON.stringify(path.slice(0, 200))} ${problem}` }
      const kind = node.mode & KIND
      if (kind === DIRECTORY) { folders.push([`${path}/`, node]); continue }
      if (kind !== REGULAR) return { stop: 'output-invalid', message: `the result ${JSON.stringify(path)} is a link or a device, not a file` }
      files.push([path, node.contents.subarray(0, node.usedBytes)])
      bytes += node.usedBytes
      if (files.length > limits.outputFiles) return { stop: 'output-files', message: '' }
      if (bytes > limits.outputBytes) return { stop: 'output-bytes', message: '' }
    }
  }
  return { files: files.sort((a, b) => comparePaths(a[0], b[0])) }
}

function treeBytes (root: FsNode): number {
  let bytes = 0
  const folders = [root]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const node of Object.values(folder.contents)) {
      if ((node.mode & KIND) === DIRECTORY) folders.push(node)
      else if ((node.mode & KIND) === REGULAR) bytes += node.usedBytes
    }
  }
  return bytes
}
