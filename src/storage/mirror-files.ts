import { createReadStream } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { NightshiftError, errorMessage } from '../model/errors.ts'
import type { Write } from '../model/store.ts'
import { CHAIN_START, followingHash } from './chain.ts'

/** Where a store stands: how many batches it has taken, and the hash they chain up to. */
export interface Position { readonly n: number, readonly hash: string }

export const START: Position = { n: 0, hash: CHAIN_START }

/** One batch as the mirror keeps it; what it wrote is read only when asked for. */
export interface MirroredBatch { readonly position: Position, readonly writes: readonly Write[] }

const NAME = /^(snapshot|batches)-(\d{15})\.ndjson$/

export interface MirrorFile { readonly kind: 'snapshot' | 'batches', readonly n: number, readonly path: string }

/** Batches after a position, from as many files as hold them. Throws NS_E_DATA_CORRUPT. */
export async function * batchesAfter (dir: string, position: Position): AsyncGenerator<MirroredBatch> {
  const files = (await filesOf(dir)).filter(({ kind }) => kind === 'batches')
  const first = files.filter(({ n }) => n <= position.n).at(-1)
  if (first === undefined) throw damaged(dir, `there is nothing that follows batch ${position.n}`)
  let at = await startOf(first)
  for (const file of files.filter(({ n }) => n >= first.n)) {
    const start = await startOf(file)
    if (start.n !== at.n || start.hash !== at.hash) throw damaged(file.path, 'it does not follow the file before it')
    for await (const { batch } of batchesIn(file.path, at, { tornEnd: file === files.at(-1) })) {
      at = batch.position
      if (at.n > position.n) yield batch
      else if (at.n === position.n && at.hash !== position.hash) throw damaged(file.path, `its batch ${at.n} is another one`)
    }
  }
}

/** Who vouches for a snapshot, and for which bytes. */
export interface SnapshotSignature { readonly peer: string, readonly bytes: Uint8Array, readonly signature: Uint8Array }

export interface Snapshot {
  readonly position: Position
  /** undefined for one that nobody signed */
  readonly signed?: SnapshotSignature
  readonly entries: AsyncIterable<readonly [string, string]>
}

/** The newest snapshots first; each is checked to its end before it is offered. */
export async function * wholeSnapshots (dir: string, onDamage: (message: string) => void): AsyncGenerator<Snapshot> {
  for (const file of (await filesOf(dir)).filter(({ kind }) => kind === 'snapshot').reverse()) {
    try {
      let position: Position | undefined
      let last: SnapshotLine = {}
      for await (const line of linesOf(file.path)) {
        position ??= line.snapshotAt === undefined ? undefined : { n: line.snapshotAt, hash: line.chain ?? '' }
        last = line
      }
      if (position === undefined) throw damaged(file.path, 'it is empty')
      const { peer, signature, covered } = last
      const signed = peer === undefined || signature === undefined || covered === undefined ? {} : { signed: { peer, bytes: signedBytes(covered), signature: Buffer.from(signature, 'hex') } }
      yield { position, entries: entriesIn(file.path), ...signed }
    } catch (error) {
      onDamage(errorMessage(error))
    }
  }
}

/**
 * What a store held under a prefix at its last mirrored batch, from the newest
 * snapshot that is whole and what follows it. Needs no database.
 * @throws NS_E_DATA_CORRUPT when there is none
 */
export async function mirroredValues (dir: string, prefix: string): Promise<ReadonlyMap<string, string>> {
  let why = 'it holds no snapshot'
  for await (const { position, entries } of wholeSnapshots(dir, message => { why = message })) {
    try {
      const values = new Map<string, string>()
      for await (const [key, value] of entries) if (key.startsWith(prefix)) values.set(key, value)
      for await (const { writes } of batchesAfter(dir, position)) {
        for (const { key, value } of writes) {
          if (!key.startsWith(prefix)) continue
          if (value === undefined) values.delete(key)
          else values.set(key, value)
        }
      }
      return new Map([...values].sort(([a], [b]) => a < b ? -1 : 1))
    } catch (error) {
      why = errorMessage(error)
    }
  }
  throw damaged(dir, why)
}

/**
 * Everything in a mirror, checked: how many batches and snapshots, or what is wrong.
 * @param holds says whether a signature holds and is of the node the mirror belongs to; unset, signatures are not looked at
 */
export async function checkMirror (dir: string, holds?: (signed: SnapshotSignature) => boolean): Promise<{ readonly position: Position, readonly snapshots: number, readonly damages: readonly string[] }> {
  const damages: string[] = []
  let snapshots = 0
  for await (const { position: { n }, signed } of wholeSnapshots(dir, message => { damages.push(message) })) {
    snapshots++
    if (holds === undefined) continue
    if (signed === undefined) damages.push(`the snapshot of batch ${n} is not signed`)
    else if (!holds(signed)) damages.push(`the snapshot of batch ${n} is not signed by this node`)
  }
  let position = START
  const first = (await filesOf(dir)).find(({ kind }) => kind === 'batches')
  try {
    if (first !== undefined) {
      position = await startOf(first)
      for await (const batch of batchesAfter(dir, position)) position = batch.position
    }
  } catch (error) {
    damages.push(errorMessage(error))
  }
  return { position, snapshots, damages }
}

async function * entriesIn (path: string): AsyncGenerator<readonly [string, string]> {
  for await (const { k, v } of linesOf(path)) if (k !== undefined && v !== undefined) yield [k, v]
}

interface SnapshotLine {
  readonly snapshotAt?: number
  readonly chain?: string
  readonly k?: string
  readonly v?: string
  readonly end?: number
  readonly peer?: string
  readonly signature?: string
  /** of the last line: the hash of everything before it */
  readonly covered?: string
}

/** What a node signs of a snapshot: its tag, and the hash of all its lines but the last. */
export function signedBytes (hash: string): Uint8Array {
  return Buffer.concat([Buffer.from('nightshift/snapshot/1\0'), Buffer.from(hash, 'hex')])
}

/** The checked lines of a snapshot. Throws NS_E_DATA_CORRUPT at the first that does not follow, or when the end is missing. */
async function * linesOf (path: string): AsyncGenerator<SnapshotLine> {
  let hash: string = CHAIN_START
  let count = -1
  let ended = false
  for await (const text of textLines(path)) {
    const next = followingHash(hash, text)
    if (next === undefined || ended) throw damaged(path, `line ${count + 2} is not what was written`)
    const line = { ...JSON.parse(text) as SnapshotLine, covered: hash }
    hash = next
    if (line.end !== undefined) {
      if (line.end !== count) throw damaged(path, `it holds ${count} entries, not ${line.end}`)
      ended = true
    } else count++
    yield line
  }
  if (!ended) throw damaged(path, 'its end is missing')
}

/** The checked batches of a file, each with the byte its line ends at. With `tornEnd` a last line that is cut off is left out. */
export async function * batchesIn (path: string, start: Position, { tornEnd }: { tornEnd: boolean }): AsyncGenerator<{ readonly batch: MirroredBatch, readonly end: number }> {
  let position = start
  let end = 0
  let bad: number | undefined
  let number = 0
  for await (const text of textLines(path)) {
    number++
    if (bad !== undefined) throw damaged(path, `line ${bad} is not what was written`)
    end += Buffer.byteLength(text) + 1
    if (number === 1) continue
    const hash = followingHash(position.hash, text)
    if (hash === undefined) {
      bad = number
      continue
    }
    position = { n: position.n + 1, hash }
    yield { batch: batchOf(position, text, path), end }
  }
  if (bad !== undefined && !(tornEnd && !await endsWithNewline(path))) throw damaged(path, `line ${bad} is not what was written`)
}

function batchOf (position: Position, text: string, path: string): MirroredBatch {
  return {
    position,
    get writes () {
      const { n, w } = JSON.parse(text) as { n: number, w: [string, string | null][] }
      if (n !== position.n) throw damaged(path, `batch ${n} stands where batch ${position.n} belongs`)
      return w.map(([key, value]) => ({ key, value: value ?? undefined }))
    }
  }
}

export async function startOf ({ path, n }: MirrorFile): Promise<Position> {
  const text = (await firstLine(path)).trimEnd()
  if (followingHash(CHAIN_START, text) === undefined) throw damaged(path, 'its first line is not what was written')
  const header = JSON.parse(text) as { batchesAfter?: number, chain?: string }
  if (header.batchesAfter !== n || header.chain === undefined) throw damaged(path, 'its first line is of another file')
  return { n, hash: header.chain }
}

export async function firstLine (path: string): Promise<string> {
  for await (const line of textLines(path)) return `${line}\n`
  return ''
}

/** Lines end with a newline and nothing else: JSON leaves other separators as they are. */
async function * textLines (path: string): AsyncGenerator<string> {
  let rest = ''
  for await (const text of createReadStream(path, { encoding: 'utf8', highWaterMark: 1024 * 1024 }) as AsyncIterable<string>) {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    yield * lines
  }
  if (rest !== '') yield rest
}

async function endsWithNewline (path: string): Promise<boolean> {
  const { size } = await stat(path)
  const file = await open(path, 'r')
  try {
    const last = Buffer.alloc(1)
    await file.read(last, 0, 1, Math.max(0, size - 1))
    return last[0] === 0x0a
  } finally {
    await file.close()
  }
}

export async function filesOf (dir: string): Promise<readonly MirrorFile[]> {
  const names = await readdir(dir).catch(() => [] as string[])
  return names.flatMap(name => {
    const [, kind, n] = NAME.exec(name) ?? []
    return kind === undefined ? [] : [{ kind: kind as MirrorFile['kind'], n: Number(n), path: join(dir, name) }]
  }).sort((a, b) => a.n - b.n)
}

function damaged (path: string, why: string): NightshiftError {
  return new NightshiftError('NS_E_DATA_CORRUPT', `the mirror ${path} is damaged: ${why}`)
}
