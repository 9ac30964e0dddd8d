import type { Multiaddr } from '@multiformats/multiaddr'
import { endpointOf, isRelayed, scopeOf } from './addresses.ts'
import type { Endpoint } from './addresses.ts'

const REMEMBERED = 1024

/**
 * Which addresses may be dialled. Strangers name addresses, in the DHT and in
 * lists of peers, and must not make this node dial its own machine or network:
 * of those only what its owner named or its own network announced is dialled.
 */
export class DialPolicy {
  readonly #local: boolean
  readonly #allowed = new Set<string>()

  /** `local`: many nodes on one machine, everything may be dialled. */
  constructor (local: boolean) {
    this.#local = local
  }

  /** Lets this address be dialled whatever its scope; of a name, its port at whatever the name stands for. */
  allow (address: Multiaddr): void {
    const endpoint = endpointOf(address)
    const port = address.getComponents().find(({ name }) => name === 'tcp')?.value
    const key = endpoint === undefined ? `* ${port ?? ''}` : keyOf(endpoint)
    this.#allowed.delete(key)
    this.#allowed.add(key)
    for (const oldest of this.#allowed) if (this.#allowed.size > REMEMBERED) this.#allowed.delete(oldest)
  }

  mayDial (address: Multiaddr): boolean {
    if (this.#local) return true
    const endpoint = endpointOf(address)
    // a name is looked at again when it is known what it stands for
    if (endpoint === undefined) return true
    return scopeOf(endpoint.ip) === 'public' || this.#allowed.has(keyOf(endpoint)) || this.#allowed.has(`* ${endpoint.port}`)
  }

  /** Those of a stranger's addresses that are worth a try: IP addresses that may be dialled, directly or through a relay, at most eight. */
  worthTrying (addresses: readonly Multiaddr[]): Multiaddr[] {
    return addresses.filter(address => endpointOf(address) !== undefined && isPlain(address) && this.mayDial(address)).slice(0, 8)
  }
}

/** `/ip…/tcp/…`, with the peer's id or a relay between, and nothing else. */
function isPlain (address: Multiaddr): boolean {
  const names = address.getComponents().slice(2).map(({ name }) => name).join('/')
  return names === '' || names === 'p2p' || (isRelayed(address) && (names === 'p2p/p2p-circuit' || names === 'p2p/p2p-circuit/p2p'))
}

function keyOf ({ ip, port }: Endpoint): string {
  return `${ip} ${port}`
}
