import { broken, note, ok } from './finding.ts'
import type { Finding } from './finding.ts'

/** What `GET /v1/reachability` says: peers were asked to dial this node back. */
export interface Reachability {
  readonly dialable: boolean | 'unknown'
  readonly addresses?: readonly { readonly address: string, readonly dialable: boolean | 'unknown', readonly reason?: string }[]
  readonly relay?: unknown
}

/** A worker needs to be dialled by nobody; a coordinator lives of it. Undefined when the node cannot tell. */
export function checkReachability (found: Reachability | undefined, role: 'coordinator' | 'worker'): Finding {
  if (found === undefined) return note('DIALABLE_UNKNOWN', 'whether others can dial this node is not known: this version has no dial-back')
  const failed = found.addresses?.find(({ dialable }) => dialable === false)
  if (found.dialable === true) return ok('DIALABLE', `others can dial this node at ${found.addresses?.filter(({ dialable }) => dialable === true).map(({ address }) => address).join(', ') ?? ''}`)
  if (found.dialable === 'unknown') return note('DIALABLE_UNKNOWN', 'whether others can dial this node is not known yet: no peer has tried', 'stay connected to a peer for a while')
  const why = `others cannot dial this node${failed === undefined ? '' : ` at ${failed.address}${failed.reason === undefined ? '' : `: ${failed.reason}`}`}`
  if (role === 'worker') return note('NOT_DIALABLE', `${why}; a worker dials out itself, so it works all the same${found.relay === undefined || found.relay === null ? '' : ', and a relay leads to it'}`)
  if (found.relay !== undefined && found.relay !== null) return note('NOT_DIALABLE', `${why}; a relay leads to it`, 'forward its port for faster transfers')
  return broken('NOT_DIALABLE', why, 'open and forward the TCP port of --listen to this machine, or let workers on the local network find it')
}
