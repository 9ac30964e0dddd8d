import { createHash } from 'node:crypto'

/** Results in a batch, at most. */
export const BATCH_SIZE = 64
/** A batch is closed after this long, milliseconds. */
export const BATCH_MS = 30_000
/** Share of audits done by trusted workers. */
export const AUDITED_BY_TRUSTED = 0.2

/** A batch as it was closed: enough to do its draw again. */
export interface Draw {
  /** hex: Merkle root of its commitments, in its order */
  readonly root: string
  readonly size: number
  /** where in the batch this result is */
  readonly place: number
  /** results of it that were drawn */
  readonly drawn: number
  /** verified passes its worker had for the app then */
  readonly passes: number
}

/**
 * What decides which results of a batch are audited: fixed before the job began
 * and by what the worker bound itself to, so that neither side can steer it.
 * The hash of `jobSeed` is announced with the job, so the worker can check it later.
 * @param root Merkle root of the batch's commitments, in its order
 */
export function batchSeed (jobSeed: string, root: Uint8Array): Uint8Array {
  return createHash('sha256').update('nightshift/audit/1\0').update(jobSeed).update('\0').update(root).digest()
}

/** Results of a batch of `size` to audit: `max(1, ceil(rate · size))` places, all different. */
export function drawAudits (seed: Uint8Array, size: number, rate: number): ReadonlySet<number> {
  const places = Array.from({ length: size }, (_, place) => ({ place, order: numberOf(seed, 'draw', place) }))
  places.sort((a, b) => a.order - b.order || a.place - b.place)
  return new Set(places.slice(0, Math.max(1, Math.ceil(rate * size - 1e-9))).map(({ place }) => place))
}

/** True when this result of a batch was drawn for an audit. */
export function wasDrawn (jobSeed: string, { root, size, place, drawn }: Draw): boolean {
  return drawAudits(batchSeed(jobSeed, Buffer.from(root, 'hex')), size, drawn / size).has(place)
}

/** True for the audits that a trusted worker does. */
export function isTrustedAudit (seed: Uint8Array, place: number): boolean {
  return numberOf(seed, 'trusted', place) < AUDITED_BY_TRUSTED * 2 ** 48
}

function numberOf (seed: Uint8Array, what: string, place: number): number {
  return createHash('sha256').update(seed).update(`${what}/${place}`).digest().readUIntBE(0, 6)
}
