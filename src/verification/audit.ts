import { createHash } from 'node:crypto'
import { merkleRoot } from './commitment.ts'

/** Results in a batch, at most. */
export const BATCH_SIZE = 64
/** A batch is closed after this long, milliseconds. */
export const BATCH_MS = 30_000
/** Share of audits done by trusted workers. */
const TRUSTED_SHARE = 0.2

/**
 * What decides which results of a batch are audited: fixed before the job began
 * and by what the worker bound itself to, so that neither side can steer it.
 * The hash of `jobSeed` is announced with the job, so the worker can check it later.
 * @param commitments 32 bytes each, in the batch's order
 */
export function batchSeed (jobSeed: string, commitments: readonly Uint8Array[]): Uint8Array {
  return createHash('sha256').update('nightshift/audit/1\0').update(jobSeed).update('\0').update(merkleRoot(commitments)).digest()
}

/** Results of a batch of `size` to audit: `max(1, ceil(rate · size))` places, all different. */
export function drawAudits (seed: Uint8Array, size: number, rate: number): ReadonlySet<number> {
  const places = Array.from({ length: size }, (_, place) => ({ place, order: numberOf(seed, 'draw', place) }))
  places.sort((a, b) => a.order - b.order || a.place - b.place)
  return new Set(places.slice(0, Math.max(1, Math.ceil(rate * size - 1e-9))).map(({ place }) => place))
}

/** True for the audits that a trusted worker does. */
export function isTrustedAudit (seed: Uint8Array, place: number): boolean {
  return numberOf(seed, 'trusted', place) < TRUSTED_SHARE * 2 ** 48
}

function numberOf (seed: Uint8Array, what: string, place: number): number {
  return createHash('sha256').update(seed).update(`${what}/${place}`).digest().readUIntBE(0, 6)
}
