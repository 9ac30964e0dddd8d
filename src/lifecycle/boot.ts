import { reason } from '../model/reasons.ts'
import type { Reason } from '../model/reasons.ts'
import type { Signer } from '../model/signer.ts'

const DOMAIN = 'nightshift/boot/1\0'

/**
 * Which start of a node speaks, signed by the node. `incarnation` counts starts
 * and is stored; `bootId` is random, so that two processes on copies of one data
 * folder cannot make the same claim.
 */
export interface BootClaim {
  readonly incarnation: number
  /** hex, 16 bytes */
  readonly bootId: string
  /** hex */
  readonly signature: string
}

export function signClaim (incarnation: number, bootId: string, signer: Signer): BootClaim {
  return { incarnation, bootId, signature: Buffer.from(signer.sign(signed(signer.self, incarnation, bootId))).toString('hex') }
}

export function claimIsValid (peer: string, claim: BootClaim, signer: Pick<Signer, 'verify'>): boolean {
  return signer.verify(peer, signed(peer, claim.incarnation, claim.bootId), Buffer.from(claim.signature, 'hex'))
}

/** Why the start that makes this claim is not to be obeyed by who has agreed with `seen` before; undefined when it is. */
export function fence (seen: BootClaim | undefined, claim: BootClaim): Reason | undefined {
  if (seen === undefined || claim.incarnation > seen.incarnation) return undefined
  if (claim.incarnation < seen.incarnation) {
    return reason('STALE_INCARNATION', `it is start ${claim.incarnation} of this coordinator, start ${seen.incarnation} was obeyed here before`)
  }
  if (claim.bootId === seen.bootId) return undefined
  return reason('TWO_COORDINATORS', `two processes say they are start ${claim.incarnation} of this coordinator: ${seen.bootId.slice(0, 8)} was obeyed here before, this one is ${claim.bootId.slice(0, 8)}`)
}

function signed (peer: string, incarnation: number, bootId: string): Buffer {
  return Buffer.from(`${DOMAIN}${peer}\0${incarnation}\0${bootId}`, 'utf8')
}
