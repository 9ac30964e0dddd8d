import * as varint from 'uint8-varint'
import {
  Announce, Bid, Commit, CommitAck, Decline, Drain, Draw, Equivocation, Evidence, Failed, Heartbeat, HeartbeatAck, Hello, Lease, LeaseAck, Log, Netting, NettingAck,
  NoBid, Offer, Recall, Receipt, ReceiptAck, Refusal, Resume, ResumeReply, Reveal, RevealRequest, RoundResult, SettleRequest, Verdict
} from './control.ts'
import type { Message } from './control.ts'

type Body = keyof Message
type Encoder<K extends Body> = (body: NonNullable<Message[K]>) => Uint8Array

const LENGTH_DELIMITED = 2

/** Field numbers and codecs of the bodies, as control.proto has them. */
const BODIES: { readonly [K in Body]-?: readonly [field: number, encode: Encoder<K>] } = {
  hello: [1, Hello.encode],
  offer: [2, Offer.encode],
  announce: [3, Announce.encode],
  bid: [4, Bid.encode],
  noBid: [5, NoBid.encode],
  lease: [6, Lease.encode],
  leaseAck: [7, LeaseAck.encode],
  decline: [8, Decline.encode],
  heartbeat: [9, Heartbeat.encode],
  heartbeatAck: [10, HeartbeatAck.encode],
  recall: [11, Recall.encode],
  commit: [12, Commit.encode],
  commitAck: [13, CommitAck.encode],
  revealRequest: [14, RevealRequest.encode],
  reveal: [15, Reveal.encode],
  failed: [16, Failed.encode],
  verdict: [17, Verdict.encode],
  resume: [18, Resume.encode],
  resumeReply: [19, ResumeReply.encode],
  drain: [20, Drain.encode],
  log: [21, Log.encode],
  receipt: [22, Receipt.encode],
  receiptAck: [23, ReceiptAck.encode],
  settleRequest: [24, SettleRequest.encode],
  refusal: [25, Refusal.encode],
  equivocation: [26, Equivocation.encode],
  netting: [30, Netting.encode],
  nettingAck: [31, NettingAck.encode],
  draw: [45, Draw.encode],
  evidence: [46, Evidence.encode],
  roundResult: [47, RoundResult.encode]
}

/**
 * The bytes `Message.encode` gives, in a tenth of the time: the generated code
 * copies the message and clears two dozen fields to uphold the `oneof`.
 * `message` must have one body.
 */
export function encodeBody (message: Message): Uint8Array<ArrayBuffer> {
  for (const kind of Object.keys(message) as Body[]) {
    if (message[kind] !== undefined) return encodeAs(kind, message)
  }
  return new Uint8Array(0)
}

function encodeAs<K extends Body> (kind: K, message: Message): Uint8Array<ArrayBuffer> {
  const [field, encode] = BODIES[kind] as readonly [number, Encoder<K>]
  const body = encode(message[kind] as NonNullable<Message[K]>)
  const tag = (field << 3) | LENGTH_DELIMITED
  const tagBytes = varint.encodingLength(tag)
  const prefix = tagBytes + varint.encodingLength(body.length)
  const bytes = new Uint8Array(prefix + body.length)
  varint.encodeUint8Array(tag, bytes, 0)
  varint.encodeUint8Array(body.length, bytes, tagBytes)
  bytes.set(body, prefix)
  return bytes
}
