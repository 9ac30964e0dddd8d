/** Tells listeners which job changed. */
export class JobFeed {
  readonly #listeners = new Map<string, Set<() => void>>()

  changed (jobId: string): void {
    for (const listener of this.#listeners.get(jobId) ?? []) listener()
  }

  /** Calls back at every change of a job until the returned function is called. */
  follow (jobId: string, listener: () => void): () => void {
    const set = this.#listeners.get(jobId) ?? new Set()
    set.add(listener)
    this.#listeners.set(jobId, set)
    return () => {
      set.delete(listener)
      if (set.size === 0) this.#listeners.delete(jobId)
    }
  }
}
