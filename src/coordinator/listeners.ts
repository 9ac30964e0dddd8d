/** Who wants to know what happens to which job. */
export class Listeners<T> {
  readonly #byJob = new Map<string, Set<(news: T) => void>>()

  tell (jobId: string, news: T): void {
    for (const listener of this.#byJob.get(jobId) ?? []) listener(news)
  }

  /** Calls back with all news of a job until the returned function is called. */
  add (jobId: string, listener: (news: T) => void): () => void {
    const set = this.#byJob.get(jobId) ?? new Set()
    set.add(listener)
    this.#byJob.set(jobId, set)
    return () => {
      set.delete(listener)
      if (set.size === 0) this.#byJob.delete(jobId)
    }
  }
}

/** Tells that a job changed, not how. */
export type JobFeed = Listeners<void>
