import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { NightshiftError } from '../model/errors.ts'
import { JOB_ID_PATTERN } from '../model/ids.ts'
import type { Signer } from '../model/signer.ts'
import { attestationIsValid } from './attestation.ts'
import type { Attestation } from './attestation.ts'

const Hash = Type.String({ pattern: '^[0-9a-f]{64}$' })
const Peer = Type.String({ minLength: 1, maxLength: 256 })
const Whole = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })

/** One of two results of a chunk: who got it, with its signature in hex. */
const AttestedSchema = Type.Object({ worker: Peer, epoch: Whole, resultHash: Hash, exitCode: Whole, signature: Type.String({ pattern: '^[0-9a-f]{128}$' }) }, { additionalProperties: false })

const EvidenceSchema = Type.Object({
  jobId: Type.String({ pattern: JOB_ID_PATTERN.source }),
  chunk: Whole,
  /** whose job it was */
  coordinator: Peer,
  inputHash: Hash,
  appHash: Hash,
  imageDigest: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
  paramsHash: Hash,
  specHash: Hash,
  /** the result that was not accepted */
  accused: AttestedSchema,
  /** a trusted run of the coordinator, or another worker's result */
  witness: AttestedSchema
}, { additionalProperties: false })

export type Attested = Readonly<Static<typeof AttestedSchema>>

/**
 * Two attested results of one chunk that differ, as plain text: whoever has it
 * can check it, without either peer. It proves that both signed what they
 * signed, and so that one of them is wrong, not which: to find that out the
 * chunk must be run once more, and the hashes say with what. So it is worth as
 * much as whose job it was, and its witness, are trusted, and nothing that is not signed by the accused accuses anybody.
 */
export type Evidence = Readonly<Static<typeof EvidenceSchema>>

/** Evidence from a file. Throws NS_E_PROTOCOL when its form is wrong; what it proves is for `checkEvidence`. */
export function readEvidence (value: unknown): Evidence {
  if (Value.Check(EvidenceSchema, value)) return value
  const error = Value.Errors(EvidenceSchema, value).First()
  throw worthless(`${error?.path ?? ''} ${error?.message ?? 'is malformed'}`.trim())
}

/** Evidence out of what two attested. Their work must be the same. */
export function evidenceOf (accused: Attestation, accusedSignature: string, witness: Attestation, witnessSignature: string): Evidence {
  const { jobId, chunk, coordinator, inputHash, appHash, imageDigest, paramsHash, specHash } = accused
  return {
    jobId, chunk, coordinator, inputHash, appHash, ...imageDigest === undefined ? {} : { imageDigest }, paramsHash, specHash,
    accused: side(accused, accusedSignature), witness: side(witness, witnessSignature)
  }
}

function side ({ worker, epoch, resultHash, exitCode }: Attestation, signature: string): Attested {
  return { worker, epoch, resultHash, exitCode, signature }
}

/**
 * Checks evidence with nothing but the keys inside the peer ids.
 * @throws NS_E_PROTOCOL saying why it proves nothing
 */
export function checkEvidence (evidence: Evidence, signer: Pick<Signer, 'verify'>): void {
  const { accused, witness } = evidence
  if (accused.worker === witness.worker) throw worthless('both results are of one peer')
  if (accused.resultHash === witness.resultHash) throw worthless('the results do not differ')
  for (const [who, one] of [['accused', accused], ['witness', witness]] as const) {
    if (!attestationIsValid(attestationOf(evidence, one), Buffer.from(one.signature, 'hex'), signer)) throw worthless(`the ${who}, ${one.worker}, has not signed this`)
  }
}

function attestationOf (evidence: Evidence, { worker, epoch, resultHash, exitCode }: Attested): Attestation {
  const { accused: _, witness: __, ...work } = evidence
  return { ...work, worker, epoch, resultHash, exitCode }
}

/** One result is in evidence once, whoever the witness is: so that nobody is blamed twice for it. */
export function evidenceId ({ coordinator, jobId, chunk, accused }: Evidence): string {
  return `${accused.worker}/${coordinator}/${jobId}/${chunk}/${accused.epoch}`
}

function worthless (why: string): NightshiftError {
  return new NightshiftError('NS_E_PROTOCOL', `this is no evidence: ${why}`)
}

/** What one peer has told of others lately. */
export interface Heard {
  readonly since: number
  readonly count: number
}

/** Evidence looked at from one peer in this time, milliseconds; more is ignored unread. */
const HEAR_MS = 3600 * 1000
const HEAR_MOST = 60

/** The same with one more; undefined when that is too much. */
export function heardOneMore (heard: Heard | undefined, now: number): Heard | undefined {
  if (heard === undefined || now - heard.since >= HEAR_MS) return { since: now, count: 1 }
  return heard.count >= HEAR_MOST ? undefined : { since: heard.since, count: heard.count + 1 }
}
