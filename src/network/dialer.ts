import type { Libp2p, PeerId, PeerInfo } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import type { Multiaddr } from '@multiformats/multiaddr'
import { errorMessage, NightshiftError } from '../model/errors.ts'
import type { Clock, Random } from '../model/clock.ts'
import type { Logger } from '../observe/logger.ts'
import type { UnreachedPeer } from '../model/transport.ts'
import { backoff } from './backoff.ts'
import { dialTrouble } from './dial-trouble.ts'
import type { DialTrouble } from './dial-trouble.ts'

/** A connection that lasted this long was a good one, milliseconds. Were it longer, a line that breaks now and then would keep its node away for half a minute each time. */
const STABLE_MS = 5000
const DIAL_DEADLINE_MS = 10_000
const MAX_DISCOVERED = 256
const MAX_FOUND_ADDRESSES = 8
const DISCOVERED_ATTEMPTS = 10

interface Target {
  addresses: readonly Multiaddr[]
  /** those the owner named, which are never given up */
  readonly told: readonly string[]
  /** those found since, newest first */
  found: readonly Multiaddr[]
  /** known from the address, or from the first connection */
  peer: string | undefined
  readonly discovered: boolean
  failures: number
  /** connections in a row that did not last */
  brief: number
  connectedAt: number | undefined
  dialing: boolean
  timer: NodeJS.Timeout | undefined
  /** what came of the last attempt, and since when it has been like that */
  trouble: (DialTrouble & { readonly since: number }) | undefined
  /** why this node itself ended the connection it has */
  parting: DialTrouble | undefined
}

export interface DialerInit {
  readonly node: Libp2p
  readonly clock: Clock
  readonly random: Pick<Random, 'fraction'>
  readonly log: Logger
  /** this node is part of a private network; default false */
  readonly inPrivate?: boolean
}

/** Keeps connections to configured peers for ever and to discovered ones while they answer: one dial at a time per peer, with back-off. */
export class Dialer {
  readonly #init: DialerInit
  readonly #targets = new Set<Target>()
  readonly #unwanted = new Set<string>()
  readonly #stop = new AbortController()
  readonly #onConnect = (event: CustomEvent<PeerId>): void => { this.#connected(event.detail.toString()) }
  readonly #onDisconnect = (event: CustomEvent<PeerId>): void => { this.#lost(event.detail.toString()) }

  constructor (init: DialerInit) {
    this.#init = init
  }

  /** Starts to dial these addresses and never stops. */
  start (addresses: readonly Multiaddr[]): void {
    this.#init.node.addEventListener('peer:connect', this.#onConnect)
    this.#init.node.addEventListener('peer:disconnect', this.#onDisconnect)
    for (const target of targetsOf(addresses)) this.#add(target)
  }

  /** Whether this peer is one to stay connected to. */
  seeks (peer: string): boolean {
    return [...this.#targets].some(target => target.peer === peer)
  }

  /** Dials a peer that was found, unless it is not wanted; one that is known and away is also tried at these addresses. */
  discovered ({ id, multiaddrs }: PeerInfo): void {
    const peer = id.toString()
    if (this.#stop.signal.aborted || this.#unwanted.has(peer) || multiaddrs.length === 0 || peer === this.#init.node.peerId.toString()) return
    const addresses = multiaddrs.slice(0, MAX_FOUND_ADDRESSES).map(address => withPeer(address, peer))
    const known = [...this.#targets]
    const same = known.filter(target => target.peer === peer)
    for (const target of same) this.#learn(target, addresses)
    if (same.length > 0 || known.filter(target => target.discovered).length >= MAX_DISCOVERED) return
    this.#add(newTarget({ addresses, told: [], found: addresses, peer, discovered: true }))
  }

  /** Forgets a discovered peer that turned out to be of no use; false when it is not one. */
  unwanted (peer: string): boolean {
    const target = [...this.#targets].find(known => known.peer === peer && known.discovered)
    if (target === undefined) return false
    this.#unwanted.add(peer)
    for (const oldest of this.#unwanted) if (this.#unwanted.size > MAX_DISCOVERED) this.#unwanted.delete(oldest)
    this.#remove(target)
    return true
  }

  /** This node ends the connection to a peer, for this reason. */
  part (peer: string, trouble: DialTrouble): void {
    for (const target of this.#targets) if (target.peer === peer) target.parting = trouble
  }

  /** Peers the owner named that are not connected, and why. One whose connections never last is among them. */
  unreached (): readonly UnreachedPeer[] {
    const found: UnreachedPeer[] = []
    for (const { told, addresses, peer, trouble, connectedAt } of this.#targets) {
      if (told.length === 0 || trouble === undefined || (connectedAt !== undefined && this.#init.clock.now() - connectedAt >= STABLE_MS)) continue
      found.push({ addresses: addresses.map(String).filter(address => told.includes(address)), ...peer === undefined ? {} : { peer }, ...trouble })
    }
    return found
  }

  stop (): void {
    this.#stop.abort(new Error('the node is closing'))
    this.#init.node.removeEventListener('peer:connect', this.#onConnect)
    this.#init.node.removeEventListener('peer:disconnect', this.#onDisconnect)
    for (const target of this.#targets) this.#remove(target)
  }

  /** What a peer's owner told is kept; of what was found, the latest. */
  #learn (target: Target, found: readonly Multiaddr[]): void {
    if (target.connectedAt !== undefined) return
    const before = target.addresses.map(String)
    const fresh = found.filter(address => !before.includes(address.toString()))
    if (fresh.length === 0) return
    target.found = [...fresh, ...target.found].slice(0, MAX_FOUND_ADDRESSES)
    const kept = target.discovered ? [] : target.addresses.filter(address => target.told.includes(address.toString()))
    target.addresses = [...target.found, ...kept]
    this.#schedule(target, 0)
  }

  #add (target: Target): void {
    this.#targets.add(target)
    this.#schedule(target, 0)
  }

  #remove (target: Target): void {
    clearTimeout(target.timer)
    this.#targets.delete(target)
  }

  #schedule (target: Target, ms: number): void {
    clearTimeout(target.timer)
    target.timer = setTimeout(() => { void this.#dial(target) }, ms)
  }

  async #dial (target: Target): Promise<void> {
    if (target.dialing || target.connectedAt !== undefined || this.#stop.signal.aborted) return
    target.dialing = true
    try {
      const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(DIAL_DEADLINE_MS)])
      const connection = await this.#init.node.dial([...target.addresses], { signal })
      target.peer = connection.remotePeer.toString()
      target.connectedAt = this.#init.clock.now()
      // it may have been lost before its peer was known
      if (connection.status !== 'open') this.#retry(target, { why: 'the connection was closed at once' })
    } catch (error) {
      this.#retry(target, dialTrouble(error, this.#init.inPrivate === true, DIAL_DEADLINE_MS / 1000))
    } finally {
      target.dialing = false
    }
  }

  #retry (target: Target, what: DialTrouble): void {
    if (this.#stop.signal.aborted || !this.#targets.has(target)) return
    const { clock, log, random } = this.#init
    const { why, remedy } = target.parting ?? what
    target.parting = undefined
    if (target.connectedAt !== undefined) {
      // it could be reached: what failed before is past, only connections that never last count
      target.brief = clock.now() - target.connectedAt >= STABLE_MS ? 0 : target.brief + 1
      target.failures = target.brief
    }
    if (target.failures === 0) target.trouble = undefined
    target.trouble = { why, since: target.trouble?.since ?? clock.now(), ...remedy === undefined ? {} : { remedy } }
    target.connectedAt = undefined
    const wait = backoff(target.failures++, random.fraction())
    const about = { addresses: target.addresses.map(String), peer: target.peer, why, remedy, retryInMs: Math.round(wait) }
    // one address that takes the call and never speaks must not use up the time of all others each time
    target.addresses = [...target.addresses.slice(1), ...target.addresses.slice(0, 1)]
    if (target.discovered && target.failures > DISCOVERED_ATTEMPTS) {
      this.#remove(target)
      log.debug(about, 'a discovered peer is given up until it is seen again')
      return
    }
    if (target.failures === 1) log.warn(about, 'a peer is not reachable; dialling it again')
    else log.debug(about, 'a peer is still not reachable')
    this.#schedule(target, wait)
  }

  #connected (peer: string): void {
    for (const target of this.#targets) {
      if (target.peer !== peer || target.connectedAt !== undefined) continue
      target.connectedAt = this.#init.clock.now()
      clearTimeout(target.timer)
    }
  }

  #lost (peer: string): void {
    for (const target of this.#targets) {
      if (target.peer === peer && target.connectedAt !== undefined) this.#retry(target, { why: 'the connection was lost' })
    }
  }
}

/** The addresses of configured peers. Throws NS_E_CONFIG naming the one that is not a multiaddr. */
export function parseAddresses (addresses: readonly string[]): Multiaddr[] {
  return addresses.map(address => {
    try {
      return multiaddr(address)
    } catch (error) {
      throw new NightshiftError('NS_E_CONFIG', `${JSON.stringify(address)} is not an address of a peer: ${errorMessage(error)}`, {
        remedy: 'give addresses in the form /ip4/192.0.2.7/tcp/4001/p2p/12D3…, as the other node prints them',
        cause: error
      })
    }
  })
}

function targetsOf (addresses: readonly Multiaddr[]): Target[] {
  const groups = new Map<string, Multiaddr[]>()
  for (const address of addresses) {
    const key = peerOf(address) ?? address.toString()
    groups.set(key, [...groups.get(key) ?? [], address])
  }
  return [...groups.values()].map(group => newTarget({
    addresses: group,
    told: group.map(String),
    found: [],
    peer: group[0] === undefined ? undefined : peerOf(group[0]),
    discovered: false
  }))
}

/** One that was not dialled yet. */
function newTarget (whom: Pick<Target, 'addresses' | 'told' | 'found' | 'peer' | 'discovered'>): Target {
  return { ...whom, failures: 0, brief: 0, connectedAt: undefined, dialing: false, timer: undefined, trouble: undefined, parting: undefined }
}

function peerOf (address: Multiaddr): string | undefined {
  return address.getComponents().findLast(component => component.name === 'p2p')?.value
}

function withPeer (address: Multiaddr, peer: string): Multiaddr {
  return peerOf(address) === undefined ? address.encapsulate(`/p2p/${peer}`) : address
}
