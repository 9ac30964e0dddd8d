/**
 * Equal shares by max-min fairness: nobody has less than an equal share unless it wants less, and what some do not
 * want is lent to the others in equal parts. Everything is given away while anybody wants it.
 * @param wants slots each could use now
 */
export function equalShares (slots: number, wants: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const shares = new Map([...wants.keys()].map(key => [key, 0]))
  let left = slots
  for (;;) {
    const hungry = [...wants].filter(([key, wanted]) => (shares.get(key) ?? 0) < wanted)
    if (hungry.length === 0 || left <= 0) return shares
    const each = Math.max(1, Math.floor(left / hungry.length))
    for (const [key, wanted] of hungry) {
      const more = Math.min(each, wanted - (shares.get(key) ?? 0), left)
      shares.set(key, (shares.get(key) ?? 0) + more)
      left -= more
    }
  }
}

interface Account {
  /** machine time it was given, against the others', milliseconds */
  served: number
  /** it had something to run when it was looked at last */
  isActive: boolean
  /** a run of it takes so long, smoothed, milliseconds; undefined until one has ended */
  runMs?: number
}

/** Weight of the newest run. */
const SMOOTHING = 0.2

/**
 * Start-time fair queueing (Goyal, Vin, Cheng 1996) of a machine's time among those it works for: whoever was given
 * least comes next. A run is charged as it is expected when it begins, and corrected when it ends. Whoever comes back
 * after a pause starts level with the others, so that nobody saves time up.
 */
export class FairQueue {
  readonly #accounts = new Map<string, Account>()
  #clock = 0

  /** @param active those that run or wait for something; the others are forgotten once they are past */
  attend (active: ReadonlySet<string>): void {
    for (const key of active) {
      const account = this.#account(key)
      if (!account.isActive) account.served = Math.max(account.served, this.#clock)
      account.isActive = true
    }
    for (const [key, account] of this.#accounts) {
      if (active.has(key)) continue
      account.isActive = false
      if (account.served <= this.#clock) this.#accounts.delete(key)
    }
  }

  /** Whose turn it is among those that wait, the first in order where several were given the same; undefined when none does. */
  next (waiting: Iterable<string>): string | undefined {
    let first: string | undefined
    let least = Infinity
    for (const key of waiting) {
      const { served } = this.#account(key)
      if (served >= least) continue
      first = key
      least = served
    }
    return first
  }

  /** Begins a run. Returns what it is charged, milliseconds. */
  begin (key: string): number {
    const account = this.#account(key)
    const charge = this.runMs(key)
    this.#clock = Math.max(this.#clock, account.served)
    account.served += charge
    return charge
  }

  /** Ends a run that was charged so much. One that is taken back is not ended: its charge stays, or taking work back would be a way to more than a share. */
  end (key: string, charged: number, ranMs: number): void {
    const account = this.#account(key)
    account.served += ranMs - charged
    account.runMs = account.runMs === undefined ? ranMs : account.runMs + SMOOTHING * (ranMs - account.runMs)
  }

  /** What a run of it is expected to take, milliseconds; what others' take while nothing is known of it. */
  runMs (key: string): number {
    const own = this.#accounts.get(key)?.runMs
    if (own !== undefined) return Math.max(1, own)
    const others = [...this.#accounts.values()].map(({ runMs }) => runMs).filter(runMs => runMs !== undefined)
    return others.length === 0 ? UNKNOWN_MS : Math.max(1, others.reduce((sum, runMs) => sum + runMs, 0) / others.length)
  }

  #account (key: string): Account {
    const account = this.#accounts.get(key) ?? { served: this.#clock, isActive: false }
    this.#accounts.set(key, account)
    return account
  }
}

/** A run nobody knows anything of is charged this much, milliseconds. */
const UNKNOWN_MS = 100
