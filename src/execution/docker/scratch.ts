import { randomUUID } from 'node:crypto'
import { chmod, copyFile, link, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { constants } from 'node:fs'
import { NightshiftError } from '../../model/errors.ts'
import type { InputFile } from '../../model/executor.ts'
import { pathProblem } from '../runner/wire.ts'

/** Apps whose folders are kept ready. */
const KEPT_APPS = 32

/**
 * Writes files below a folder, readable and executable for whoever runs them.
 * @throws NS_E_PATH_UNSAFE for a path that leaves the folder
 */
export async function placeFiles (dir: string, files: readonly InputFile[], options: { share: boolean }): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o755 })
  await chmod(dir, 0o755)
  const made = new Set([dir])
  for (const file of files) {
    const problem = pathProblem(file.path)
    if (problem !== undefined) throw new NightshiftError('NS_E_PATH_UNSAFE', `the input path ${JSON.stringify(file.path.slice(0, 200))} ${problem}`)
    const path = join(dir, file.path)
    const folder = dirname(path)
    if (!made.has(folder)) {
      await mkdir(folder, { recursive: true, mode: 0o755 })
      made.add(folder)
    }
    await placeFile(path, file, options.share)
  }
}

async function placeFile (path: string, { content }: InputFile, share: boolean): Promise<void> {
  if (content instanceof Uint8Array) {
    await writeFile(path, content, { flag: 'wx', mode: 0o555 })
    return
  }
  if (share) {
    try {
      await link(content.hostPath, path)
      await chmod(path, 0o444)
      return
    } catch {
      // another file system, or too many links: a copy does as well
    }
  }
  await copyFile(content.hostPath, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  await chmod(path, 0o555)
}

/** App folders by the identity of their bundle, made once and mounted read-only by every task of a job. */
export class AppFolders {
  readonly #dir: string
  readonly #ready = new Map<string, Promise<string>>()
  readonly #users = new Map<string, number>()

  constructor (dir: string) {
    this.#dir = dir
  }

  /** The caller must `leave` it when its task has ended. */
  async enter (key: string, bundle: readonly InputFile[]): Promise<string> {
    this.#users.set(key, (this.#users.get(key) ?? 0) + 1)
    try {
      const known = this.#ready.get(key)
      if (known !== undefined) {
        this.#ready.delete(key)
        this.#ready.set(key, known)
        return await known
      }
      const making = this.#make(bundle)
      this.#ready.set(key, making)
      making.catch(() => this.#ready.delete(key))
      return await making
    } catch (error) {
      await this.leave(key)
      throw error
    }
  }

  async leave (key: string): Promise<void> {
    const users = (this.#users.get(key) ?? 1) - 1
    if (users > 0) this.#users.set(key, users)
    else this.#users.delete(key)
    for (const [oldest, path] of this.#ready) {
      if (this.#ready.size <= KEPT_APPS) return
      if (this.#users.has(oldest)) continue
      this.#ready.delete(oldest)
      await rm(await path, { recursive: true, force: true })
    }
  }

  async #make (bundle: readonly InputFile[]): Promise<string> {
    const path = join(this.#dir, randomUUID())
    const building = `${path}.new`
    await mkdir(this.#dir, { recursive: true, mode: 0o711 })
    try {
      await placeFiles(building, bundle, { share: false })
      await rename(building, path)
    } catch (error) {
      await rm(building, { recursive: true, force: true })
      throw error
    }
    return path
  }
}

/** Removes what an earlier process left in a folder of scratch, but for the files named. */
export async function emptyFolder (dir: string, keep: readonly string[]): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o711 })
  await chmod(dir, 0o711)
  for (const name of await readdir(dir)) if (!keep.includes(name)) await rm(join(dir, name), { recursive: true, force: true })
}
