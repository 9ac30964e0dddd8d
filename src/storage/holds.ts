/**
 * Who needs which content at the moment, so that nothing is deleted under
 * anybody's hands. Whoever takes a hold first may then look whether the content
 * is there, and keeps it until the release.
 */
export class Holds {
  readonly #byOwner = new Map<unknown, Set<string>>()
  readonly #owners = new Map<string, number>()
  readonly #deleting = new Map<string, Promise<void>>()

  /** Resolves with true when the content was just being deleted: whether it is there must be asked again. */
  async hold (owner: unknown, sha256: string): Promise<boolean> {
    const held = this.#byOwner.get(owner) ?? new Set()
    this.#byOwner.set(owner, held)
    if (!held.has(sha256)) {
      held.add(sha256)
      this.#owners.set(sha256, (this.#owners.get(sha256) ?? 0) + 1)
    }
    const deleting = this.#deleting.get(sha256)
    await deleting
    return deleting !== undefined
  }

  /** Resolves once no deletion of this content is in progress. */
  async settled (sha256: string): Promise<void> {
    await this.#deleting.get(sha256)
  }

  /** What an owner holds. */
  of (owner: unknown): readonly string[] {
    return [...this.#byOwner.get(owner) ?? []]
  }

  /** Ends all holds of an owner. */
  release (owner: unknown): void {
    for (const sha256 of this.#byOwner.get(owner) ?? []) {
      const left = (this.#owners.get(sha256) ?? 1) - 1
      if (left === 0) this.#owners.delete(sha256)
      else this.#owners.set(sha256, left)
    }
    this.#byOwner.delete(owner)
  }

  has (sha256: string): boolean {
    return this.#owners.has(sha256)
  }

  /** Deletes content unless someone holds it. Rejects as `remove` does. */
  async delete (sha256: string, remove: (sha256: string) => Promise<void>): Promise<void> {
    if (this.has(sha256) || this.#deleting.has(sha256)) return
    const done = remove(sha256).finally(() => { this.#deleting.delete(sha256) })
    this.#deleting.set(sha256, done.catch(() => undefined))
    await done
  }
}
