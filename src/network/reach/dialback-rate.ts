import { TokenBucket } from '../token-bucket.ts'

/** Requests of all peers together and of those of one IP address, per second and at once. */
const RATE = { all: [1, 8], perIp: [1 / 20, 4] } as const
const REMEMBERED_IPS = 1024

/** How often peers are dialled back. Whoever asks too often takes nothing from the others. */
export class DialBackRate {
  readonly #all: TokenBucket
  readonly #perIp = new Map<string, TokenBucket>()

  constructor (now: number) {
    this.#all = new TokenBucket(...RATE.all, now)
  }

  /** Whether one more may be served; what is refused costs nothing. Without an IP address only the rate of all counts. */
  admits (ip: string | undefined, now: number): boolean {
    const own = ip === undefined ? undefined : this.#of(ip, now)
    if (own !== undefined && !taken(own, now)) return false
    if (taken(this.#all, now)) return true
    own?.take(-1, now)
    return false
  }

  #of (ip: string, now: number): TokenBucket {
    const bucket = this.#perIp.get(ip) ?? new TokenBucket(...RATE.perIp, now)
    this.#perIp.delete(ip)
    this.#perIp.set(ip, bucket)
    for (const oldest of this.#perIp.keys()) if (this.#perIp.size > REMEMBERED_IPS) this.#perIp.delete(oldest)
    return bucket
  }
}

function taken (bucket: TokenBucket, now: number): boolean {
  if (bucket.take(1, now) === 0) return true
  bucket.take(-1, now)
  return false
}
