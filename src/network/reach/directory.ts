import type { KadDHT } from '@libp2p/kad-dht'
import { kadDHT, passthroughMapper, removePrivateAddressesMapper } from '@libp2p/kad-dht'
import type { KadDHTComponents } from '@libp2p/kad-dht'
import type { Libp2p, PeerInfo } from '@libp2p/interface'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { sha256 } from 'multiformats/hashes/sha2'
import type { Random } from '../../model/clock.ts'
import { errorMessage } from '../../model/errors.ts'
import type { Logger } from '../../observe/logger.ts'
import { toError } from '../faults.ts'
import { BoundedDatastore } from './bounded-datastore.ts'

const KEPT_RECORDS = 4096
const QUERY_DEADLINE_MS = 30_000
const MAX_FOUND = 16
/** A record is renewed so often; others forget it after two days. */
const PROVIDE_MS = 10 * 60_000
const FIND = { first: 2_000, most: 5 * 60_000, content: 10 * 60_000 } as const

/** What this node's DHT is: the network's own, not the public one of libp2p. A client until it is known that others can dial it. */
export function directoryService (local: boolean): (components: KadDHTComponents) => KadDHT {
  const create = kadDHT({
    protocol: '/nightshift/kad/1.0.0',
    clientMode: true,
    kBucketSize: 8,
    alpha: 3,
    peerInfoMapper: local ? passthroughMapper : removePrivateAddressesMapper
  })
  const datastore = new BoundedDatastore(KEPT_RECORDS)
  // libp2p's components are looked up by name and cannot be copied
  return components => create(new Proxy(components, { get: (all, name) => name === 'datastore' ? datastore : Reflect.get(all, name) as unknown }))
}

/** Under what a capability is found, such as `coordinator` or `worker/wasm`. */
async function capabilityCid (name: string): Promise<CID> {
  return CID.createV1(raw.code, await sha256.digest(new TextEncoder().encode(`nightshift capability ${name}`)))
}

export interface DirectoryInit {
  readonly node: Libp2p
  readonly dht: KadDHT
  readonly random: Pick<Random, 'fraction'>
  readonly log: Logger
  /** what this node says of itself while it can be reached */
  readonly provides: readonly string[]
  /** what it looks for, whether it has it, and whom else to ask when it looks */
  readonly seeks?: { readonly name: string, readonly satisfied: () => boolean, readonly ask: () => void }
  readonly onFound: (peer: PeerInfo) => void
}

/** Says in the DHT what this node is, and finds others there. It finds, it does not dial. */
export class Directory {
  readonly #init: DirectoryInit
  readonly #stop = new AbortController()
  readonly #running = new Set<Promise<void>>()
  readonly #provideTimer: { timer?: NodeJS.Timeout } = {}
  readonly #seekTimer: { timer?: NodeJS.Timeout } = {}
  #reachable = false
  #wait: number = FIND.first

  constructor (init: DirectoryInit) {
    this.#init = init
  }

  start (): void {
    if (this.#init.seeks !== undefined) this.#later(this.#seekTimer, FIND.first, async () => { await this.#seek() })
  }

  async stop (): Promise<void> {
    this.#stop.abort(new Error('the node is closing'))
    clearTimeout(this.#provideTimer.timer)
    clearTimeout(this.#seekTimer.timer)
    await Promise.all(this.#running)
  }

  /** `dialable`: serves others as a part of the DHT. `reachable`: can be reached, if only through a relay. Called again when addresses change. */
  reach (dialable: boolean, reachable: boolean): void {
    this.#run(async () => { await this.#init.dht.setMode(dialable ? 'server' : 'client') })
    this.#reachable = reachable
    if (reachable && this.#init.provides.length > 0) this.#later(this.#provideTimer, 0, async () => { await this.#provide() })
  }

  /** Looks at once, as when the last one found was lost. */
  seekNow (): void {
    this.#wait = FIND.first
    if (this.#init.seeks !== undefined) this.#later(this.#seekTimer, this.#wait * this.#jitter(), async () => { await this.#seek() })
  }

  async #provide (): Promise<void> {
    if (!this.#reachable) return
    const { dht, provides, log } = this.#init
    let told = 0
    for (const name of provides) {
      for await (const event of dht.provide(await capabilityCid(name), { signal: this.#deadline() })) if (event.name === 'PEER_RESPONSE') told++
    }
    log.debug({ provides, told }, 'said in the DHT what this node is')
    // alone in the DHT nobody was told: others may be there soon
    this.#later(this.#provideTimer, (told === 0 ? FIND.first * 5 : PROVIDE_MS) * this.#jitter(), async () => { await this.#provide() })
  }

  async #seek (): Promise<void> {
    const { seeks, node, onFound, log } = this.#init
    if (seeks === undefined) return
    let found = 0
    seeks.ask()
    try {
      for await (const peer of node.contentRouting.findProviders(await capabilityCid(seeks.name), { signal: this.#deadline() })) {
        found++
        onFound(peer)
        if (found === MAX_FOUND) break
      }
    } finally {
      log.debug({ seeks: seeks.name, found }, 'looked into the DHT')
      this.#wait = seeks.satisfied() ? FIND.content : Math.min(FIND.most, this.#wait * 2)
      this.#later(this.#seekTimer, this.#wait * this.#jitter(), async () => { await this.#seek() })
    }
  }

  #deadline (): AbortSignal {
    return AbortSignal.any([this.#stop.signal, AbortSignal.timeout(QUERY_DEADLINE_MS)])
  }

  #jitter (): number {
    return 1 - this.#init.random.fraction() / 2
  }

  #later (slot: { timer?: NodeJS.Timeout }, ms: number, task: () => Promise<void>): void {
    clearTimeout(slot.timer)
    if (this.#stop.signal.aborted) return
    slot.timer = setTimeout(() => { this.#run(task) }, ms)
    slot.timer.unref()
  }

  #run (task: () => Promise<void>): void {
    const running: Promise<void> = task()
      .catch((error: unknown) => { if (!this.#stop.signal.aborted) this.#init.log.debug({ why: errorMessage(toError(error)) }, 'the DHT gave no answer') })
      .finally(() => { this.#running.delete(running) })
    this.#running.add(running)
  }
}
