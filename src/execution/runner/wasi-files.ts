import { Directory, Fd, Inode, OpenDirectory, wasi } from '@bjorn3/browser_wasi_shim'
import type { RunnerLimits } from './wire.ts'

/** Counts what a task's files hold and refuses growth beyond its limits. */
export class WasiQuota {
  readonly #limits: RunnerLimits
  readonly #inputBytes: number
  #written = 0
  /** bytes of WebAssembly memory the instance holds */
  memoryBytes: () => number = () => 0
  exceeded: 'memory' | 'output-bytes' | undefined

  constructor (limits: RunnerLimits, inputBytes: number) {
    this.#limits = limits
    this.#inputBytes = inputBytes
  }

  /** Only results can be written, so growth counts against both limits. */
  admit (growth: number): boolean {
    if (this.#written + growth > this.#limits.outputBytes) this.exceeded ??= 'output-bytes'
    else if (this.#inputBytes + this.#written + growth + this.memoryBytes() > this.#limits.memoryBytes) this.exceeded ??= 'memory'
    else {
      this.#written += growth
      return true
    }
    return false
  }

  release (bytes: number): void {
    this.#written -= bytes
  }
}

/** A file in memory that grows by doubling and may be read-only. */
export class TaskFile extends Inode {
  #data: Uint8Array
  #size: number
  readonly #quota: WasiQuota | undefined

  /** @param quota absent for a read-only file */
  constructor (data: Uint8Array, quota?: WasiQuota) {
    super()
    this.#data = data
    this.#size = data.byteLength
    this.#quota = quota
  }

  get bytes (): Uint8Array { return this.#data.subarray(0, this.#size) }
  get size (): number { return this.#size }
  get isReadonly (): boolean { return this.#quota === undefined }

  stat (): wasi.Filestat {
    return new wasi.Filestat(this.ino, wasi.FILETYPE_REGULAR_FILE, BigInt(this.#size))
  }

  path_open (oflags: number, rights: bigint, flags: number): { ret: number, fd_obj: Fd | null } {
    const truncate = (oflags & wasi.OFLAGS_TRUNC) !== 0
    if (this.isReadonly && truncate) return { ret: wasi.ERRNO_ROFS, fd_obj: null }
    if (truncate) this.resize(0)
    return { ret: wasi.ERRNO_SUCCESS, fd_obj: new TaskFileHandle(this, (flags & wasi.FDFLAGS_APPEND) !== 0) }
  }

  write (data: Uint8Array, position: number): number {
    const end = position + data.byteLength
    if (end > this.#size) {
      const ret = this.resize(end)
      if (ret !== wasi.ERRNO_SUCCESS) return ret
    } else if (this.isReadonly) return wasi.ERRNO_ROFS
    this.#data.set(data, position)
    return wasi.ERRNO_SUCCESS
  }

  resize (size: number): number {
    if (this.#quota === undefined) return wasi.ERRNO_ROFS
    if (size > this.#size && !this.#quota.admit(size - this.#size)) return wasi.ERRNO_NOSPC
    if (size < this.#size) {
      this.#quota.release(this.#size - size)
      this.#data.fill(0, size, this.#size)
    }
    if (size > this.#data.byteLength) {
      const grown = new Uint8Array(Math.max(size, this.#data.byteLength * 2, 256))
      grown.set(this.bytes)
      this.#data = grown
    }
    this.#size = size
    return wasi.ERRNO_SUCCESS
  }

  discard (): void {
    this.#quota?.release(this.#size)
  }
}

class TaskFileHandle extends Fd {
  readonly #file: TaskFile
  readonly #append: boolean
  #position = 0n

  constructor (file: TaskFile, append: boolean) {
    super()
    this.#file = file
    this.#append = append
  }

  override fd_allocate (offset: bigint, length: bigint): number {
    const end = Number(offset + length)
    return end > this.#file.size ? this.#file.resize(end) : wasi.ERRNO_SUCCESS
  }

  override fd_fdstat_get (): { ret: number, fdstat: wasi.Fdstat } {
    return { ret: wasi.ERRNO_SUCCESS, fdstat: everyRight(wasi.FILETYPE_REGULAR_FILE) }
  }

  override fd_fdstat_set_flags (): number { return wasi.ERRNO_SUCCESS }
  override fd_filestat_set_size (size: bigint): number { return this.#file.resize(Number(size)) }
  override fd_filestat_set_times (): number { return wasi.ERRNO_SUCCESS }

  override fd_filestat_get (): { ret: number, filestat: wasi.Filestat } {
    return { ret: wasi.ERRNO_SUCCESS, filestat: this.#file.stat() }
  }

  override fd_read (size: number): { ret: number, data: Uint8Array } {
    const read = this.fd_pread(size, this.#position)
    this.#position += BigInt(read.data.byteLength)
    return read
  }

  override fd_pread (size: number, offset: bigint): { ret: number, data: Uint8Array } {
    const from = Number(offset)
    return { ret: wasi.ERRNO_SUCCESS, data: this.#file.bytes.subarray(from, from + size) }
  }

  override fd_seek (offset: bigint, whence: number): { ret: number, offset: bigint } {
    const base = whence === wasi.WHENCE_SET ? 0n : whence === wasi.WHENCE_CUR ? this.#position : BigInt(this.#file.size)
    if (whence > wasi.WHENCE_END || base + offset < 0n) return { ret: wasi.ERRNO_INVAL, offset: 0n }
    this.#position = base + offset
    return { ret: wasi.ERRNO_SUCCESS, offset: this.#position }
  }

  override fd_tell (): { ret: number, offset: bigint } { return { ret: wasi.ERRNO_SUCCESS, offset: this.#position } }

  override fd_write (data: Uint8Array): { ret: number, nwritten: number } {
    if (this.#append) this.#position = BigInt(this.#file.size)
    const wrote = this.fd_pwrite(data, this.#position)
    this.#position += BigInt(wrote.nwritten)
    return wrote
  }

  override fd_pwrite (data: Uint8Array, offset: bigint): { ret: number, nwritten: number } {
    const ret = this.#file.write(data, Number(offset))
    return { ret, nwritten: ret === wasi.ERRNO_SUCCESS ? data.byteLength : 0 }
  }
}

/** A folder nothing can be added to, renamed in or removed from. */
export class ReadonlyDirectory extends Directory {
  override path_open (_oflags: number, _rights: bigint, _flags: number): { ret: number, fd_obj: OpenDirectory } {
    return { ret: wasi.ERRNO_SUCCESS, fd_obj: new TaskDirectory(this) }
  }

  override create_entry_for_path (): { ret: number, entry: Inode | null } {
    return { ret: wasi.ERRNO_ROFS, entry: null }
  }
}

/** A folder whose new files count against the task's quota. */
export class WritableDirectory extends Directory {
  readonly #quota: WasiQuota
  constructor (contents: Map<string, Inode>, quota: WasiQuota) {
    super(contents)
    this.#quota = quota
  }

  override path_open (_oflags: number, _rights: bigint, _flags: number): { ret: number, fd_obj: OpenDirectory } {
    return { ret: wasi.ERRNO_SUCCESS, fd_obj: new TaskDirectory(this) }
  }

  override create_entry_for_path (path: string, isDirectory: boolean): { ret: number, entry: Inode | null } {
    const made = super.create_entry_for_path(path, true)
    if (made.entry === null || isDirectory && !(made.entry instanceof Directory)) return made
    const parts = path.split('/').filter((part) => part !== '' && part !== '.')
    const parent = this.#parentOf(parts)
    const name = parts.at(-1)
    if (parent === undefined || name === undefined) return { ret: wasi.ERRNO_NOENT, entry: null }
    const entry = isDirectory ? new WritableDirectory(new Map(), this.#quota) : new TaskFile(new Uint8Array(0), this.#quota)
    parent.contents.set(name, entry)
    return { ret: made.ret, entry }
  }

  #parentOf (parts: readonly string[]): Directory | undefined {
    const names: string[] = []
    for (const part of parts.slice(0, -1)) {
      if (part === '..') names.pop()
      else names.push(part)
    }
    return names.reduce<Directory | undefined>((folder, name) => {
      const next = folder?.contents.get(name)
      return next instanceof Directory ? next : undefined
    }, this)
  }
}

/** An open folder; pre-opened when it has a name. */
export class TaskDirectory extends OpenDirectory {
  readonly #name: string | undefined
  constructor (directory: Directory, name?: string) {
    super(directory)
    this.#name = name
  }

  override fd_fdstat_get (): { ret: number, fdstat: wasi.Fdstat } {
    return { ret: wasi.ERRNO_SUCCESS, fdstat: everyRight(wasi.FILETYPE_DIRECTORY) }
  }

  override fd_prestat_get (): { ret: number, prestat: wasi.Prestat | null } {
    return this.#name === undefined ? { ret: wasi.ERRNO_BADF, prestat: null } : { ret: wasi.ERRNO_SUCCESS, prestat: wasi.Prestat.dir(this.#name) }
  }

  override path_unlink (path: string): { ret: number, inode_obj: Inode | null } {
    return this.#refused ? { ret: wasi.ERRNO_ROFS, inode_obj: null } : super.path_unlink(path)
  }

  override path_unlink_file (path: string): number {
    if (this.#refused) return wasi.ERRNO_ROFS
    const { inode_obj: file } = this.path_lookup(path, 0)
    const ret = super.path_unlink_file(path)
    if (ret === wasi.ERRNO_SUCCESS && file instanceof TaskFile) file.discard()
    return ret
  }

  override path_remove_directory (path: string): number {
    return this.#refused ? wasi.ERRNO_ROFS : super.path_remove_directory(path)
  }

  /** A rename arrives with `isRename`; hard links would let a file escape the count of its bytes. */
  override path_link (path: string, inode: Inode, isRename: boolean): number {
    if (this.#refused) return wasi.ERRNO_ROFS
    if (!isRename) return wasi.ERRNO_NOTSUP
    const { inode_obj: replaced } = this.path_lookup(path, 0)
    const ret = super.path_link(path, inode, true)
    if (ret === wasi.ERRNO_SUCCESS && replaced instanceof TaskFile && replaced !== inode) replaced.discard()
    return ret
  }

  get #refused (): boolean { return !(this.dir instanceof WritableDirectory) }
}

function everyRight (type: number): wasi.Fdstat {
  const stat = new wasi.Fdstat(type, 0)
  stat.fs_rights_base = 0x1fffffffn
  stat.fs_rights_inherited = 0x1fffffffn
  return stat
}
