import { JobReceiptCheck } from './check-job-receipt.ts'
import type { JobReceiptOptions } from './check-job-receipt.ts'
import { WorkerReceiptCheck } from './check-worker-receipt.ts'
import { Problems } from './problems.ts'
import { SealReader } from './sealed.ts'

/** Checks a receipt of either kind, given line by line. */
export class ReceiptCheck {
  /** known once the first line was read */
  job: JobReceiptCheck | undefined
  worker: WorkerReceiptCheck | undefined
  readonly #options: JobReceiptOptions
  readonly #reader = new SealReader()
  readonly #frame = new Problems()
  #lines = 0

  constructor (options: JobReceiptOptions) {
    this.#options = options
  }

  /** Takes the next line, without its end. False when nothing more can be understood. */
  line (text: string): boolean {
    this.#lines++
    const part = this.#reader.read(text)
    if (part.kind === 'broken') {
      this.#frame.add(`line ${this.#lines}`, part.what)
      return false
    }
    if (part.kind === 'begin' && part.of === 'job') this.job = new JobReceiptCheck(this.#options)
    if (part.kind === 'begin' && part.of === 'worker') this.worker = new WorkerReceiptCheck(this.#options.signer)
    this.job?.part(part)
    this.worker?.part(part)
    return true
  }

  /** Something about the file itself. */
  refuse (where: string, what: string): void {
    this.#frame.add(where, what)
  }

  /** What is wrong, once all lines were given. */
  end (): Problems {
    if (!this.#reader.complete && this.#frame.count === 0) this.#frame.add('file', 'it ends before its end')
    const all = new Problems()
    for (const problems of [this.#frame, this.job?.problems, this.worker?.problems]) {
      for (const { where, what } of problems?.named ?? []) all.add(where, what)
      all.count += (problems?.count ?? 0) - (problems?.named.length ?? 0)
    }
    return all
  }
}
