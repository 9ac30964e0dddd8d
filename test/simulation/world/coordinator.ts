import { settleTurn, step } from '../../../src/coordinator/core.ts'
import type { CoordinatorEffect, CoordinatorEvent, Exhibit } from '../../../src/coordinator/events.ts'
import { findAttempt } from '../../../src/coordinator/attempts.ts'
import { BookKeeper } from '../../../src/coordinator/keep-books.ts'
import { KEYS } from '../../../src/coordinator/keys.ts'
import { loadCoordinator } from '../../../src/coordinator/load.ts'
import { openingTransfer } from '../../../src/coordinator/opening.ts'
import type { CoordinatorConfig, CoordinatorState, JobRecord } from '../../../src/coordinator/state.ts'
import { Turn } from '../../../src/coordinator/turn.ts'
import { jobEnded } from '../../../src/lifecycle/job.ts'
import { attemptKey } from '../../../src/model/ids.ts'
import type { FileRef } from '../../../src/model/block.ts'
import { LIMITS } from '../../../src/model/limits.ts'
import type { Message } from '../../../src/model/messages/control.ts'
import type { Signer } from '../../../src/model/signer.ts'
import type { BlobRef, Write } from '../../../src/model/store.ts'
import { createHash } from 'node:crypto'
import { taskRef } from '../jobs.ts'
import { simulatedSigner } from './signer.ts'
import type { CoordinatorBehaviour } from './behaviours.ts'
import { CoordinatorAudit } from './coordinator-audit.ts'
import { SimulatedProcess } from './process.ts'
import { opinion, truth } from './truth.ts'
import type { AppShape } from './truth.ts'
import { MemoryArchive } from '../../support/archive.ts'
import type { World } from './world.ts'

const OPENING = 10n ** 15n
/** Between two rounds over the books, virtual milliseconds. */
const ROUND_MS = 5000

/** A job that its user has handed in. */
export interface Submission {
  readonly record: JobRecord
  readonly app: AppShape
  readonly chunks: number
  /** the user was told it is accepted */
  accepted: boolean
}

/** A coordinator with everything around its core: engines, blob store, referee, user. */
export class SimulatedCoordinator extends SimulatedProcess<CoordinatorEvent, Turn> {
  state: CoordinatorState | undefined
  readonly submissions = new Map<string, Submission>()
  readonly behaviour: CoordinatorBehaviour
  readonly audit: CoordinatorAudit
  readonly signer: Signer
  readonly #config: CoordinatorConfig
  /** content here; what was not synced is lost with the process */
  /** how often each job has ended */
  readonly #ends = new Map<string, number>()
  readonly #blobs = new Set<string>()
  readonly #unsynced = new Set<string>()
  /** survives the process, as its disk does */
  readonly archive = new MemoryArchive()
  #keeping: AbortController | undefined
  /** reveals whose content is on its way */
  readonly #coming = new Set<string>()

  constructor (world: World, name: string, config: CoordinatorConfig, behaviour: CoordinatorBehaviour) {
    super(world, name)
    this.#config = config
    this.behaviour = behaviour
    this.signer = simulatedSigner(name)
    this.audit = new CoordinatorAudit(this)
    world.network.join(name, {
      incarnation: () => this.state?.incarnation ?? 0,
      alive: () => this.alive,
      pausedUntil: () => this.pausedUntil,
      onUp: peer => { this.post({ kind: 'peer-up', peer, role: 'worker' }) },
      onDown: peer => { this.post({ kind: 'peer-down', peer }) },
      onMessage: (peer, message) => { this.#receive(peer, message) }
    })
  }

  /** The user hands a job in, and again until it is accepted. */
  submit (submission: Submission): void {
    this.submissions.set(submission.record.id, submission)
    this.#offer(submission)
  }

  #offer (submission: Submission): void {
    const { record } = submission
    if (submission.accepted) return
    this.world.after(500, () => { this.#offer(submission) })
    if (!this.alive || this.paused) return
    if (this.disk.peek(KEYS.job + record.id) !== undefined) submission.accepted = true
    // the record is the core's from here on: another try gets another one
    else this.request({ kind: 'submit', record: { ...record } }, refused => { if (refused === undefined) submission.accepted = true })
  }

  protected async load (): Promise<void> {
    this.#unsynced.clear()
    this.#coming.clear()
    const state = await loadCoordinator(this.disk, { signer: this.signer, bootId: this.world.dice.word().toString(16).padStart(32, '0') }, this.#config, this.now())
    await openingTransfer(this.disk, state, OPENING, this.now())
    this.state = state
    this.audit.onLoaded(state)
  }

  protected begin (now: number): Turn { return new Turn(this.#core(), now) }
  protected step (turn: Turn, event: CoordinatorEvent): void { step(turn, event) }
  protected finish (turn: Turn): void { settleTurn(turn) }
  protected mayRefuse ({ kind }: CoordinatorEvent): boolean { return kind === 'submit' || kind === 'abort' || kind === 'retry' }
  protected onStarted (): void {
    this.post({ kind: 'start' })
    this.#keepBooks()
  }

  protected onEnded (): void {
    this.state = undefined
    this.#keeping?.abort()
    this.#keeping = undefined
  }

  /** As the real node: rounds over the books, one at a time, from time to time and after a checkpoint. */
  #keepBooks (): void {
    const keeper = new BookKeeper({
      state: this.#core(),
      store: this.disk,
      archive: this.archive,
      request: async event => {
        await new Promise<void>((resolve, reject) => {
          this.request(event, refused => {
            if (refused === undefined) resolve()
            else reject(refused)
          })
        })
      },
      pause: async ms => {
        if (ms > 0) await new Promise<void>(resolve => { this.later(ms, () => { this.world.touch(); resolve() }) })
      }
    })
    const ending = new AbortController()
    this.#keeping = ending
    const round = (): void => {
      if (ending.signal.aborted) return
      this.world.touch()
      keeper.round(ending.signal).then(() => { this.world.stats.count('rounds over the books') }, (error: unknown) => {
        if (!ending.signal.aborted && this.disk.state !== 'full' && this.disk.state !== 'fsync') this.world.fail(error)
      }).finally(() => { this.later(ROUND_MS, round) })
    }
    round()
  }
  protected onTurn (turn: Turn): void { this.audit.onTurn(turn.state) }
  protected onApplied (writes: readonly Write[]): void { this.audit.onApplied(writes) }
  protected outgoing (peer: string, message: Message): readonly Message[] { return this.behaviour.outgoing?.(this, peer, message) ?? [message] }

  protected effects (turn: Turn): void {
    for (const effect of turn.effects) this.#effect(effect)
  }

  #core (): CoordinatorState {
    if (this.state === undefined) throw new Error('the coordinator is not loaded')
    return this.state
  }

  /** As the real receiver: what a reveal carries is stored before the core is told, or is lost. */
  #receive (peer: string, message: Message): void {
    const attempt = message.reveal?.attempt
    const files = message.reveal?.files ?? []
    const total = files.reduce((sum, file) => sum + (file.content?.size ?? 0), 0)
    if (attempt === undefined || total === 0 || total > LIMITS.inlineBytes) {
      this.post({ kind: 'message', peer, message })
      return
    }
    const found = this.state === undefined ? undefined : findAttempt(this.state, peer, attempt)?.attempt
    const key = `${peer}/${attemptKey(attempt)}`
    if (found?.state !== 'COMMITTED' || found.revealAskedAt === undefined || this.#coming.has(key)) return
    this.#coming.add(key)
    this.post({ kind: 'reveal-coming', peer, attempt })
    this.later(this.world.dice.chance(0.9) ? this.world.dice.whole(0, 5) : this.world.dice.whole(0, 20_000), () => {
      this.#coming.delete(key)
      if (!this.world.calm && this.world.dice.chance(0.05)) {
        this.post({ kind: 'reveal-lost', peer, attempt })
        return
      }
      for (const { content } of files) {
        const sha = Buffer.from(content?.sha256 ?? []).toString('hex')
        if (this.world.worker(peer)?.gives(sha) === true) this.#unsynced.add(sha)
      }
      this.post({ kind: 'message', peer, message })
    })
  }

  #effect (effect: CoordinatorEffect): void {
    const { dice } = this.world
    switch (effect.kind) {
      case 'partition': this.#partition(effect.jobId, effect.run); break
      case 'run-trusted': this.#later(effect.attempt.jobId, dice.whole(100, 1500), () => {
        const { jobId, chunk } = effect.attempt
        const { app } = this.#submission(jobId)
        if (app.broken.has(chunk)) {
          this.post({ kind: 'trusted-done', attempt: effect.attempt, outcome: { ok: false, failureClass: 'app', reason: { code: 'EXIT_NONZERO', text: 'exited with code 3' }, exitCode: 3, stderrTail: 'boom' } })
          return
        }
        const { value, files } = truth(jobId, chunk, app, effect.attempt.epoch)
        for (const file of files) this.#blobs.add(file.sha256)
        this.post({ kind: 'trusted-done', attempt: effect.attempt, outcome: { ok: true, value, files } })
      }); break
      case 'fetch-results': {
        const { jobId, chunk, from, files } = effect
        this.#fetch(jobId, [...from], [...files], new Set(), (stored, unavailableAt) => { this.post({ kind: 'results-stored', jobId, chunk, stored, unavailableAt }) })
        break
      }
      case 'examine': this.#examine(effect.jobId, effect.chunk, effect.exhibits, 0); break
      case 'assemble': this.#later(effect.jobId, dice.whole(5, 500), () => { this.#assemble(effect.jobId) }); break
      case 'make-receipt': {
        const endedAt = this.state?.jobs.get(effect.jobId)?.record.endedAt ?? 0
        this.later(20, () => { this.post({ kind: 'receipt-made', jobId: effect.jobId, endedAt, receipt: { sha256: sha256(`receipt ${effect.jobId} ${endedAt}`), size: 1 } }) })
        break
      }
      case 'stop': {
        this.#ends.set(effect.jobId, (this.#ends.get(effect.jobId) ?? 0) + 1)
        const job = this.state?.jobs.get(effect.jobId)
        if (job !== undefined && (job.record.state === 'COMPLETED' || job.record.state === 'CANCELLED')) job.chunks = []
        break
      }
      default:
    }
  }

  #partition (jobId: string, run: number): void {
    const { dice } = this.world
    const { app, chunks } = this.#submission(jobId)
    const step = dice.whole(1, chunks)
    // one after the other, as the cutter says them, however long the process is paused in between
    const say = (first: number, wait: number): void => {
      this.#later(jobId, wait, () => {
        if (first >= chunks) {
          this.post({ kind: 'partitioned', jobId, run, task: taskRef(this.#submission(jobId).record, chunks) })
          return
        }
        const inputs: BlobRef[] = Array.from({ length: Math.min(step, chunks - first) }, (_, i) => ({ sha256: sha256(`input ${jobId} ${first + i}`), size: app.inputBytes }))
        this.post({ kind: 'chunks', jobId, run, first, inputs })
        say(first + step, dice.whole(0, 100))
      })
    }
    say(0, dice.whole(1, 200))
  }

  /** Every file in turn, from whoever has it. */
  #fetch (jobId: string, from: string[], files: FileRef[], unavailable: Set<string>, then: (stored: boolean, unavailableAt: readonly string[]) => void): void {
    const [file] = files
    const done = (stored: boolean): void => {
      if (stored) this.#sync()
      then(stored, [...unavailable])
    }
    if (file === undefined) {
      this.#later(jobId, this.world.dice.whole(0, 5), () => { done(true) })
      return
    }
    if (this.#blobs.has(file.sha256) || this.#unsynced.has(file.sha256)) {
      this.#fetch(jobId, from, files.slice(1), unavailable, then)
      return
    }
    const peer = from.find(name => !unavailable.has(name))
    if (peer === undefined) {
      this.#later(jobId, 1, () => { done(false) })
      return
    }
    this.#later(jobId, this.world.dice.whole(2, 300), () => {
      const worker = this.world.worker(peer)
      if (worker?.gives(file.sha256) === true && !worker.paused && this.world.network.connected(this.name, peer)) this.#unsynced.add(file.sha256)
      else unavailable.add(peer)
      this.#fetch(jobId, from, files, unavailable, then)
    })
  }

  /** One result after the other is brought here, then the app's script says what it thinks of them, if it can be run. */
  #examine (jobId: string, chunk: number, exhibits: readonly Exhibit[], fetched: number): void {
    const values = exhibits.map(({ value }) => value)
    const exhibit = exhibits[fetched]
    if (exhibit !== undefined) {
      this.#fetch(jobId, exhibit.from.filter(peer => peer !== this.name), [...exhibit.files], new Set(), (stored, unavailableAt) => {
        if (stored) this.#examine(jobId, chunk, exhibits, fetched + 1)
        else this.post({ kind: 'examined', jobId, chunk, values, unavailableAt, text: 'no files' })
      })
      return
    }
    this.#later(jobId, this.world.dice.whole(10, 500), () => {
      const held = this.world.calm || !this.world.dice.chance(0.05)
      const verdict = opinion(jobId, chunk, this.#submission(jobId).app, values)
      this.world.stats.count(`examined: ${held ? verdict : 'in vain'}`)
      this.post({ kind: 'examined', jobId, chunk, values, unavailableAt: [], ...held ? { verdict } : {} })
    })
  }

  #sync (): void {
    for (const sha of this.#unsynced) this.#blobs.add(sha)
    this.#unsynced.clear()
  }

  /** Reads every result back from the disk, as the real assembler does: what is missing there is missing. */
  #assemble (jobId: string): void {
    const job = this.state?.jobs.get(jobId)
    if (job === undefined) return
    this.world.guard(() => { this.audit.onAssembled(jobId, this.#submission(jobId), key => this.disk.peek(key), sha => this.#blobs.has(sha)) })
    this.post({ kind: 'assembled', jobId, outputs: [{ path: 'result', size: 1, sha256: sha256(`output ${jobId}`) }] })
  }

  /** A step of a job, which ends with the job and with the process. */
  /** What is begun for a job ends with it, though it may be retried meanwhile. */
  #later (jobId: string, ms: number, run: () => void): void {
    const ends = this.#ends.get(jobId)
    this.later(ms, () => {
      const job = this.state?.jobs.get(jobId)
      if (job !== undefined && !jobEnded(job.record.state) && this.#ends.get(jobId) === ends) run()
    })
  }

  #submission (jobId: string): Submission {
    const submission = this.submissions.get(jobId)
    if (submission === undefined) throw new Error(`nobody submitted ${jobId}`)
    return submission
  }

  /** the stored list of a chunk's result files */
  resultOf (jobId: string, chunk: number): string | undefined {
    return this.disk.peek(KEYS.result(jobId, chunk))
  }
}

function sha256 (text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
