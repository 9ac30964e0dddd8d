import type { KeyObject } from 'node:crypto'
import { LIMITS } from '../model/limits.ts'
import { errorMessage, NightshiftError } from '../model/errors.ts'
import { Frame, Message } from '../model/messages/control.ts'
import { encodeBody } from '../model/messages/encode.ts'
import { digestOf, mustBeSigned, signDigests, verifyDigests } from '../model/messages/signing.ts'
import { validateMessage } from '../model/messages/validate.ts'
import type { ReceivedFrame } from '../model/transport.ts'
import { PeerFault } from './faults.ts'

const NO_SIGNATURE = new Uint8Array(0)

/** A message ready to leave. */
export interface EncodedMessage {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly signed: boolean
}

/**
 * Encodes a message after checking it as its receiver will.
 *
 * @throws NS_E_PROTOCOL when the receiver would refuse it, NS_E_TOO_LARGE when it is longer than `maxBytes`
 */
export function encodeMessage (message: Message, maxBytes: number): EncodedMessage {
  validateMessage(message)
  const bytes = encodeBody(message)
  if (bytes.length > maxBytes) {
    throw new NightshiftError('NS_E_TOO_LARGE', `a message of ${bytes.length} bytes is over the limit of ${maxBytes}`, { remedy: 'send large content as a blob' })
  }
  return { bytes, signed: mustBeSigned(message) }
}

/** One frame of messages, signed when one of them must be. */
export function sealFrame (messages: readonly EncodedMessage[], key: KeyObject, from: string, to: string): Uint8Array<ArrayBuffer> {
  const signature = messages.some(message => message.signed)
    ? signDigests(key, from, to, messages.map(message => digestOf(message.bytes)))
    : NO_SIGNATURE
  return Frame.encode({ messages: messages.map(message => message.bytes), signature })
}

/**
 * Opens a frame of a peer: decodes, checks every message, verifies the signature.
 *
 * @throws PeerFault; nothing of the frame may then be used
 */
export function openFrame (bytes: Uint8Array, key: KeyObject, from: string, to: string): ReceivedFrame {
  const frame = decoded(() => Frame.decode(bytes, { limits: { messages: LIMITS.frameMessages } }))
  // copies, so that a message kept by the caller does not keep its whole frame
  const encoded = frame.messages.map(message => new Uint8Array(message))
  const messages = encoded.map(message => decoded(() => Message.decode(message)))
  for (const message of messages) checked(message)
  if (frame.signature.length === 0) {
    if (messages.some(mustBeSigned)) throw new PeerFault('SIGNATURE_MISSING', 'a frame with messages that must be signed has no signature')
    return { peer: from, messages, encoded, digests: [], signature: NO_SIGNATURE }
  }
  const digests = encoded.map(digestOf)
  if (!verifyDigests(key, from, to, digests, frame.signature)) {
    throw new PeerFault('SIGNATURE_INVALID', `the signature of a frame is not one of ${from} over its ${messages.length} messages to this node`)
  }
  return { peer: from, messages, encoded, digests, signature: new Uint8Array(frame.signature) }
}

function decoded<T> (decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    throw new PeerFault('FRAME_MALFORMED', `a frame cannot be decoded: ${errorMessage(error)}`, error)
  }
}

function checked (message: Message): void {
  try {
    validateMessage(message)
  } catch (error) {
    throw new PeerFault('MESSAGE_INVALID', `a message is invalid: ${errorMessage(error)}`, error)
  }
}
