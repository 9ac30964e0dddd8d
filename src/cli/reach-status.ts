import type { Reachability } from '../model/reachability.ts'
import type { UnreachedPeer } from '../model/transport.ts'
import { duration, shortPeer } from './output.ts'

/** Whether others can dial a node, and why not. */
export function reachLines ({ dialable, checkedAt, addresses, relay }: Reachability, now: number): string[] {
  const when = checkedAt === undefined ? '' : `, seen ${duration(now - checkedAt)} ago`
  return [
    `  reach: ${ANSWERS[String(dialable) as keyof typeof ANSWERS]}${when}`,
    ...addresses.map(known => `    ${known.address}: ${known.dialable === true ? 'yes' : known.dialable === false ? 'no' : 'not known'}, ${known.reason} (says ${shortPeer(known.by)})`),
    ...relay === undefined ? [] : [`  relay: others get here through ${shortPeer(relay.peer)}, reserved for another ${duration(Math.max(0, relay.expires - now))}`]
  ]
}

/** One sentence on a peer a node was told of and is not connected to. */
export function unreachedText ({ addresses, why, since }: UnreachedPeer, now: number): string {
  return `not connected to ${addresses.join(' or ')}, for ${duration(now - since)}: ${why}`
}

/** The peers a node was told of and is not connected to, and why. */
export function unreachedLines (unreached: readonly UnreachedPeer[], now: number): string[] {
  return unreached.flatMap(({ remedy, ...peer }) => [
    `  ${unreachedText(peer, now)}`,
    ...remedy === undefined ? [] : [`    what to do: ${remedy}`]
  ])
}

const ANSWERS = {
  true: 'others can dial this node',
  false: 'others cannot dial this node, as far as peers have tried; it works by the connections it has',
  unknown: 'not known yet whether others can dial this node: no peer has tried'
} as const
