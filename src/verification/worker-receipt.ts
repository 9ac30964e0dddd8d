import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'

const Hash = Type.String({ pattern: '^[0-9a-f]{64}$' })
const Signature = Type.String({ pattern: '^[0-9a-f]{128}$' })
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const Units = Type.String({ pattern: '^(0|[1-9][0-9]{0,38})$' })
const Peer = Type.String({ minLength: 1, maxLength: 128 })
const strict = { additionalProperties: false }

/** What a worker signs about all it did. Amounts in units. */
export const WorkerStatementSchema = Type.Object({
  worker: Peer,
  /** when it was written, milliseconds, by the worker's clock */
  at: Count,
  coordinators: Type.Array(Type.Object({
    coordinator: Peer,
    /** its highest receipt, and what it comes to: proven by its signature */
    seq: Count,
    cumulative: Units,
    /** what the worker itself counted: what was accepted, and how many results were accepted and refused */
    earned: Units,
    accepted: Count,
    rejected: Count
  }, strict), { maxItems: 100_000 }),
  receipts: Count,
  works: Count,
  /** hex: Merkle root over the lines */
  root: Hash
}, strict)
export type WorkerStatement = Static<typeof WorkerStatementSchema>

/** A result a receipt pays for, as its worker attests it. */
const WorkSchema = Type.Object({
  jobId: Type.String({ pattern: '^j-[a-z2-7]{16}$' }), chunk: Count, epoch: Count,
  inputHash: Hash, appHash: Hash, imageDigest: Type.Optional(Hash), paramsHash: Hash, specHash: Hash, resultHash: Hash,
  price: Units, attestation: Signature
}, strict)

/** A receipt as its payer signed it and the worker countersigned it, with the results it pays for, as far as they are kept. */
export const PaymentLineSchema = Type.Object({
  coordinator: Peer, body: Type.String({ maxLength: 96 * 1024 }), signature: Signature, countersignature: Signature,
  works: Type.Array(WorkSchema, { maxItems: 4096 }), check: Type.String()
}, strict)
export type PaymentLine = Omit<Static<typeof PaymentLineSchema>, 'check'>
