import type { Failure } from '../outcome.ts'

/** A task that ends here and now, with the reason to report. */
export class StoppedError extends Error {
  readonly failure: Failure

  constructor (failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}
