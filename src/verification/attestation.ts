import type { AttemptId } from '../model/ids.ts'
import type { Signer } from '../model/signer.ts'
import type { Ran } from '../model/task-spec.ts'

const DOMAIN = 'nightshift/attestation/1\0'

/** What one run of a chunk was given. Hashes are hex SHA-256. */
export interface Work extends Ran {
  readonly inputHash: string
  /** of the task specification all chunks of the job share */
  readonly specHash: string
}

/**
 * What a worker says it did: it ran this for this coordinator and got that. With
 * its signature, proof to anybody of what it claimed, right or wrong.
 */
export interface Attestation extends AttemptId, Work {
  /** peer id of who ran it */
  readonly worker: string
  /** peer id of whom it was run for */
  readonly coordinator: string
  /** hex hash of the result manifest */
  readonly resultHash: string
  readonly exitCode: number
}

/** 64 bytes; the same for the same attestation, so that showing a result again shows the same. */
export function signAttestation (attestation: Attestation, signer: Signer): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(signer.sign(signedBytes(attestation)))
}

/** True when its worker signed exactly this. Needs nothing but the worker's id, which contains its key. */
export function attestationIsValid (attestation: Attestation, signature: Uint8Array, signer: Pick<Signer, 'verify'>): boolean {
  return signer.verify(attestation.worker, signedBytes(attestation), signature)
}

/** One attestation has one text: the tag, then these values in this order as a JSON array without blanks; no image is the empty text. */
function signedBytes (attestation: Attestation): Buffer {
  const { jobId, chunk, epoch, worker, coordinator, inputHash, appHash, imageDigest = '', paramsHash, specHash, resultHash, exitCode } = attestation
  return Buffer.from(DOMAIN + JSON.stringify([jobId, chunk, epoch, worker, coordinator, inputHash, appHash, imageDigest, paramsHash, specHash, resultHash, exitCode]), 'utf8')
}
