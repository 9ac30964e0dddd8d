import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BlobRef } from '../../src/model/store.ts'
import type { Figure } from './figure.ts'
import { startPeer } from './peer-process.ts'
import type { PeerProcess } from './peer-process.ts'

const SIZE = 256 * 2 ** 20
const MESSAGES = 100_000
const ROUNDS = 3

/**
 * Two processes on loopback, one measurement after the other. Blob transfer: 256 MiB
 * fetched, hashed and stored, against the same bytes pushed over a bare libp2p
 * stream in writes of 64 KiB and thrown away. Control: signed messages a second.
 */
export async function benchBlobTransfer (): Promise<Figure[]> {
  const dir = await mkdtemp(join(tmpdir(), 'nightshift-bench-'))
  const serving = startPeer('transfer-peer', [join(dir, 'serving')])
  let fetching: PeerProcess | undefined
  try {
    fetching = startPeer('transfer-peer', [join(dir, 'fetching'), await serving.ask<string>({ kind: 'addresses' })])
    return [await blobRow(serving, fetching), await controlRow(serving, fetching)]
  } finally {
    await fetching?.stop()
    await serving.stop()
    await rm(dir, { recursive: true, force: true })
  }
}

async function blobRow (serving: PeerProcess, fetching: PeerProcess): Promise<Figure> {
  const ref = await serving.ask<BlobRef>({ kind: 'blob', size: SIZE })
  const rounds = []
  for (let round = 0; round <= ROUNDS; round++) {
    const push = await fetching.ask<number>({ kind: 'push', size: SIZE })
    const fetch = await fetching.ask<number>({ kind: 'fetch', ref })
    // the first round warms both up
    if (round > 0) rounds.push({ push, fetch, ratio: push / fetch })
  }
  const { push, fetch, ratio } = middle(rounds, round => round.ratio)
  return { name: 'blob of 256 MiB: fetch, hash, store', value: rate(fetch), baseline: `${rate(push)} bare libp2p stream`, ratio, goal: 0.7 }
}

async function controlRow (serving: PeerProcess, fetching: PeerProcess): Promise<Figure> {
  const rounds = []
  for (let round = 0; round <= ROUNDS; round++) {
    const [took] = await Promise.all([
      serving.ask<number>({ kind: 'receive', count: MESSAGES }),
      fetching.ask({ kind: 'send', count: MESSAGES })
    ])
    if (round > 0) rounds.push(MESSAGES / took * 1000)
  }
  const perSecond = middle(rounds, value => value)
  return { name: 'control messages, signed frames', value: `${Math.round(perSecond)} messages/s`, baseline: '20000 messages/s wanted', ratio: perSecond / 20_000, goal: 1 }
}

function middle<T> (values: readonly T[], by: (value: T) => number): T {
  const sorted = [...values].sort((a, b) => by(a) - by(b))
  const value = sorted[Math.floor(sorted.length / 2)]
  if (value === undefined) throw new Error('nothing was measured')
  return value
}

function rate (ms: number): string {
  return `${Math.round(SIZE / 2 ** 20 / ms * 1000)} MiB/s`
}
