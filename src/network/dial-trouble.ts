import { errorMessage } from '../model/errors.ts'

/** Why a peer could not be reached, and what to do about it where that can be told. */
export interface DialTrouble { readonly why: string, readonly remedy?: string }

const BROKE_OFF = ['EncryptionFailedError', 'UnexpectedEOFError', 'InvalidDataLengthError', 'InvalidDataLengthLengthError', 'InvalidMessageError', 'ProtocolError', 'UnsupportedProtocolError', 'StreamResetError', 'StreamClosedError']
/** How Noise says that whoever answered has another key than the peer id in the address. */
const OTHER_IDENTITY = /identity key .* does not match expected/
const BY_CODE: Readonly<Record<string, DialTrouble>> = {
  ECONNREFUSED: { why: 'nothing listens there', remedy: 'see that the node there runs, and that this is its address and port: "nightshift status" prints them on its machine' },
  ENOTFOUND: { why: 'there is no machine of that name', remedy: 'check how the name is spelled' },
  EAI_AGAIN: { why: 'the name could not be looked up', remedy: 'see whether this machine is connected to a network' },
  EHOSTUNREACH: { why: 'no way leads to that machine', remedy: 'see whether it is on, and in a network this one can reach' },
  ENETUNREACH: { why: 'no way leads to that network', remedy: 'see whether this machine is connected to a network' }
}

/**
 * What an error of a dial means. What a peer without the right network key does
 * looks like a bad line: whoever reads of it is told what else it may be.
 * @param inPrivate this node is part of a private network
 * @param seconds how long the dial was given
 */
export function dialTrouble (error: unknown, inPrivate: boolean, seconds: number): DialTrouble {
  const { code, name, errors } = error as { code?: string, name?: string, errors?: readonly unknown[] }
  if (errors?.[0] !== undefined) return dialTrouble(errors[0], inPrivate, seconds)
  if (name === 'TimeoutError' || name === 'AbortError' || code === 'ETIMEDOUT') {
    return { why: `no answer within ${seconds} s`, remedy: 'see that the machine is on and that no firewall is in the way' }
  }
  if (OTHER_IDENTITY.test(errorMessage(error))) {
    return { why: 'another node answers there than the one the address names', remedy: 'ask its owner for the address again: "nightshift status" prints it on its machine' }
  }
  if (code === 'ECONNRESET' || (name !== undefined && BROKE_OFF.includes(name))) {
    return {
      why: `it answered and broke off before the two knew each other (${errorMessage(error)})`,
      remedy: inPrivate ? 'it may have another network key, or none: both nodes need the same file as --network-key' : 'it may be part of a private network, which needs --network-key, or be no node at all'
    }
  }
  const known = code === undefined ? undefined : BY_CODE[code]
  return known === undefined ? { why: errorMessage(error) } : { ...known, why: `${known.why} (${code})` }
}
