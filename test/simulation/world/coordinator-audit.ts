import { wants } from '../../../src/coordinator/chunks.ts'
import { counted } from '../../../src/coordinator/examination.ts'
import { KEYS } from '../../../src/coordinator/keys.ts'
import { decodeChunk, decodeJob } from '../../../src/coordinator/records.ts'
import type { Attempt, Chunk, CoordinatorState, Job, JobRecord } from '../../../src/coordinator/state.ts'
import { balance, escrowAccount, peerAccount } from '../../../src/ledger/accounts.ts'
import { LEDGER_KEYS } from '../../../src/ledger/ledger.ts'
import type { Entry, Hold } from '../../../src/ledger/transfers.ts'
import { attemptIsOpen } from '../../../src/lifecycle/attempt.ts'
import { jobEnded } from '../../../src/lifecycle/job.ts'
import { attemptKey } from '../../../src/model/ids.ts'
import { resultHash } from '../../../src/model/result.ts'
import type { Write } from '../../../src/model/store.ts'
import { BooksAudit } from './books-audit.ts'
import { auditChannels } from './channel-audit.ts'
import type { SimulatedCoordinator, Submission } from './coordinator.ts'
import { isRight } from './truth.ts'
import { must } from './violation.ts'

/** Memory and disk are compared after every so many turns. */
const COMPARED = 8

/** Watches one coordinator for its whole life: what it has in memory after every turn, and what reaches its disk. */
export class CoordinatorAudit {
  readonly #node: SimulatedCoordinator
  readonly #books: BooksAudit
  #turns = 0
  #incarnation = 0
  /** units each worker was told it is owed, by worker */
  readonly entitled = new Map<string, bigint>()
  readonly #told = new Set<string>()
  /** chunks whose decided value is wrong, as `jobId/chunk`: a quorum of liars agreed */
  readonly wrong = new Set<string>()

  readonly #outvoted = new Set<string>()

  constructor (node: SimulatedCoordinator) {
    this.#node = node
    this.#books = new BooksAudit(node.name)
  }

  /** A start: nothing that was accepted may be gone, and the incarnation is new. */
  onLoaded (state: CoordinatorState): void {
    must(state.incarnation > this.#incarnation, 'an incarnation is used once', () => `${this.#node.name} starts as ${state.incarnation} after ${this.#incarnation}`)
    this.#incarnation = state.incarnation
    for (const { record, accepted } of this.#node.submissions.values()) {
      must(!accepted || state.jobs.has(record.id), 'an accepted job is kept', () => `${record.id} is gone after a restart`)
    }
  }

  /** After every turn, when it is written and before its messages leave. */
  onTurn (state: CoordinatorState): void {
    if (++this.#turns % COMPARED === 0) {
      for (const job of state.jobs.values()) this.#onDisk(job)
      this.#books.onDisk(state.ledger, key => this.#node.disk.peek(key))
    }
    this.#books.onTurn(state.ledger)
    auditChannels(this.#node.world, state)
    const holds = new Map([...state.ledger.holds()].map(hold => [hold.id, hold]))
    const inFlight = new Set<string>()
    const unpaid = new Map<string, bigint>()
    for (const job of state.jobs.values()) this.#job(state, job, holds, inFlight, unpaid)
    must(holds.size === 0, 'every hold has an attempt', () => `hold ${[...holds.keys()].join()} belongs to no open attempt`)
    for (const worker of state.workers.values()) {
      for (const key of worker.inFlight) must(inFlight.delete(`${worker.peer} ${key}`), 'what is in flight is live', () => `${worker.peer} is thought to have ${key}`)
    }
    must(inFlight.size === 0, 'what is live is in flight', () => `${[...inFlight].join()} takes no place at its worker`)
    for (const [worker, amount] of unpaid) {
      must(state.unpaid.get(worker) === amount, 'what is owed is known', () => `${worker} is owed ${amount}, the sum kept is ${state.unpaid.get(worker) ?? 0n}`)
    }
    must(unpaid.size === state.unpaid.size, 'what is owed is known', () => `sums are kept for ${[...state.unpaid.keys()].join()}, ${[...unpaid.keys()].join()} are owed`)
  }

  #job (state: CoordinatorState, job: Job, holds: Map<string, Hold>, inFlight: Set<string>, unpaid: Map<string, bigint>): void {
    const { record } = job
    const ended = jobEnded(record.state)
    if (ended) {
      const left = state.ledger.account(escrowAccount(record.id))
      must(balance(left) === 0n && left.debitsPending === 0n, 'I4 the escrow of an ended job is empty', () => `${record.id} keeps ${balance(left)}`)
      must(record.state !== 'FAILED' || (record.error?.message ?? '') !== '', 'every end has a reason', () => `${record.id} failed and does not say why`)
    }
    if (ended && record.state !== 'FAILED') return
    let verified = 0
    let decided = 0
    let failed = 0
    for (const chunk of job.chunks) {
      if (chunk.state === 'DECIDED') decided++
      if (chunk.state === 'DECIDED' || (chunk.state === 'VERIFIED' && chunk.storedAt !== undefined)) verified++
      if (chunk.state === 'FAILED') failed++
      if (!ended) this.#notLost(job, chunk)
      for (const attempt of chunk.attempts) this.#attempt(job, chunk, attempt, holds, inFlight, unpaid)
    }
    if (record.state === 'PARTITIONING' || record.state === 'SUBMITTED') return
    const counted = `${verified}/${decided}/${failed}`
    const kept = `${record.verified}/${record.decided}/${record.failed}`
    must(counted === kept, 'chunks are counted right', () => `${record.id}: verified/decided/failed are ${counted}, the record says ${kept}`)
  }

  /** What was decided is on the disk; what a restart may forget is left aside. */
  #onDisk (job: Job): void {
    const { record } = job
    const stored = this.#node.disk.peek(KEYS.job + record.id)
    const told = stored === undefined ? 'nothing' : essenceOfJob(decodeJob(stored, record.spec))
    must(told === essenceOfJob(record), 'what is decided is on the disk', () => `${record.id} is ${essenceOfJob(record)}, the disk says ${told}`)
    if (jobEnded(record.state)) return
    for (const chunk of job.chunks) {
      const text = this.#node.disk.peek(KEYS.chunk(record.id, chunk.index))
      if (chunk.state === 'DECIDED' && text !== undefined && decodeChunk(text).state === 'DECIDED') continue
      const is = text === undefined ? 'nothing' : essenceOf(decodeChunk(text))
      must(is === essenceOf(chunk), 'what is decided is on the disk', () => `${record.id}/${chunk.index} is ${essenceOf(chunk)}, the disk says ${is}`)
    }
  }

  /** A chunk that is not done is found again by something. */
  #notLost (job: Job, chunk: Chunk): void {
    const where = (what: string) => (): string => `${job.record.id}/${chunk.index} is ${chunk.state}, and ${what}`
    const open = chunk.attempts.some(attempt => attemptIsOpen(attempt.state))
    const isHad = open || chunk.audit === 'trusted'
    if (chunk.state === 'ACTIVE') must(isHad && job.active.has(chunk.index), 'no chunk is lost', where(isHad ? 'nothing watches it' : 'nobody has it'))
    if (chunk.state === 'VERIFIED') must(chunk.storedAt === undefined ? job.active.has(chunk.index) : job.unpaid.has(chunk.index), 'no chunk is lost', where('nothing settles it'))
    if (chunk.index < job.freshFrom && wants(chunk) > 0) must(job.wanting.has(chunk.index), 'no chunk is lost', where('nothing offers it'))
    if (chunk.state === 'DECIDED' || chunk.state === 'FAILED') must(!open && !job.wanting.has(chunk.index), 'no finished chunk runs again', where('it is open'))
  }

  #attempt (job: Job, chunk: Chunk, attempt: Attempt, holds: Map<string, Hold>, inFlight: Set<string>, unpaid: Map<string, bigint>): void {
    if (!attemptIsOpen(attempt.state)) return
    const key = attemptKey({ jobId: job.record.id, chunk: chunk.index, epoch: attempt.epoch })
    if (attempt.holdId === '') return
    const hold = holds.get(attempt.holdId)
    must(hold !== undefined && hold.amount === attempt.price && hold.credit === peerAccount(attempt.worker), 'an open attempt has its hold', () => `${key} of ${attempt.worker}, ${attempt.state}`)
    holds.delete(attempt.holdId)
    if (attempt.state === 'LEASED' || attempt.state === 'RUNNING') inFlight.add(`${attempt.worker} ${key}`)
    if (attempt.state === 'VERIFIED' && chunk.storedAt !== undefined && chunk.state === 'VERIFIED') {
      unpaid.set(attempt.worker, (unpaid.get(attempt.worker) ?? 0n) + attempt.price)
      this.#entitle(attempt.holdId, attempt.worker, attempt.price)
    }
  }

  #entitle (holdId: string, worker: string, price: bigint): void {
    if (this.#told.has(holdId)) return
    this.#told.add(holdId)
    this.entitled.set(worker, (this.entitled.get(worker) ?? 0n) + price)
  }

  /** A batch reached the disk: the money it moves must be moved once, and for the value that was decided. */
  onApplied (writes: readonly Write[]): void {
    const chunks = new Map<string, Chunk>()
    for (const { key, value } of writes) {
      if (!key.startsWith('chunk/') || value === undefined) continue
      const chunk = decodeChunk(value)
      chunks.set(`${key.split('/')[1]}/${chunk.index}`, chunk)
      if (chunk.state === 'DECIDED') this.#decided(key.split('/')[1] ?? '', chunk)
      if (chunk.value !== undefined) this.#noteValue(key.split('/')[1] ?? '', chunk)
    }
    for (const { key, value } of writes) {
      if (!key.startsWith(LEDGER_KEYS.entry) || value === undefined) continue
      const entry = JSON.parse(value) as Entry
      this.#books.onEntry(entry)
      this.#paid(entry, chunks)
    }
    this.#books.onReceipts(writes, this.#node.signer)
  }

  #noteValue (jobId: string, { index, value }: Chunk): void {
    const app = this.#node.submissions.get(jobId)?.app
    if (app !== undefined && !isRight(jobId, index, app, value)) this.#outvoted.add(`${jobId}/${index}`)
  }

  /** True for a chunk of which a wrong value was once agreed. */
  outvoted (jobId: string, chunk: number): boolean {
    return this.#outvoted.has(`${jobId}/${chunk}`)
  }

  #paid (entry: Entry, chunks: ReadonlyMap<string, Chunk>): void {
    for (const { kind, holdId = '', ref } of entry.transfers) {
      if (kind !== 'post') continue
      const chunk = chunks.get(`${ref.job ?? ''}/${ref.chunk ?? -1}`)
      const attempt = chunk?.attempts.find(one => one.epoch === ref.epoch)
      must(chunk?.state === 'DECIDED' && attempt?.state === 'SETTLED' && counted(attempt) === chunk.value, 'I5 only the decided value is paid',
        () => `${ref.job ?? ''}/${ref.chunk ?? -1}/${ref.epoch ?? -1} is paid as ${attempt?.state ?? 'nothing'} of a chunk that is ${chunk?.state ?? 'unknown'}`)
      const worker = attempt?.worker ?? ''
      const copied = this.#node.world.behaviourOf(worker)?.name === 'copier' && !this.wrong.has(`${ref.job ?? ''}/${ref.chunk ?? -1}`)
      must(!copied, 'no copier is paid', () => `${worker} is paid for ${ref.job ?? ''}/${ref.chunk ?? -1}/${ref.epoch ?? -1}`)
      this.#entitle(holdId, worker, this.#books.amountOf(holdId))
    }
  }

  /** A wrong value is decided only where a quorum of liars agreed on it and nobody trusted was asked. */
  #decided (jobId: string, chunk: Chunk): void {
    const submission = this.#node.submissions.get(jobId)
    if (submission === undefined || isRight(jobId, chunk.index, submission.app, chunk.value)) return
    const votes = chunk.attempts.filter(attempt => attempt.state === 'SETTLED')
    const groups = new Set(votes.map(vote => vote.group)).size
    const liars = votes.every(vote => !vote.trusted && this.#node.world.behaviourOf(vote.worker)?.lies === true)
    must(votes.length > 0 && liars && groups >= Math.min(2, submission.record.spec.config.replicas ?? 1), 'a wrong value needs a quorum of liars',
      () => `${jobId}/${chunk.index} by ${votes.map(vote => vote.worker).join()}`)
    this.wrong.add(`${jobId}/${chunk.index}`)
  }

  /** The assembler reads what is on the disk: each chunk's right result, or one that is counted as wrong. */
  onAssembled (jobId: string, { app, chunks, record }: Submission, peek: (key: string) => string | undefined, has: (sha256: string) => boolean): void {
    for (let index = 0; index < chunks; index++) {
      const chunk = peek(KEYS.chunk(jobId, index))
      const stored = peek(KEYS.result(jobId, index))
      if (stored === undefined) {
        must(record.spec.config.allowPartial && chunk !== undefined && decodeChunk(chunk).state === 'FAILED', 'a complete job has every result', () => `${jobId}/${index} has none`)
        continue
      }
      const files = JSON.parse(stored) as { path: string, size: number, sha256: string }[]
      for (const file of files) must(has(file.sha256), 'what was verified is here', () => `${jobId}/${index}: the content of ${file.path} is not`)
      if (this.wrong.has(`${jobId}/${index}`)) continue
      must(isRight(jobId, index, app, resultHash({ exitCode: 0, files })), 'the output is the reference output', () => `${jobId}/${index} has other files`)
    }
  }
}

function essenceOfJob ({ state, chunkCount, verified, decided, failed, spent, disputes, executions, reason, error }: JobRecord): string {
  return [state, chunkCount, verified, decided, failed, spent, disputes, executions, reason?.text ?? '', error?.message ?? ''].join(' ')
}

function essenceOf ({ verdicts, state, epoch, value, storedAt, quorum, excluded, disputed, appFailures, nodeFailures, attempts }: Chunk): string {
  const tries = attempts.map(attempt => [attempt.epoch, attempt.worker, attempt.state === 'RUNNING' ? 'LEASED' : attempt.state, attempt.commitment ?? '', attempt.value ?? ''].join(':'))
  return [state, epoch, value ?? '', storedAt !== undefined, quorum, excluded.join(), disputed, appFailures.join(), nodeFailures.join(), Object.entries(verdicts ?? {}).join(), ...tries].join(' ')
}
