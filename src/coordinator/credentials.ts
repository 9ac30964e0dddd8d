import { readFile, rename, writeFile } from 'node:fs/promises'
import type { Credentials } from '../images/index.ts'
import { NightshiftError } from '../model/errors.ts'

/** Logins for private images by the hash of the block that needs them, in a file only its owner reads. They go to registries and nowhere else. */
export class CredentialFile {
  readonly #path: string
  #writing: Promise<void> = Promise.resolve()

  constructor (path: string) {
    this.#path = path
  }

  async get (blockHash: string): Promise<Credentials | undefined> {
    return (await this.#read())[blockHash]
  }

  async set (blockHash: string, credentials: Credentials): Promise<void> {
    const done = this.#writing.then(async () => {
      const all = { ...await this.#read(), [blockHash]: credentials }
      await writeFile(`${this.#path}.new`, JSON.stringify(all), { mode: 0o600, flush: true })
      await rename(`${this.#path}.new`, this.#path)
    })
    this.#writing = done.catch(() => undefined)
    await done
  }

  async #read (): Promise<Record<string, Credentials>> {
    let text: string
    try {
      text = await readFile(this.#path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
      throw error
    }
    try {
      return JSON.parse(text) as Record<string, Credentials>
    } catch {
      // the parser's own message would quote the file
      throw new NightshiftError('NS_E_DATA_CORRUPT', `${this.#path} is damaged`, { remedy: 'remove it and push the blocks with private images again' })
    }
  }
}
