import { createHash, timingSafeEqual } from 'node:crypto'
import type { AttemptId } from '../model/ids.ts'
import { MerkleTree } from './merkle.ts'

const TAG = 'nightshift/commitment/1\0'

/**
 * Binds a worker to a result before it shows it:
 * `sha256(tag || jobId || chunk || epoch || workerPeerId || resultHash || nonce32)`.
 * Its own peer id is inside, so a copied commitment is worth nothing to another worker.
 * @param resultHash 32 bytes
 * @param nonce 32 random bytes
 */
export function commitment (attempt: AttemptId, worker: string, resultHash: Uint8Array, nonce: Uint8Array): Uint8Array {
  const numbers = Buffer.alloc(8)
  numbers.writeUInt32BE(attempt.chunk, 0)
  numbers.writeUInt32BE(attempt.epoch, 4)
  return createHash('sha256')
    .update(TAG).update(attempt.jobId).update('\0').update(numbers)
    .update(worker).update('\0').update(resultHash).update(nonce)
    .digest()
}

export function opensCommitment (expected: Uint8Array, attempt: AttemptId, worker: string, resultHash: Uint8Array, nonce: Uint8Array): boolean {
  if (expected.length !== 32 || resultHash.length !== 32 || nonce.length !== 32) return false
  return timingSafeEqual(expected, commitment(attempt, worker, resultHash, nonce))
}

/** `holdId = H(job, chunk, epoch)`: one attempt can hold, and be paid, only once. */
export function holdIdOf (attempt: AttemptId): string {
  return createHash('sha256').update(`nightshift/hold/1\0${attempt.jobId}\0${attempt.chunk}\0${attempt.epoch}`).digest('hex').slice(0, 32)
}

/** Root of the Merkle tree over 32-byte leaves. */
export function merkleRoot (leaves: readonly Uint8Array[]): Uint8Array {
  const tree = new MerkleTree()
  for (const leaf of leaves) tree.add(leaf)
  return tree.root()
}
