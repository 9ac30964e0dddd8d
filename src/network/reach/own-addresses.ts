import type { PeerId } from '@libp2p/interface'
import type { AddressManager, TransportManager } from '@libp2p/interface-internal'
import { multiaddr } from '@multiformats/multiaddr'
import type { Multiaddr } from '@multiformats/multiaddr'
import { endpointOf, isRelayed } from './addresses.ts'

interface Components {
  readonly peerId: PeerId
  readonly addressManager: AddressManager
  readonly transportManager: TransportManager
}

/**
 * Where this node listens, and what of it peers are told. libp2p tells no peer of
 * an address on the internet before it is confirmed, and of every other at once.
 */
export class OwnAddresses {
  readonly #components: Components
  #disproven: ReadonlySet<string> = new Set()

  constructor (components: Components) {
    this.#components = components
  }

  /** All of them, for a person to choose from: those listened on, those announced, those found by peers, those by way of a relay. */
  all (): string[] {
    const { peerId } = this.#components
    const all = this.#known().map(address => {
      return address.getComponents().at(-1)?.value === peerId.toString() ? address.toString() : `${address.toString()}/p2p/${peerId.toString()}`
    })
    return [...new Set(all)]
  }

  /** Those of a TCP port of this machine. */
  listening (): Multiaddr[] {
    return this.#known().filter(address => !isRelayed(address) && endpointOf(address) !== undefined)
  }

  /** those by way of a relay */
  relayed (): Multiaddr[] {
    return this.#known().filter(isRelayed)
  }

  /** Listens on a further address. Throws when that cannot be. */
  async listen (address: string): Promise<void> {
    await this.#components.transportManager.listen([multiaddr(address)])
  }

  /** Tells peers of an address that one of them has dialled. */
  confirm (address: string): void {
    const { addressManager } = this.#components
    const confirmed = multiaddr(address)
    addressManager.addObservedAddr(confirmed)
    addressManager.confirmObservedAddr(confirmed)
  }

  /** Tells peers no more of addresses that peers tried in vain; replaces what was said before. */
  withdraw (addresses: readonly string[]): void {
    this.#disproven = new Set(addresses.map(address => endpointKey(multiaddr(address))))
    for (const address of addresses) this.#components.addressManager.removeObservedAddr(multiaddr(address))
  }

  /** What libp2p is to leave out of what it tells peers. */
  announced (addresses: Multiaddr[]): Multiaddr[] {
    return addresses.filter(address => isRelayed(address) || !this.#disproven.has(endpointKey(address)))
  }

  #known (): Multiaddr[] {
    return this.#components.addressManager.getAddressesWithMetadata().map(({ multiaddr: known }) => known)
  }
}

/** An address without what follows its port. */
function endpointKey (address: Multiaddr): string {
  const endpoint = endpointOf(address)
  return endpoint === undefined ? address.toString() : `${endpoint.ip} ${endpoint.port}`
}
