import type { Block, BlockKind } from '../model/block.ts'
import { NightshiftError } from '../model/errors.ts'
import type { BlobStore, Store } from '../model/store.ts'
import { resolveTag } from '../blocks/index.ts'
import { KEYS, after } from './keys.ts'

interface Registration { readonly hash: string, readonly kind: BlockKind, readonly active: boolean }

export interface RegisteredBlock {
  /** `name@major.minor` */
  readonly tag: string
  readonly active: boolean
  readonly block: Block
}

/** The blocks a coordinator knows: all by hash, the pushed ones by tag as well. */
export class BlockRegistry {
  readonly #store: Store
  readonly #blobs: BlobStore

  constructor (store: Store, blobs: BlobStore) {
    this.#store = store
    this.#blobs = blobs
  }

  /**
   * Stores a block whose files were uploaded before. With `register` its tag
   * points to it from now on, and jobs may use it.
   * @throws NS_E_BLOB_MISSING naming the first file that is not here
   */
  async add (block: Block, options: { register: boolean }): Promise<string> {
    for (const file of block.files) {
      if (!await this.#blobs.has(file.sha256)) {
        throw new NightshiftError('NS_E_BLOB_MISSING', `the block's file ${file.path} was not uploaded`, { remedy: 'upload every file before the block' })
      }
    }
    const tag = tagOf(block)
    const registration: Registration = { hash: block.hash, kind: block.manifest.type, active: true }
    await this.#store.batch([
      { key: KEYS.block + block.hash, value: JSON.stringify(block) },
      ...options.register ? [{ key: KEYS.tag + tag, value: JSON.stringify(registration) }] : []
    ], { sync: true })
    return tag
  }

  async list (): Promise<readonly RegisteredBlock[]> {
    const found: RegisteredBlock[] = []
    for await (const [key, text] of this.#store.range({ gte: KEYS.tag, lt: after(KEYS.tag) })) {
      const { hash, active } = JSON.parse(text) as Registration
      found.push({ tag: key.slice(KEYS.tag.length), active, block: await this.#byHash(hash) })
    }
    return found
  }

  /**
   * A block by `name`, `name@1`, `name@1.2` or `sha256:<hash>`.
   * @throws NS_E_BLOCK_UNKNOWN, or NS_E_BLOCK_INACTIVE when it is registered but not active
   */
  async find (name: string): Promise<Block> {
    if (name.startsWith('sha256:')) return await this.#byHash(name.slice(7))
    return (await this.#resolve(name)).block
  }

  /** A registered block, active or not. Throws NS_E_BLOCK_UNKNOWN. */
  async get (name: string): Promise<RegisteredBlock> {
    const { tag } = await this.#resolve(name, true)
    return (await this.list()).find(entry => entry.tag === tag) as RegisteredBlock
  }

  /** `active` overrides what is registered, to find inactive blocks too. */
  async #resolve (name: string, active?: boolean): Promise<RegisteredBlock> {
    const all = await this.list()
    return resolveTag(name, all.map(entry => ({ ...entry, name: entry.block.manifest.name, version: entry.block.manifest.version, active: active ?? entry.active })))
  }

  async setActive (name: string, active: boolean): Promise<RegisteredBlock> {
    const found = await this.get(name)
    const registration: Registration = { hash: found.block.hash, kind: found.block.manifest.type, active }
    await this.#store.batch([{ key: KEYS.tag + found.tag, value: JSON.stringify(registration) }], { sync: true })
    return { ...found, active }
  }

  async #byHash (hash: string): Promise<Block> {
    const text = await this.#store.get(KEYS.block + hash)
    if (text === undefined) throw new NightshiftError('NS_E_BLOCK_UNKNOWN', `there is no block sha256:${hash}`, { remedy: 'push the block first' })
    return JSON.parse(text) as Block
  }
}

function tagOf (block: Block): string {
  return `${block.manifest.name}@${block.manifest.version}`
}
