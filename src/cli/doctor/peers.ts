import type { PeerIntroduction, UnreachedPeer } from '../../model/transport.ts'
import { duration, shortPeer } from '../output.ts'
import { unreachedText } from '../reach-status.ts'
import { note, ok, warning } from './finding.ts'
import type { Finding } from './finding.ts'

/** Nothing here depends on two clocks agreeing; schedules, receipts and certificates of registries do, milliseconds. */
const DRIFT_MS = 5000

/** This machine's clock against those of its peers; it is wrong only if most of them say so. */
export function checkClock (peers: readonly PeerIntroduction[]): Finding {
  const ahead = peers.map(({ clockAheadMs }) => clockAheadMs).filter(ms => ms !== undefined).sort((a, b) => a - b)
  const middle = ahead[Math.floor(ahead.length / 2)]
  if (middle === undefined) return note('CLOCK_UNKNOWN', peers.length === 0 ? 'no peer is connected to compare the clock with' : 'no connected peer tells the time')
  const whose = `${ahead.length === 1 ? 'that of the one peer' : `the middle of ${ahead.length} peers' clocks`} connected`
  if (Math.abs(middle) <= DRIFT_MS) return ok('CLOCK', `its clock is within ${(Math.abs(middle) / 1000).toFixed(1)} s of ${whose}`)
  return warning('CLOCK_DRIFT', `this machine's clock is ${duration(Math.abs(middle))} ${middle > 0 ? 'behind' : 'ahead of'} ${whose}`, 'let it be set by the network: "timedatectl set-ntp true"; if this clock is right, it is the peer\'s that is not')
}

/** Peers this node was told to stay connected to, and is not. */
export function checkUnreached (unreached: readonly UnreachedPeer[], now: number): readonly Finding[] {
  return unreached.map(({ remedy, ...peer }) => warning('PEER_UNREACHED', unreachedText(peer, now), remedy ?? 'see that the node there runs and that its address is right'))
}

/** Versions of what peers run, beside what this node runs and what is installed. */
export function checkVersions (peers: readonly PeerIntroduction[], running: string, installed: string): readonly Finding[] {
  const findings: Finding[] = []
  if (running !== installed) findings.push(warning('VERSION_OLD', `the node runs version ${running}, and ${installed} is installed`, 'start it again'))
  const versions = new Map(peers.flatMap(({ peer, agent }) => {
    const version = /^nightshift\/(\d+\.\d+\.\d+[\w.+-]{0,40})$/.exec(agent)?.[1]
    return version === undefined ? [] : [[peer, version] as const]
  }))
  const newer = [...versions].filter(([, version]) => isNewer(version, running))
  if (newer.length > 0) findings.push(note('PEERS_NEWER', `${newer.length} of ${versions.size} peers run a newer version, e.g. ${shortPeer(newer[0]?.[0] ?? '')} ${newer[0]?.[1] ?? ''}; this node runs ${running}`, 'update Nightshift when it suits you'))
  return findings.length > 0 ? findings : [ok('VERSION', `version ${running}${versions.size === 0 ? '' : `, as new as those of ${versions.size} peer${versions.size === 1 ? '' : 's'}`}`)]
}

function isNewer (one: string, other: string): boolean {
  const [a, b] = [one, other].map(version => version.split(/[.-]/).slice(0, 3).map(Number))
  for (const [i, part] of (a ?? []).entries()) if (part !== b?.[i]) return part > (b?.[i] ?? 0)
  return false
}
