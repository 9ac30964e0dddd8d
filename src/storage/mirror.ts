import { mkdir, open, readdir, rename, rm, stat, truncate } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { NightshiftError } from '../model/errors.ts'
import type { Write } from '../model/store.ts'
import { CHAIN_START, chainedLine } from './chain.ts'
import { START, batchesIn, filesOf, firstLine, startOf, signedBytes } from './mirror-files.ts'
import type { MirrorFile, Position } from './mirror-files.ts'
import { syncFolder } from './sync-folder.ts'

/** Signs a snapshot: who vouches for it, and the signature in hex. */
export type Signer = (bytes: Uint8Array) => Promise<{ readonly peer: string, readonly signature: string }>

/** Batches as text, and the positions they have when it is written. */
export interface MirrorLines { readonly text: string, readonly positions: readonly Position[] }

/** Snapshots kept, each with the batches after it: one may be damaged. */
const KEPT_SNAPSHOTS = 2
/** Kept for batches on their way; larger ones are few. */
const BUFFER_BYTES = 256 * 1024
/** A file that is being written has this after its name until it is whole. */
const UNFINISHED = '.part'
/** A file that cannot be followed has this after its name until the snapshots that replace it are there. */
const DAMAGED = '.damaged'

/**
 * The second copy of a store: every batch as a line of a chained file, and from
 * time to time a snapshot of everything. `batches-N` holds what came after
 * snapshot N.
 */
export class Mirror {
  readonly #dir: string
  #file: FileHandle | undefined
  #position: Position
  #bytes = 0
  /** for lines on their way to the file, one append at a time: to make one of their size costs more than to fill it */
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES)

  private constructor (dir: string, position: Position) {
    this.#dir = dir
    this.#position = position
  }

  get position (): Position { return this.#position }
  /** bytes written since the last snapshot */
  get bytes (): number { return this.#bytes }

  /**
   * Opens the mirror in `dir` for writing after its last whole batch. A line cut
   * off at the very end goes: the database has it, or it was never acknowledged.
   * @throws NS_E_DATA_CORRUPT when the part after the last snapshot is damaged
   */
  static async open (dir: string): Promise<Mirror> {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    await removeAll(dir, UNFINISHED)
    const last = (await filesOf(dir)).filter(({ kind }) => kind === 'batches').at(-1)
    if (last === undefined) return new Mirror(dir, START)
    let position = await startOf(last)
    let whole = 0
    for await (const { batch, end } of batchesIn(last.path, position, { tornEnd: true })) {
      position = batch.position
      whole = end
    }
    const mirror = new Mirror(dir, position)
    const { size } = await stat(last.path)
    const first = (await firstLine(last.path)).length
    await truncate(last.path, Math.max(whole, first))
    mirror.#bytes = Math.min(size, Math.max(whole, first))
    mirror.#file = await open(last.path, 'a')
    return mirror
  }

  /** A mirror that starts over in a folder whose files cannot be followed; they stay until the next snapshots have replaced them. */
  static async anew (dir: string): Promise<Mirror> {
    for (const file of await filesOf(dir)) if (file.kind === 'batches') await rename(file.path, file.path + DAMAGED)
    return new Mirror(dir, START)
  }

  /** True when there is no file to append to yet. */
  get isEmpty (): boolean { return this.#file === undefined }

  /** The lines that batches come next as; nothing is written yet. */
  encode (batches: readonly (readonly Write[])[]): MirrorLines {
    let { n, hash } = this.#position
    let text = ''
    const positions = batches.map(writes => {
      const line = chainedLine(hash, { n: ++n, w: writes.map(({ key, value }) => [key, value ?? null]) })
      hash = line.hash
      text += line.text
      return { n, hash }
    })
    return { text, positions }
  }

  /** Appends lines just encoded. They survive this process when this resolves, and power loss after the next `sync`. */
  async append ({ text, positions }: MirrorLines): Promise<void> {
    if (this.#file === undefined) throw new NightshiftError('NS_E_INTERNAL', 'the mirror has no snapshot to follow')
    const bytes = this.#encoded(text)
    // a write may take less than it is given; appendFile, which sees to that, costs twice as much
    for (let at = 0; at < bytes.length;) at += (await this.#file.write(bytes, at)).bytesWritten
    this.#bytes += bytes.length
    this.#position = positions.at(-1) ?? this.#position
  }

  /** What was appended until now survives power loss when this resolves. */
  async sync (): Promise<void> {
    await this.#file?.datasync()
  }

  #encoded (text: string): Uint8Array {
    // a character comes to three bytes of UTF-8 at most
    if (text.length * 3 > BUFFER_BYTES) return Buffer.from(text, 'utf8')
    return this.#buffer.subarray(0, this.#buffer.write(text, 'utf8'))
  }

  /** Begins the file for what follows `at`; a snapshot of that moment is to be written with `snapshot`. */
  async begin (at: Position): Promise<void> {
    const path = join(this.#dir, nameOf('batches', at.n))
    const file = await open(path + UNFINISHED, 'w', 0o600)
    const header = chainedLine(CHAIN_START, { batchesAfter: at.n, chain: at.hash })
    await file.appendFile(header.text)
    await file.datasync()
    await rename(path + UNFINISHED, path)
    await syncFolder(this.#dir)
    await this.close()
    this.#file = file
    this.#position = at
    this.#bytes = 0
  }

  /** Writes everything a store held at `at` as one signed file, then drops what is older than the snapshots kept. */
  async snapshot (at: Position, entries: AsyncIterable<readonly [string, string]>, sign?: Signer): Promise<void> {
    const path = join(this.#dir, nameOf('snapshot', at.n))
    const file = await open(path + UNFINISHED, 'w', 0o600)
    try {
      let line = chainedLine(CHAIN_START, { snapshotAt: at.n, chain: at.hash })
      let pending = line.text
      let count = 0
      for await (const [key, value] of entries) {
        line = chainedLine(line.hash, { k: key, v: value })
        pending += line.text
        count++
        if (pending.length < 1_048_576) continue
        await file.appendFile(pending)
        pending = ''
      }
      const signed = await sign?.(signedBytes(line.hash))
      await file.appendFile(pending + chainedLine(line.hash, { end: count, ...signed }).text)
      await file.datasync()
    } finally {
      await file.close()
    }
    await rename(path + UNFINISHED, path)
    await syncFolder(this.#dir)
    await this.#prune()
  }

  async close (): Promise<void> {
    const file = this.#file
    this.#file = undefined
    try {
      await file?.datasync()
    } finally {
      await file?.close()
    }
  }

  async #prune (): Promise<void> {
    const files = await filesOf(this.#dir)
    const oldest = files.filter(({ kind }) => kind === 'snapshot').at(-KEPT_SNAPSHOTS)?.n ?? 0
    for (const file of files) if (file.n < oldest) await rm(file.path, { force: true })
    if (files.filter(({ kind }) => kind === 'snapshot').length >= KEPT_SNAPSHOTS) await removeAll(this.#dir, DAMAGED)
  }
}

async function removeAll (dir: string, ending: string): Promise<void> {
  for (const name of await readdir(dir)) if (name.endsWith(ending)) await rm(join(dir, name), { force: true })
}

function nameOf (kind: MirrorFile['kind'], n: number): string {
  return `${kind}-${String(n).padStart(15, '0')}.ndjson`
}
