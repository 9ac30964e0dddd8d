import { formatByc } from '../model/money.ts'
import type { Chunk } from './state.ts'

/** What was paid per result, ByteChips in decimal text. */
interface Paid { readonly min: string, readonly median: string, readonly max: string, readonly total: string, readonly results: number }

export interface WorkerShare {
  readonly worker: string
  readonly executions: number
  readonly paid: string
  readonly results: number
  readonly runMs: number
  /** executions that came to nothing, by the code of the reason */
  readonly lost: Readonly<Record<string, number>>
}

/** Where the work and the money of a job went. Times are sums over all executions, milliseconds. */
export interface Account {
  readonly executions: number
  /** of them: the first of each chunk, further ones to check it, those in place of lost ones, and those of the coordinator itself */
  readonly first: number
  readonly replicas: number
  readonly retries: number
  readonly own: number
  /** from lease to commit, less the run: travel, content, waiting at the worker */
  readonly queueMs: number
  /** as workers report it */
  readonly runMs: number
  /** from commit until the chunk's result was believed and stored */
  readonly verifyMs: number
  readonly paid?: Paid
  /** who was paid most first */
  readonly workers: readonly WorkerShare[]
}

const LOST = ['DECLINED', 'EXPIRED', 'FAILED', 'REJECTED', 'RECALLED', 'BACKTRACKED']

interface Share { executions: number, paid: bigint, results: number, runMs: number, readonly lost: Map<string, number> }

/** Adds up the chunks of a job, one at a time: a job may have a hundred thousand. */
export class Accountant {
  readonly #self: string
  #executions = 0
  #first = 0
  #replicas = 0
  #retries = 0
  #own = 0
  #queueMs = 0
  #runMs = 0
  #verifyMs = 0
  /** results by price: jobs have few different ones */
  readonly #prices = new Map<bigint, number>()
  readonly #shares = new Map<string, Share>()

  /** @param self the coordinator, whose own runs cost nothing */
  constructor (self: string) {
    this.#self = self
  }

  add ({ attempts, storedAt }: Chunk): void {
    let lost = 0
    let fresh = true
    for (const attempt of [...attempts].sort((a, b) => a.epoch - b.epoch)) {
      this.#executions++
      if (attempt.worker === this.#self) this.#own++
      else if (fresh) this.#first++
      else if (lost > 0) {
        this.#retries++
        lost--
      } else this.#replicas++
      if (attempt.worker !== this.#self) fresh = false
      if (LOST.includes(attempt.state)) lost++
      const share = this.#share(attempt.worker)
      share.executions++
      const ran = attempt.usage?.wallMs ?? 0
      share.runMs += ran
      this.#runMs += ran
      if (attempt.committedAt !== undefined) {
        this.#queueMs += Math.max(0, attempt.committedAt - attempt.leasedAt - ran)
        if (storedAt !== undefined) this.#verifyMs += Math.max(0, storedAt - attempt.committedAt)
      }
      if (LOST.includes(attempt.state)) share.lost.set(attempt.reason?.code ?? attempt.state, (share.lost.get(attempt.reason?.code ?? attempt.state) ?? 0) + 1)
      if (attempt.state === 'SETTLED' && attempt.worker !== this.#self) {
        share.paid += attempt.price
        share.results++
        this.#prices.set(attempt.price, (this.#prices.get(attempt.price) ?? 0) + 1)
      }
    }
  }

  result (): Account {
    const workers = [...this.#shares].sort(([, a], [, b]) => a.paid === b.paid ? b.executions - a.executions : a.paid < b.paid ? 1 : -1)
    return {
      executions: this.#executions,
      first: this.#first,
      replicas: this.#replicas,
      retries: this.#retries,
      own: this.#own,
      queueMs: Math.round(this.#queueMs),
      runMs: Math.round(this.#runMs),
      verifyMs: Math.round(this.#verifyMs),
      ...this.#prices.size === 0 ? {} : { paid: this.#paid() },
      workers: workers.map(([worker, { executions, paid, results, runMs, lost }]) => ({ worker, executions, paid: formatByc(paid), results, runMs: Math.round(runMs), lost: Object.fromEntries(lost) }))
    }
  }

  #paid (): Paid {
    const prices = [...this.#prices].sort(([a], [b]) => a < b ? -1 : 1)
    const results = prices.reduce((sum, [, count]) => sum + count, 0)
    let seen = 0
    const [median = 0n] = prices.find(([, count]) => (seen += count) * 2 >= results) ?? []
    return {
      min: formatByc(prices[0]?.[0] ?? 0n),
      median: formatByc(median),
      max: formatByc(prices.at(-1)?.[0] ?? 0n),
      total: formatByc(prices.reduce((sum, [price, count]) => sum + price * BigInt(count), 0n)),
      results
    }
  }

  #share (worker: string): Share {
    const share = this.#shares.get(worker) ?? { executions: 0, paid: 0n, results: 0, runMs: 0, lost: new Map<string, number>() }
    this.#shares.set(worker, share)
    return share
  }
}
