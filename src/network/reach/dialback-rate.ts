import { TokenBucket } from '../token-bucket.ts'
import { hostNetwork } from './addresses.ts'

/** Requests of all peers together and of those of one host, per second and at once. */
const RATE = { all: [1, 8], perHost: [1 / 20, 4] } as const
const REMEMBERED_HOSTS = 1024

/** How often peers are dialled back. Whoever asks too often takes nothing from the others. */
export class DialBackRate {
  readonly #all: TokenBucket
  readonly #perHost = new Map<string, TokenBucket>()

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
    const host = hostNetwork(ip)
    const bucket = this.#perHost.get(host) ?? new TokenBucket(...RATE.perHost, now)
    this.#perHost.delete(host)
    this.#perHost.set(host, bucket)
    for (const oldest of this.#perHost.keys()) if (this.#perHost.size > REMEMBERED_HOSTS) this.#perHost.delete(oldest)
    return bucket
  }
}

function taken (bucket: TokenBucket, now: number): boolean {
  if (bucket.take(1, now) === 0) return true
  bucket.take(-1, now)
  return false
}
