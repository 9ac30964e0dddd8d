import type { Signer } from '../model/signer.ts'

const DOMAIN = 'nightshift/belonging/1\0'

/**
 * A worker's word that what it is owed may be netted by this coordinator, and by
 * no other. It cannot be taken back: whoever has it can show it.
 */
export interface Belonging {
  readonly worker: string
  readonly owner: string
  /** of the worker, hex */
  readonly signature: string
}

export function signBelonging (owner: string, signer: Signer): Belonging {
  const fields = { worker: signer.self, owner }
  return { ...fields, signature: Buffer.from(signer.sign(signed(fields))).toString('hex') }
}

export function belongingIsValid (belonging: Belonging, signer: Pick<Signer, 'verify'>): boolean {
  return signer.verify(belonging.worker, signed(belonging), Buffer.from(belonging.signature, 'hex'))
}

function signed ({ worker, owner }: Pick<Belonging, 'worker' | 'owner'>): Buffer {
  return Buffer.from(DOMAIN + JSON.stringify({ worker, owner }), 'utf8')
}
