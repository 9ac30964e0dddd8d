import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import type { ConnectionProtector } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { DialBackOutcome } from '../../model/messages/reach.ts'

const PROBE_DEADLINE_MS = 5_000

/** Makes the layer of a private network; none in an open one. */
export type Protector = () => ConnectionProtector

/**
 * Dials an address as a stranger would, and sees whether this peer answers there.
 * A node of its own does it, with a key made for it: the connections this node
 * has to the peer play no part, and none is left behind.
 */
export async function probe (address: string, peer: string, protector: Protector | undefined, signal: AbortSignal): Promise<DialBackOutcome> {
  const stranger = await createLibp2p({
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false },
    ...protector === undefined ? {} : { connectionProtector: protector }
  })
  const deadline = AbortSignal.timeout(PROBE_DEADLINE_MS)
  try {
    // whoever answers is let say who it is: libp2p has no error of its own for the wrong one
    const { remotePeer } = await stranger.dial(multiaddr(address), { signal: AbortSignal.any([signal, deadline]) })
    return remotePeer.toString() === peer ? DialBackOutcome.DIALED : DialBackOutcome.WRONG_PEER
  } catch (error) {
    return outcomeOf(error, deadline.aborted)
  } finally {
    await stranger.stop()
  }
}

function outcomeOf (error: unknown, late: boolean): DialBackOutcome {
  const { code, name, errors, cause } = error as { code?: string, name?: string, errors?: unknown[], cause?: unknown }
  if (code === 'ECONNREFUSED') return DialBackOutcome.CONNECTION_REFUSED
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return DialBackOutcome.NO_ROUTE
  const inner = errors?.[0] ?? cause
  if (inner !== undefined && inner !== null) return outcomeOf(inner, late)
  return late || code === 'ETIMEDOUT' || name === 'TimeoutError' || name === 'AbortError' ? DialBackOutcome.TIMED_OUT : DialBackOutcome.FAILED
}
