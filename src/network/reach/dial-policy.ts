import type { Multiaddr } from '@multiformats/multiaddr'
import { endpointOf, isRelayed, scopeOf } from './addresses.ts'

/** of what the local network named, the latest */
const REMEMBERED = 1024

/**
 * Which addresses may be dialled. Strangers name addresses, in the DHT and in
 * lists of peers, and must not make this node dial its own machine or network:
 * of those only what its owner named or its own network announced is dialled.
 * Nor must they choose names: what a name stands for is known only when it is
 * dialled.
 */
export class DialPolicy {
  readonly #local: boolean
  readonly #owners = new Set<string>()
  /** of names whose records list the addresses: these are at the name, or below it */
  readonly #domains: string[] = []
  readonly #announced = new Set<string>()

  /** `local`: many nodes on one machine, everything may be dialled. */
  constructor (local: boolean) {
    this.#local = local
  }

  /** Lets what the owner named be dialled, for good. */
  allow (address: Multiaddr): void {
    const [first] = address.getComponents()
    if (first?.name === 'dnsaddr') this.#domains.push((first.value ?? '').toLowerCase())
    else this.#owners.add(keyOf(address) ?? '')
  }

  /** Lets an IP address that the local network announced be dialled. */
  allowAnnounced (address: Multiaddr): void {
    if (endpointOf(address) === undefined) return
    const key = keyOf(address) ?? ''
    this.#announced.delete(key)
    this.#announced.add(key)
    for (const oldest of this.#announced) if (this.#announced.size > REMEMBERED) this.#announced.delete(oldest)
  }

  mayDial (address: Multiaddr): boolean {
    if (this.#local) return true
    const endpoint = endpointOf(address)
    if (endpoint !== undefined && scopeOf(endpoint.ip) === 'public') return true
    const key = keyOf(address)
    if (key === undefined) return false
    return this.#owners.has(key) || this.#announced.has(key) || (endpoint === undefined && this.#isListed(address))
  }

  /** Those of a stranger's addresses that are worth a try: IP addresses that may be dialled, directly or through a relay, at most eight. */
  worthTrying (addresses: readonly Multiaddr[]): Multiaddr[] {
    return addresses.filter(address => endpointOf(address) !== undefined && isPlain(address) && this.mayDial(address)).slice(0, 8)
  }

  #isListed (address: Multiaddr): boolean {
    const name = (address.getComponents()[0]?.value ?? '').toLowerCase()
    return this.#domains.some(domain => name === domain || name.endsWith(`.${domain}`))
  }
}

/** `/ip…/tcp/…`, with the peer's id or a relay between, and nothing else. */
function isPlain (address: Multiaddr): boolean {
  const names = address.getComponents().slice(2).map(({ name }) => name).join('/')
  return names === '' || names === 'p2p' || (isRelayed(address) && (names === 'p2p/p2p-circuit' || names === 'p2p/p2p-circuit/p2p'))
}

/** The host, by address or name, and TCP port; undefined for what has none, such as a socket in the file system. */
function keyOf (address: Multiaddr): string | undefined {
  const endpoint = endpointOf(address)
  if (endpoint !== undefined) return `${endpoint.ip} ${endpoint.port}`
  const [first, second] = address.getComponents()
  return first !== undefined && NAMES.includes(first.name) && second?.name === 'tcp' ? `${(first.value ?? '').toLowerCase()} ${second.value ?? ''}` : undefined
}

const NAMES = ['dns', 'dns4', 'dns6']
