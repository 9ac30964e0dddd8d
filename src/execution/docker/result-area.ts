import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmod, chown, lstat, mkdir, open, opendir, readdir, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { errorMessage } from '../../model/errors.ts'

const run = promisify(execFile)
const MIB = 1024 * 1024
/** Room of a file system's own structures and of folders, beside the result files. */
const OVERHEAD_BYTES = 8 * MIB
const EXTRA_INODES = 4096
const BLOCK = 4096
const COMMAND_MS = 60_000
/** Areas kept clean and ready, per size. */
const KEPT = 8

export type Fullness = 'bytes' | 'files' | undefined

/** The one folder a task may fill, and what keeps it from growing. */
export interface ResultArea {
  /** folder of the host */
  readonly path: string
  /** What of the area's bounds is reached now. Cheap enough to ask while the task runs. */
  fullness: () => Promise<Fullness>
}

export interface AreaSize { readonly bytes: number, readonly files: number }

/** User and group that own what the task writes. */
export interface Owner { readonly uid: number, readonly gid: number }

export interface ResultAreas {
  /** `kernel`: writes beyond the bound fail. `watched`: the size is looked at while the task runs, which is then ended. */
  readonly bound: 'kernel' | 'watched'
  take: (size: AreaSize) => Promise<ResultArea>
  /** Empties an area for the next task, or removes it. */
  give: (area: ResultArea) => Promise<void>
  close: () => Promise<void>
}

/**
 * Areas that are file systems of their own where this process may mount them,
 * watched folders elsewhere.
 */
export async function openResultAreas (dir: string, owner: Owner, log: (message: string) => void, mounts = true): Promise<ResultAreas> {
  await mkdir(dir, { recursive: true, mode: 0o711 })
  await chmod(dir, 0o711)
  if (mounts && process.platform === 'linux' && process.getuid?.() === 0) {
    const areas = new MountedAreas(dir, owner)
    try {
      await areas.give(await areas.take({ bytes: MIB, files: 16 }))
      return areas
    } catch (error) {
      await areas.close()
      log(`Result folders cannot be file systems of their own here, so their size is watched instead: ${errorMessage(error)}`)
    }
  }
  return new WatchedAreas(dir, owner)
}

/** Unmounts and removes the areas of a node that did not live to do it. Returns how many there were. */
export async function removeLeftAreas (dir: string): Promise<number> {
  const names = await readdir(dir).catch(() => [] as string[])
  for (const name of names) await discard(join(dir, name))
  return names.filter(name => !name.endsWith('.img')).length
}

async function discard (path: string): Promise<void> {
  await run('umount', ['--lazy', path], { timeout: COMMAND_MS }).catch(() => undefined)
  await removeTree(path)
}

/** Removes what a stranger's app may have made as deep and as wide as it could. */
async function removeTree (path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true })
  } catch {
    // names that are no text, paths longer than the system takes at once: rm walks them step by step
    await run('rm', ['-rf', '--one-file-system', '--', path], { timeout: COMMAND_MS * 5 })
  }
}

class MountedAreas implements ResultAreas {
  readonly bound = 'kernel'
  readonly #dir: string
  readonly #owner: Owner
  readonly #free = new Map<string, MountedArea[]>()
  readonly #all = new Set<MountedArea>()

  constructor (dir: string, owner: Owner) {
    this.#dir = dir
    this.#owner = owner
  }

  async take (size: AreaSize): Promise<ResultArea> {
    return this.#free.get(keyOf(size))?.pop() ?? await this.#make(size)
  }

  async give (area: ResultArea): Promise<void> {
    const mounted = area as MountedArea
    const kept = this.#free.get(keyOf(mounted.size)) ?? []
    this.#free.set(keyOf(mounted.size), kept)
    if (kept.length < KEPT) {
      try {
        await empty(mounted.path)
        await this.#reset(mounted.path)
        if (await mounted.fullness() === undefined) {
          kept.push(mounted)
          return
        }
      } catch {
        // an area that cannot be emptied is thrown away whole
      }
    }
    await this.#remove(mounted)
  }

  async close (): Promise<void> {
    for (const area of [...this.#all]) await this.#remove(area)
    this.#free.clear()
  }

  async #make (size: AreaSize): Promise<MountedArea> {
    const path = join(this.#dir, randomUUID())
    const image = `${path}.img`
    const bytes = Math.ceil((size.bytes * 1.02 + size.files * BLOCK / 16 + OVERHEAD_BYTES) / MIB) * MIB
    const inodes = size.files + EXTRA_INODES
    try {
      const file = await open(image, 'wx', 0o600)
      await file.truncate(bytes + inodes * 256)
      await file.close()
      await run('mkfs.ext4', ['-q', '-F', '-m', '0', '-b', String(BLOCK), '-I', '256', '-N', String(inodes), '-O', '^has_journal,^resize_inode', '-E', 'lazy_itable_init=1,nodiscard', image], { timeout: COMMAND_MS })
      await mkdir(path, { mode: 0o700 })
      await run('mount', ['-t', 'ext4', '-o', 'loop,nosuid,nodev,discard,noatime', image, path], { timeout: COMMAND_MS })
      await empty(path)
      await this.#reset(path)
    } catch (error) {
      await discard(path)
      await rm(image, { force: true })
      throw error
    }
    const area = new MountedArea(path, size)
    this.#all.add(area)
    return area
  }

  async #reset (path: string): Promise<void> {
    await chown(path, this.#owner.uid, this.#owner.gid)
    await chmod(path, 0o755)
  }

  async #remove (area: MountedArea): Promise<void> {
    this.#all.delete(area)
    await discard(area.path)
    await rm(`${area.path}.img`, { force: true })
  }
}

class MountedArea implements ResultArea {
  readonly path: string
  readonly size: AreaSize

  constructor (path: string, size: AreaSize) {
    this.path = path
    this.size = size
  }

  async fullness (): Promise<Fullness> {
    const { bavail, ffree, bsize } = await statfs(this.path)
    if (ffree === 0) return 'files'
    return bavail * bsize < MIB ? 'bytes' : undefined
  }
}

class WatchedAreas implements ResultAreas {
  readonly bound = 'watched'
  readonly #dir: string
  readonly #owner: Owner

  constructor (dir: string, owner: Owner) {
    this.#dir = dir
    this.#owner = owner
  }

  async take (size: AreaSize): Promise<ResultArea> {
    const path = join(this.#dir, randomUUID())
    await mkdir(path, { mode: 0o755 })
    if (process.getuid?.() === 0) await chown(path, this.#owner.uid, this.#owner.gid)
    return { path, fullness: async () => await measure(path, size) }
  }

  async give (area: ResultArea): Promise<void> {
    await removeTree(area.path)
  }

  async close (): Promise<void> {
    await removeLeftAreas(this.#dir)
  }
}

/** Empties a folder whatever its entries are called and however deep they go. */
async function empty (path: string): Promise<void> {
  if ((await readdir(path)).length === 0) return
  await run('find', [path, '-xdev', '-mindepth', '1', '-delete'], { timeout: COMMAND_MS * 5 })
}

/** Walks a folder only as far as its bounds reach. */
async function measure (root: string, size: AreaSize): Promise<Fullness> {
  let files = 0
  let bytes = 0
  const folders = [root]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const entries = await opendir(folder, { bufferSize: 256 }).catch(() => undefined)
    if (entries === undefined) continue
    for await (const entry of entries) {
      if (++files > size.files + EXTRA_INODES) return 'files'
      const path = join(folder, entry.name)
      if (entry.isDirectory()) folders.push(path)
      else if (entry.isFile()) bytes += await allocated(path)
      if (bytes > size.bytes) return 'bytes'
    }
  }
  return undefined
}

async function allocated (path: string): Promise<number> {
  try {
    return (await lstat(path)).blocks * 512
  } catch {
    // gone since it was listed
    return 0
  }
}

function keyOf (size: AreaSize): string {
  return `${size.bytes}/${size.files}`
}
