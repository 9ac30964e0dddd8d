import { TypeCompiler } from '@sinclair/typebox/compiler'
import { ackIsValid, openReceipt } from '../ledger/receipts.ts'
import type { SignedReceipt } from '../ledger/receipts.ts'
import { errorMessage } from '../model/errors.ts'
import type { Signer } from '../model/signer.ts'
import { attestationIsValid } from './attestation.ts'
import { holdIdOf } from './commitment.ts'
import { MerkleTree } from './merkle.ts'
import { parsed } from './parsed.ts'
import { Problems } from './problems.ts'
import { openLine, statementIsSigned, textHash } from './sealed.ts'
import type { SealPart } from './sealed.ts'
import { PaymentLineSchema, WorkerStatementSchema } from './worker-receipt.ts'
import type { PaymentLine, WorkerStatement } from './worker-receipt.ts'

const isStatement = TypeCompiler.Compile(WorkerStatementSchema)
const isPayment = TypeCompiler.Compile(PaymentLineSchema)

/** Checks a worker's lifetime of receipts as it is read: its own signature, those of every payer, and that they add up. */
export class WorkerReceiptCheck {
  readonly problems = new Problems()
  statement: WorkerStatement | undefined
  works = 0
  readonly #signer: Pick<Signer, 'verify'>
  readonly #tree = new MerkleTree()
  readonly #highest = new Map<string, SignedReceipt>()
  #text = ''

  constructor (signer: Pick<Signer, 'verify'>) {
    this.#signer = signer
  }

  part (part: SealPart): void {
    if (part.kind === 'statement') this.#text = part.text
    else if (part.kind === 'signature') this.#signed(part.text)
    else if (part.kind === 'recipe' && part.text !== '{}') this.problems.add('recipe', 'there is none for a worker')
    else if (part.kind === 'line') this.#line(part.text)
    else if (part.kind === 'end') this.#end()
  }

  #signed (signature: string): void {
    const value = parsed(isStatement, this.#text)
    if (typeof value === 'string') this.problems.add('statement', value)
    else {
      this.statement = value
      if (!statementIsSigned('worker', this.#text, signature, value.worker, this.#signer)) this.problems.add('signature', `it is not one of worker ${value.worker} over this statement: the one or the other was changed`)
    }
  }

  #line (text: string): void {
    const where = `receipt line ${this.#tree.size}`
    const opened = openLine(text)
    this.#tree.add(opened?.leaf ?? Buffer.from(textHash(text), 'hex'))
    const line = opened === undefined ? 'it is malformed: its end, or its check, was changed' : parsed(isPayment, text)
    if (typeof line === 'string') this.problems.add(where, line)
    else if (this.statement !== undefined) {
      if (opened?.changed === true) this.problems.add(where, `it, of coordinator ${line.coordinator}, is not what its check says`)
      this.#payment(where, line, this.statement)
    }
  }

  #payment (where: string, line: PaymentLine, { worker }: WorkerStatement): void {
    const { problems } = this
    let signed: SignedReceipt
    try {
      signed = openReceipt(line.body, line.signature, this.#signer)
    } catch (error) {
      problems.add(where, errorMessage(error))
      return
    }
    const { receipt, hash } = signed
    if (receipt.payer !== line.coordinator || receipt.payee !== worker) problems.add(where, `it is from ${receipt.payer} to ${receipt.payee}`)
    if (!ackIsValid(worker, hash, line.countersignature, this.#signer)) problems.add(where, `receipt ${receipt.seq} of ${receipt.payer}: the countersignature is not the worker's`)
    const before = this.#highest.get(receipt.payer)
    // between two that do not follow each other some were lost with a worker's disk
    const follows = before !== undefined && receipt.seq === before.receipt.seq + 1
    if (before !== undefined && (receipt.seq <= before.receipt.seq || (follows && receipt.prevHash !== before.hash) || receipt.cumulative < before.receipt.cumulative)) {
      problems.add(where, `receipt ${receipt.seq} of ${receipt.payer} does not continue receipt ${before.receipt.seq}`)
    }
    this.#highest.set(receipt.payer, signed)
    this.#works(where, line, signed, receipt.seq === 1 ? 0n : follows ? before.receipt.cumulative : undefined)
  }

  /** @param before what the receipt before came to, where that is known */
  #works (where: string, { works, coordinator }: PaymentLine, { receipt }: SignedReceipt, before: bigint | undefined): void {
    const { problems } = this
    const worker = this.statement?.worker ?? ''
    const left = new Set(receipt.covers)
    let sum = 0n
    for (const { price, attestation, ...work } of works) {
      this.works++
      sum += BigInt(price)
      const name = `${work.jobId}, chunk ${work.chunk}`
      if (!left.delete(holdIdOf(work))) problems.add(where, `receipt ${receipt.seq} does not pay for ${name}, or it is listed twice`)
      if (!attestationIsValid({ ...work, worker, coordinator, exitCode: 0 }, Buffer.from(attestation, 'hex'), this.#signer)) problems.add(where, `the attestation of ${name} does not hold: it, or what it covers, was changed`)
    }
    if (before === undefined) return
    const added = receipt.cumulative - before
    if (sum > added || (left.size === 0 && works.length > 0 && sum !== added)) problems.add(where, `receipt ${receipt.seq} adds ${added} units, the results it pays for come to ${sum}`)
  }

  #end (): void {
    const { statement, problems } = this
    if (statement === undefined) return
    problems.same('totals', 'receipts', this.#tree.size, statement.receipts)
    problems.same('totals', 'works', this.works, statement.works)
    problems.same('tree', 'the Merkle root', Buffer.from(this.#tree.root()).toString('hex'), statement.root)
    for (const { coordinator, seq, cumulative } of statement.coordinators) {
      const found = this.#highest.get(coordinator)?.receipt
      problems.same('totals', `the highest receipt of ${coordinator}`, found?.seq ?? 0, seq)
      problems.same('totals', `what ${coordinator} paid`, (found?.cumulative ?? 0n).toString(), cumulative)
    }
    const listed = new Set(statement.coordinators.map(({ coordinator }) => coordinator))
    if (listed.size !== statement.coordinators.length) problems.add('statement', 'it lists a coordinator twice')
    for (const payer of this.#highest.keys()) if (!listed.has(payer)) problems.add('statement', `it does not list ${payer}`)
  }
}
