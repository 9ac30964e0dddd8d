import { access, constants, lstat, mkdtemp, open, readdir, realpath, rm, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, sep } from 'node:path'
import { addAbortSignal } from 'node:stream'
import type { Readable } from 'node:stream'
import type { SourceFile } from '../model/engine.ts'
import { errorMessage, NightshiftError } from '../model/errors.ts'
import { checkRelativePath, comparePaths } from '../model/paths.ts'
import { hostFile } from './source-file.ts'

const MAX_FILES = 100_000
const MAX_DEPTH = 64
const READ_BYTES = 256 * 1024

/** Input files with what must be released when they are no longer read. */
export interface OpenSource {
  readonly files: readonly SourceFile[]
  /** Removes the temporary copy of stdin, when there is one. */
  readonly close: () => Promise<void>
}

/**
 * Opens FILE, all files below DIR in order of their paths, or `-` for stdin,
 * which is spooled to a temporary file so that it can be read more than once.
 *
 * @throws NS_E_INPUT_UNREADABLE with the path and the reason
 */
export async function fileSource (path: string, options: { stdin?: Readable, signal?: AbortSignal } = {}): Promise<OpenSource> {
  if (path === '-') return await spool(options.stdin ?? process.stdin, options.signal)
  try {
    const info = await stat(path)
    if (info.isDirectory()) return opened(await listFolder(path))
    if (!info.isFile()) throw new Error('it is neither a file nor a folder')
    await access(path, constants.R_OK)
    return opened([hostFile(path, checkRelativePath(basename(await realpath(path))), info.size)])
  } catch (error) {
    throw unreadable(path, error)
  }
}

function opened (files: SourceFile[]): OpenSource {
  return { files, close: async () => {} }
}

async function listFolder (dir: string): Promise<SourceFile[]> {
  const files: SourceFile[] = []
  await walk(await realpath(dir), '', files, 0)
  if (files.length === 0) throw new Error('the folder holds no file')
  return files.sort((a, b) => comparePaths(a.path, b.path))
}

async function walk (root: string, folder: string, files: SourceFile[], depth: number): Promise<void> {
  if (depth > MAX_DEPTH) throw new Error(`${folder} is nested deeper than ${MAX_DEPTH} folders`)
  for (const name of await readdir(join(root, folder))) {
    const path = folder === '' ? name : `${folder}/${name}`
    const full = join(root, folder, name)
    if ((await lstat(full)).isSymbolicLink() && !(await realpath(full)).startsWith(root + sep)) {
      throw new Error(`${path} is a link that leaves the folder`)
    }
    const info = await stat(full)
    if (info.isDirectory()) {
      await walk(root, path, files, depth + 1)
    } else if (info.isFile()) {
      await access(full, constants.R_OK)
      files.push(hostFile(full, checkRelativePath(path), info.size))
      if (files.length > MAX_FILES) throw new Error(`it holds more than ${MAX_FILES} files`)
    } else {
      throw new Error(`${path} is neither a file nor a folder`)
    }
  }
}

/** The copy has no name while it is used, so nothing is left even when this process is killed. */
async function spool (stdin: Readable, signal: AbortSignal | undefined): Promise<OpenSource> {
  const copy = await namelessFile()
  try {
    const size = await copyAll(signal === undefined ? stdin : addAbortSignal(signal, stdin), copy)
    const file: SourceFile = { path: 'stdin', size, open: (range) => readHandle(copy, size, range) }
    return { files: [file], close: async () => { await copy.close() } }
  } catch (error) {
    await copy.close()
    throw signal?.aborted === true ? error : unreadable('-', error)
  }
}

async function copyAll (data: AsyncIterable<Uint8Array>, handle: FileHandle): Promise<number> {
  let size = 0
  for await (const bytes of data) {
    for (let offset = 0; offset < bytes.length;) {
      offset += (await handle.write(bytes, offset, bytes.length - offset, size + offset)).bytesWritten
    }
    size += bytes.length
  }
  return size
}

async function namelessFile (): Promise<FileHandle> {
  const dir = await mkdtemp(join(tmpdir(), 'nightshift-stdin-'))
  try {
    return await open(join(dir, 'stdin'), 'wx+', 0o600)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

async function * readHandle (handle: FileHandle, size: number, { start = 0, end = size }: { start?: number, end?: number } = {}): AsyncIterable<Uint8Array> {
  const last = Math.min(end, size)
  for (let position = start; position < last;) {
    const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, last - position))
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position)
    if (bytesRead === 0) return
    position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

const PLAIN: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'permission denied',
  ELOOP: 'a link leads back to itself',
  ENOSPC: 'no space is left to spool it'
}

function unreadable (path: string, error: unknown): NightshiftError {
  const reason = PLAIN[(error as NodeJS.ErrnoException).code ?? ''] ?? errorMessage(error)
  return new NightshiftError('NS_E_INPUT_UNREADABLE', `cannot read the input ${path === '-' ? 'from stdin' : path}: ${reason}`, {
    remedy: 'check the path given with --input and that this user may read it',
    cause: error
  })
}
