import { decodeMessage, encodeMessage, MaxLengthError, message, streamMessage } from 'protons-runtime'
import { alloc as uint8ArrayAlloc } from 'uint8arrays/alloc'
import type { Codec, DecodeOptions } from 'protons-runtime'
import type { Uint8ArrayList } from 'uint8arraylist'

export interface Frame {
  messages: Uint8Array<ArrayBuffer>[]
  signature: Uint8Array<ArrayBuffer>
}

export namespace Frame {
  let _codec: Codec<Frame>

  export const codec = (): Codec<Frame> => {
    if (_codec == null) {
      _codec = message<Frame>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.messages != null && obj.messages.length > 0) {
          for (const value of obj.messages) {
            w.uint32(10)
            w.bytes(value)
          }
        }

        if ((obj.signature != null && obj.signature.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.signature)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          messages: [],
          signature: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.messages != null && obj.messages.length === opts.limits.messages) {
                throw new MaxLengthError('Decode error - repeated field "messages" had too many elements')
              }

              obj.messages.push(reader.bytes())
              break
            }
            case 2: {
              obj.signature = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          messages: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.messages != null && obj.messages === opts.limits.messages) {
                throw new MaxLengthError('Streaming decode error - repeated field "messages" had too many elements')
              }

              yield {
                field: `${prefix}.messages[]`,
                index: obj.messages,
                value: reader.bytes()
              }

              obj.messages++

              break
            }
            case 2: {
              yield {
                field: `${prefix}.signature`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface FrameMessagesFieldEvent {
    field: '$.messages[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface FrameSignatureFieldEvent {
    field: '$.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Frame>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Frame.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Frame>): Frame {
    return decodeMessage(buf, Frame.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Frame>): Generator<FrameMessagesFieldEvent | FrameSignatureFieldEvent> {
    return streamMessage(buf, Frame.codec(), opts)
  }
}

export interface Message {
  hello?: Hello
  offer?: Offer
  announce?: Announce
  bid?: Bid
  noBid?: NoBid
  lease?: Lease
  leaseAck?: LeaseAck
  decline?: Decline
  heartbeat?: Heartbeat
  heartbeatAck?: HeartbeatAck
  recall?: Recall
  commit?: Commit
  commitAck?: CommitAck
  revealRequest?: RevealRequest
  reveal?: Reveal
  failed?: Failed
  verdict?: Verdict
  resume?: Resume
  resumeReply?: ResumeReply
  drain?: Drain
  log?: Log
  receipt?: Receipt
  receiptAck?: ReceiptAck
  settleRequest?: SettleRequest
  refusal?: Refusal
  equivocation?: Equivocation
  netting?: Netting
  nettingAck?: NettingAck
  draw?: Draw
  evidence?: Evidence
  roundResult?: RoundResult
}

export namespace Message {
  let _codec: Codec<Message>

  export const codec = (): Codec<Message> => {
    if (_codec == null) {
      _codec = message<Message>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        obj = { ...obj }

        if (obj.roundResult != null) {
          obj.evidence = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.evidence != null) {
          obj.roundResult = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.draw != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.nettingAck != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.draw = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.netting != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.equivocation != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.refusal != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.settleRequest != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.receiptAck != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.receipt != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.log != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.drain != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.resumeReply != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.resume != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.verdict != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.failed != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.reveal != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.revealRequest != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.commitAck != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.commit != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.recall != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.heartbeatAck != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.heartbeat != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.decline != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.leaseAck != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.lease != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.noBid != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.bid != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.announce = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.announce != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.offer = undefined
          obj.hello = undefined
        }

        if (obj.offer != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.hello = undefined
        }

        if (obj.hello != null) {
          obj.roundResult = undefined
          obj.evidence = undefined
          obj.draw = undefined
          obj.nettingAck = undefined
          obj.netting = undefined
          obj.equivocation = undefined
          obj.refusal = undefined
          obj.settleRequest = undefined
          obj.receiptAck = undefined
          obj.receipt = undefined
          obj.log = undefined
          obj.drain = undefined
          obj.resumeReply = undefined
          obj.resume = undefined
          obj.verdict = undefined
          obj.failed = undefined
          obj.reveal = undefined
          obj.revealRequest = undefined
          obj.commitAck = undefined
          obj.commit = undefined
          obj.recall = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.decline = undefined
          obj.leaseAck = undefined
          obj.lease = undefined
          obj.noBid = undefined
          obj.bid = undefined
          obj.announce = undefined
          obj.offer = undefined
        }

        if (obj.hello != null) {
          w.uint32(10)
          Hello.codec().encode(obj.hello, w)
        }

        if (obj.offer != null) {
          w.uint32(18)
          Offer.codec().encode(obj.offer, w)
        }

        if (obj.announce != null) {
          w.uint32(26)
          Announce.codec().encode(obj.announce, w)
        }

        if (obj.bid != null) {
          w.uint32(34)
          Bid.codec().encode(obj.bid, w)
        }

        if (obj.noBid != null) {
          w.uint32(42)
          NoBid.codec().encode(obj.noBid, w)
        }

        if (obj.lease != null) {
          w.uint32(50)
          Lease.codec().encode(obj.lease, w)
        }

        if (obj.leaseAck != null) {
          w.uint32(58)
          LeaseAck.codec().encode(obj.leaseAck, w)
        }

        if (obj.decline != null) {
          w.uint32(66)
          Decline.codec().encode(obj.decline, w)
        }

        if (obj.heartbeat != null) {
          w.uint32(74)
          Heartbeat.codec().encode(obj.heartbeat, w)
        }

        if (obj.heartbeatAck != null) {
          w.uint32(82)
          HeartbeatAck.codec().encode(obj.heartbeatAck, w)
        }

        if (obj.recall != null) {
          w.uint32(90)
          Recall.codec().encode(obj.recall, w)
        }

        if (obj.commit != null) {
          w.uint32(98)
          Commit.codec().encode(obj.commit, w)
        }

        if (obj.commitAck != null) {
          w.uint32(106)
          CommitAck.codec().encode(obj.commitAck, w)
        }

        if (obj.revealRequest != null) {
          w.uint32(114)
          RevealRequest.codec().encode(obj.revealRequest, w)
        }

        if (obj.reveal != null) {
          w.uint32(122)
          Reveal.codec().encode(obj.reveal, w)
        }

        if (obj.failed != null) {
          w.uint32(130)
          Failed.codec().encode(obj.failed, w)
        }

        if (obj.verdict != null) {
          w.uint32(138)
          Verdict.codec().encode(obj.verdict, w)
        }

        if (obj.resume != null) {
          w.uint32(146)
          Resume.codec().encode(obj.resume, w)
        }

        if (obj.resumeReply != null) {
          w.uint32(154)
          ResumeReply.codec().encode(obj.resumeReply, w)
        }

        if (obj.drain != null) {
          w.uint32(162)
          Drain.codec().encode(obj.drain, w)
        }

        if (obj.log != null) {
          w.uint32(170)
          Log.codec().encode(obj.log, w)
        }

        if (obj.receipt != null) {
          w.uint32(178)
          Receipt.codec().encode(obj.receipt, w)
        }

        if (obj.receiptAck != null) {
          w.uint32(186)
          ReceiptAck.codec().encode(obj.receiptAck, w)
        }

        if (obj.settleRequest != null) {
          w.uint32(194)
          SettleRequest.codec().encode(obj.settleRequest, w)
        }

        if (obj.refusal != null) {
          w.uint32(202)
          Refusal.codec().encode(obj.refusal, w)
        }

        if (obj.equivocation != null) {
          w.uint32(210)
          Equivocation.codec().encode(obj.equivocation, w)
        }

        if (obj.netting != null) {
          w.uint32(242)
          Netting.codec().encode(obj.netting, w)
        }

        if (obj.nettingAck != null) {
          w.uint32(250)
          NettingAck.codec().encode(obj.nettingAck, w)
        }

        if (obj.draw != null) {
          w.uint32(362)
          Draw.codec().encode(obj.draw, w)
        }

        if (obj.evidence != null) {
          w.uint32(370)
          Evidence.codec().encode(obj.evidence, w)
        }

        if (obj.roundResult != null) {
          w.uint32(378)
          RoundResult.codec().encode(obj.roundResult, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.hello = Hello.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.hello
              })
              break
            }
            case 2: {
              obj.offer = Offer.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.offer
              })
              break
            }
            case 3: {
              obj.announce = Announce.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.announce
              })
              break
            }
            case 4: {
              obj.bid = Bid.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.bid
              })
              break
            }
            case 5: {
              obj.noBid = NoBid.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.noBid
              })
              break
            }
            case 6: {
              obj.lease = Lease.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.lease
              })
              break
            }
            case 7: {
              obj.leaseAck = LeaseAck.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.leaseAck
              })
              break
            }
            case 8: {
              obj.decline = Decline.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.decline
              })
              break
            }
            case 9: {
              obj.heartbeat = Heartbeat.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.heartbeat
              })
              break
            }
            case 10: {
              obj.heartbeatAck = HeartbeatAck.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.heartbeatAck
              })
              break
            }
            case 11: {
              obj.recall = Recall.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.recall
              })
              break
            }
            case 12: {
              obj.commit = Commit.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.commit
              })
              break
            }
            case 13: {
              obj.commitAck = CommitAck.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.commitAck
              })
              break
            }
            case 14: {
              obj.revealRequest = RevealRequest.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.revealRequest
              })
              break
            }
            case 15: {
              obj.reveal = Reveal.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.reveal
              })
              break
            }
            case 16: {
              obj.failed = Failed.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.failed
              })
              break
            }
            case 17: {
              obj.verdict = Verdict.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.verdict
              })
              break
            }
            case 18: {
              obj.resume = Resume.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.resume
              })
              break
            }
            case 19: {
              obj.resumeReply = ResumeReply.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.resumeReply
              })
              break
            }
            case 20: {
              obj.drain = Drain.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.drain
              })
              break
            }
            case 21: {
              obj.log = Log.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.log
              })
              break
            }
            case 22: {
              obj.receipt = Receipt.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.receipt
              })
              break
            }
            case 23: {
              obj.receiptAck = ReceiptAck.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.receiptAck
              })
              break
            }
            case 24: {
              obj.settleRequest = SettleRequest.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.settleRequest
              })
              break
            }
            case 25: {
              obj.refusal = Refusal.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.refusal
              })
              break
            }
            case 26: {
              obj.equivocation = Equivocation.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.equivocation
              })
              break
            }
            case 30: {
              obj.netting = Netting.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.netting
              })
              break
            }
            case 31: {
              obj.nettingAck = NettingAck.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.nettingAck
              })
              break
            }
            case 45: {
              obj.draw = Draw.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.draw
              })
              break
            }
            case 46: {
              obj.evidence = Evidence.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.evidence
              })
              break
            }
            case 47: {
              obj.roundResult = RoundResult.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.roundResult
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        if (obj.roundResult != null) {
          delete obj.evidence
          delete obj.draw
          delete obj.nettingAck
          delete obj.netting
          delete obj.equivocation
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.receipt
          delete obj.log
          delete obj.drain
          delete obj.resumeReply
          delete obj.resume
          delete obj.verdict
          delete obj.failed
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.commit
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.decline
          delete obj.leaseAck
          delete obj.lease
          delete obj.noBid
          delete obj.bid
          delete obj.announce
          delete obj.offer
          delete obj.hello
        }

        if (obj.evidence != null) {
          delete obj.roundResult
          delete obj.draw
          delete obj.nettingAck
          delete obj.netting
          delete obj.equivocation
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.receipt
          delete obj.log
          delete obj.drain
          delete obj.resumeReply
          delete obj.resume
          delete obj.verdict
          delete obj.failed
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.commit
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.decline
          delete obj.leaseAck
          delete obj.lease
          delete obj.noBid
          delete obj.bid
          delete obj.announce
          delete obj.offer
          delete obj.hello
        }

        if (obj.draw != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.nettingAck
          delete obj.netting
          delete obj.equivocation
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.receipt
          delete obj.log
          delete obj.drain
          delete obj.resumeReply
          delete obj.resume
          delete obj.verdict
          delete obj.failed
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.commit
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.decline
          delete obj.leaseAck
          delete obj.lease
          delete obj.noBid
          delete obj.bid
          delete obj.announce
          delete obj.offer
          delete obj.hello
        }

        if (obj.nettingAck != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.draw
          delete obj.netting
          delete obj.equivocation
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.receipt
          delete obj.log
          delete obj.drain
          delete obj.resumeReply
          delete obj.resume
          delete obj.verdict
          delete obj.failed
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.commit
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.decline
          delete obj.leaseAck
          delete obj.lease
          delete obj.noBid
          delete obj.bid
          delete obj.announce
          delete obj.offer
          delete obj.hello
        }

        if (obj.netting != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.draw
          delete obj.nettingAck
          delete obj.equivocation
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.receipt
          delete obj.log
          delete obj.drain
          delete obj.resumeReply
          delete obj.resume
          delete obj.verdict
          delete obj.failed
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.commit
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.decline
          delete obj.leaseAck
          delete obj.lease
          delete obj.noBid
          delete obj.bid
          delete obj.announce
          delete obj.offer
          delete obj.hello
        }

        if (obj.equivocation != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.draw
          delete obj.nettingAck
          delete obj.netting
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.receipt
          delete obj.log
          delete obj.drain
          delete obj.resumeReply
          delete obj.resume
          delete obj.verdict
          delete obj.failed
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.commit
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.decline
          delete obj.leaseAck
          delete obj.lease
          delete obj.noBid
          delete obj.bid
          delete obj.announce
          delete obj.offer
          delete obj.hello
        }

        if (obj.refusal != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.draw
          delete obj.nettingAck
          delete obj.netting
          delete obj.equivocation
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.receipt
          delete obj.log
          delete obj.drain
          delete obj.resumeReply
          delete obj.resume
          delete obj.verdict
          delete obj.failed
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.commit
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.decline
          delete obj.leaseAck
          delete obj.lease
          delete obj.noBid
          delete obj.bid
          delete obj.announce
          delete obj.offer
          delete obj.hello
        }

        if (obj.settleRequest != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.draw
          delete obj.nettingAck
          delete obj.netting
          delete obj.equivocation
          delete obj.refusal
          delete obj.receiptAck
          delete obj.receipt
          delete obj.log
          delete obj.drain
          delete obj.resumeReply
          delete obj.resume
          delete obj.verdict
          delete obj.failed
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.commit
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.decline
          delete obj.leaseAck
          delete obj.lease
          delete obj.noBid
          delete obj.bid
          delete obj.announce
          delete obj.offer
          delete obj.hello
        }

        if (obj.receiptAck != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.draw
          delete obj.nettingAck
          delete obj.netting
          delete obj.equivocation
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receipt
          delete obj.log
          delete obj.drain
          delete obj.resumeReply
          delete obj.resume
          delete obj.verdict
          delete obj.failed
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.commit
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.decline
          delete obj.leaseAck
          delete obj.lease
          delete obj.noBid
          delete obj.bid
          delete obj.announce
          delete obj.offer
          delete obj.hello
        }

        if (obj.receipt != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.draw
          delete obj.nettingAck
          delete obj.netting
          delete obj.equivocation
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.log
          delete obj.drain
          delete obj.resumeReply
          delete obj.resume
          delete obj.verdict
          delete obj.failed
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.commit
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.decline
          delete obj.leaseAck
          delete obj.lease
          delete obj.noBid
          delete obj.bid
          delete obj.announce
          delete obj.offer
          delete obj.hello
        }

        if (obj.log != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.draw
          delete obj.nettingAck
          delete obj.netting
          delete obj.equivocation
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.receipt
          delete obj.drain
          delete obj.resumeReply
          delete obj.resume
          delete obj.verdict
          delete obj.failed
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.commit
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.decline
          delete obj.leaseAck
          delete obj.lease
          delete obj.noBid
          delete obj.bid
          delete obj.announce
          delete obj.offer
          delete obj.hello
        }

        if (obj.drain != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.draw
          delete obj.nettingAck
          delete obj.netting
          delete obj.equivocation
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.receipt
          delete obj.log
          delete obj.resumeReply
          delete obj.resume
          delete obj.verdict
          delete obj.failed
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.commit
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.decline
          delete obj.leaseAck
          delete obj.lease
          delete obj.noBid
          delete obj.bid
          delete obj.announce
          delete obj.offer
          delete obj.hello
        }

        if (obj.resumeReply != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.draw
          delete obj.nettingAck
          delete obj.netting
          delete obj.equivocation
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.receipt
          delete obj.log
          delete obj.drain
          delete obj.resume
          delete obj.verdict
          delete obj.failed
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.commit
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.decline
          delete obj.leaseAck
          delete obj.lease
          delete obj.noBid
          delete obj.bid
          delete obj.announce
          delete obj.offer
          delete obj.hello
        }

        if (obj.resume != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.draw
          delete obj.nettingAck
          delete obj.netting
          delete obj.equivocation
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.receipt
          delete obj.log
          delete obj.drain
          delete obj.resumeReply
          delete obj.verdict
          delete obj.failed
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.commit
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.decline
          delete obj.leaseAck
          delete obj.lease
          delete obj.noBid
          delete obj.bid
          delete obj.announce
          delete obj.offer
          delete obj.hello
        }

        if (obj.verdict != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.draw
          delete obj.nettingAck
          delete obj.netting
          delete obj.equivocation
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.receipt
          delete obj.log
          delete obj.drain
          delete obj.resumeReply
          delete obj.resume
          delete obj.failed
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.commit
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.decline
          delete obj.leaseAck
          delete obj.lease
          delete obj.noBid
          delete obj.bid
          delete obj.announce
          delete obj.offer
          delete obj.hello
        }

        if (obj.failed != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.draw
          delete obj.nettingAck
          delete obj.netting
          delete obj.equivocation
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.receipt
          delete obj.log
          delete obj.drain
          delete obj.resumeReply
          delete obj.resume
          delete obj.verdict
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.commit
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.decline
          delete obj.leaseAck
          delete obj.lease
          delete obj.noBid
          delete obj.bid
          delete obj.announce
          delete obj.offer
          delete obj.hello
        }

        if (obj.reveal != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.draw
          delete obj.nettingAck
          delete obj.netting
          delete obj.equivocation
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.receipt
          delete obj.log
          delete obj.drain
          delete obj.resumeReply
          delete obj.resume
          delete obj.verdict
          delete obj.failed
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.commit
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.decline
          delete obj.leaseAck
          delete obj.lease
          delete obj.noBid
          delete obj.bid
          delete obj.announce
          delete obj.offer
          delete obj.hello
        }

        if (obj.revealRequest != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.draw
          delete obj.nettingAck
          delete obj.netting
          delete obj.equivocation
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.receipt
          delete obj.log
          delete obj.drain
          delete obj.resumeReply
          delete obj.resume
          delete obj.verdict
          delete obj.failed
          delete obj.reveal
          delete obj.commitAck
          delete obj.commit
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.decline
          delete obj.leaseAck
          delete obj.lease
          delete obj.noBid
          delete obj.bid
          delete obj.announce
          delete obj.offer
          delete obj.hello
        }

        if (obj.commitAck != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.draw
          delete obj.nettingAck
          delete obj.netting
          delete obj.equivocation
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.receipt
          delete obj.log
          delete obj.drain
          delete obj.resumeReply
          delete obj.resume
          delete obj.verdict
          delete obj.failed
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commit
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.decline
          delete obj.leaseAck
          delete obj.lease
          delete obj.noBid
          delete obj.bid
          delete obj.announce
          delete obj.offer
          delete obj.hello
        }

        if (obj.commit != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.draw
          delete obj.nettingAck
          delete obj.netting
          delete obj.equivocation
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.receipt
          delete obj.log
          delete obj.drain
          delete obj.resumeReply
          delete obj.resume
          delete obj.verdict
          delete obj.failed
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.decline
          delete obj.leaseAck
          delete obj.lease
          delete obj.noBid
          delete obj.bid
          delete obj.announce
          delete obj.offer
          delete obj.hello
        }

        if (obj.recall != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.draw
          delete obj.nettingAck
          delete obj.netting
          delete obj.equivocation
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.receipt
          delete obj.log
          delete obj.drain
          delete obj.resumeReply
          delete obj.resume
          delete obj.verdict
          delete obj.failed
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.commit
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.decline
          delete obj.leaseAck
          delete obj.lease
          delete obj.noBid
          delete obj.bid
          delete obj.announce
          delete obj.offer
          delete obj.hello
        }

        if (obj.heartbeatAck != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.draw
          delete obj.nettingAck
          delete obj.netting
          delete obj.equivocation
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.receipt
          delete obj.log
          delete obj.drain
          delete obj.resumeReply
          delete obj.resume
          delete obj.verdict
          delete obj.failed
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.commit
          delete obj.recall
          delete obj.heartbeat
          delete obj.decline
          delete obj.leaseAck
          delete obj.lease
          delete obj.noBid
          delete obj.bid
          delete obj.announce
          delete obj.offer
          delete obj.hello
        }

        if (obj.heartbeat != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.draw
          delete obj.nettingAck
          delete obj.netting
          delete obj.equivocation
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.receipt
          delete obj.log
          delete obj.drain
          delete obj.resumeReply
          delete obj.resume
          delete obj.verdict
          delete obj.failed
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.commit
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.decline
          delete obj.leaseAck
          delete obj.lease
          delete obj.noBid
          delete obj.bid
          delete obj.announce
          delete obj.offer
          delete obj.hello
        }

        if (obj.decline != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.draw
          delete obj.nettingAck
          delete obj.netting
          delete obj.equivocation
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.receipt
          delete obj.log
          delete obj.drain
          delete obj.resumeReply
          delete obj.resume
          delete obj.verdict
          delete obj.failed
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.commit
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.leaseAck
          delete obj.lease
          delete obj.noBid
          delete obj.bid
          delete obj.announce
          delete obj.offer
          delete obj.hello
        }

        if (obj.leaseAck != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.draw
          delete obj.nettingAck
          delete obj.netting
          delete obj.equivocation
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.receipt
          delete obj.log
          delete obj.drain
          delete obj.resumeReply
          delete obj.resume
          delete obj.verdict
          delete obj.failed
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.commit
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.decline
          delete obj.lease
          delete obj.noBid
          delete obj.bid
          delete obj.announce
          delete obj.offer
          delete obj.hello
        }

        if (obj.lease != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.draw
          delete obj.nettingAck
          delete obj.netting
          delete obj.equivocation
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.receipt
          delete obj.log
          delete obj.drain
          delete obj.resumeReply
          delete obj.resume
          delete obj.verdict
          delete obj.failed
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.commit
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.decline
          delete obj.leaseAck
          delete obj.noBid
          delete obj.bid
          delete obj.announce
          delete obj.offer
          delete obj.hello
        }

        if (obj.noBid != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.draw
          delete obj.nettingAck
          delete obj.netting
          delete obj.equivocation
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.receipt
          delete obj.log
          delete obj.drain
          delete obj.resumeReply
          delete obj.resume
          delete obj.verdict
          delete obj.failed
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.commit
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.decline
          delete obj.leaseAck
          delete obj.lease
          delete obj.bid
          delete obj.announce
          delete obj.offer
          delete obj.hello
        }

        if (obj.bid != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.draw
          delete obj.nettingAck
          delete obj.netting
          delete obj.equivocation
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.receipt
          delete obj.log
          delete obj.drain
          delete obj.resumeReply
          delete obj.resume
          delete obj.verdict
          delete obj.failed
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.commit
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.decline
          delete obj.leaseAck
          delete obj.lease
          delete obj.noBid
          delete obj.announce
          delete obj.offer
          delete obj.hello
        }

        if (obj.announce != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.draw
          delete obj.nettingAck
          delete obj.netting
          delete obj.equivocation
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.receipt
          delete obj.log
          delete obj.drain
          delete obj.resumeReply
          delete obj.resume
          delete obj.verdict
          delete obj.failed
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.commit
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.decline
          delete obj.leaseAck
          delete obj.lease
          delete obj.noBid
          delete obj.bid
          delete obj.offer
          delete obj.hello
        }

        if (obj.offer != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.draw
          delete obj.nettingAck
          delete obj.netting
          delete obj.equivocation
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.receipt
          delete obj.log
          delete obj.drain
          delete obj.resumeReply
          delete obj.resume
          delete obj.verdict
          delete obj.failed
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.commit
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.decline
          delete obj.leaseAck
          delete obj.lease
          delete obj.noBid
          delete obj.bid
          delete obj.announce
          delete obj.hello
        }

        if (obj.hello != null) {
          delete obj.roundResult
          delete obj.evidence
          delete obj.draw
          delete obj.nettingAck
          delete obj.netting
          delete obj.equivocation
          delete obj.refusal
          delete obj.settleRequest
          delete obj.receiptAck
          delete obj.receipt
          delete obj.log
          delete obj.drain
          delete obj.resumeReply
          delete obj.resume
          delete obj.verdict
          delete obj.failed
          delete obj.reveal
          delete obj.revealRequest
          delete obj.commitAck
          delete obj.commit
          delete obj.recall
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.decline
          delete obj.leaseAck
          delete obj.lease
          delete obj.noBid
          delete obj.bid
          delete obj.announce
          delete obj.offer
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Hello.codec().stream(reader, reader.uint32(), `${prefix}.hello`, {
                limits: opts.limits?.hello
              })

              break
            }
            case 2: {
              yield * Offer.codec().stream(reader, reader.uint32(), `${prefix}.offer`, {
                limits: opts.limits?.offer
              })

              break
            }
            case 3: {
              yield * Announce.codec().stream(reader, reader.uint32(), `${prefix}.announce`, {
                limits: opts.limits?.announce
              })

              break
            }
            case 4: {
              yield * Bid.codec().stream(reader, reader.uint32(), `${prefix}.bid`, {
                limits: opts.limits?.bid
              })

              break
            }
            case 5: {
              yield * NoBid.codec().stream(reader, reader.uint32(), `${prefix}.noBid`, {
                limits: opts.limits?.noBid
              })

              break
            }
            case 6: {
              yield * Lease.codec().stream(reader, reader.uint32(), `${prefix}.lease`, {
                limits: opts.limits?.lease
              })

              break
            }
            case 7: {
              yield * LeaseAck.codec().stream(reader, reader.uint32(), `${prefix}.leaseAck`, {
                limits: opts.limits?.leaseAck
              })

              break
            }
            case 8: {
              yield * Decline.codec().stream(reader, reader.uint32(), `${prefix}.decline`, {
                limits: opts.limits?.decline
              })

              break
            }
            case 9: {
              yield * Heartbeat.codec().stream(reader, reader.uint32(), `${prefix}.heartbeat`, {
                limits: opts.limits?.heartbeat
              })

              break
            }
            case 10: {
              yield * HeartbeatAck.codec().stream(reader, reader.uint32(), `${prefix}.heartbeatAck`, {
                limits: opts.limits?.heartbeatAck
              })

              break
            }
            case 11: {
              yield * Recall.codec().stream(reader, reader.uint32(), `${prefix}.recall`, {
                limits: opts.limits?.recall
              })

              break
            }
            case 12: {
              yield * Commit.codec().stream(reader, reader.uint32(), `${prefix}.commit`, {
                limits: opts.limits?.commit
              })

              break
            }
            case 13: {
              yield * CommitAck.codec().stream(reader, reader.uint32(), `${prefix}.commitAck`, {
                limits: opts.limits?.commitAck
              })

              break
            }
            case 14: {
              yield * RevealRequest.codec().stream(reader, reader.uint32(), `${prefix}.revealRequest`, {
                limits: opts.limits?.revealRequest
              })

              break
            }
            case 15: {
              yield * Reveal.codec().stream(reader, reader.uint32(), `${prefix}.reveal`, {
                limits: opts.limits?.reveal
              })

              break
            }
            case 16: {
              yield * Failed.codec().stream(reader, reader.uint32(), `${prefix}.failed`, {
                limits: opts.limits?.failed
              })

              break
            }
            case 17: {
              yield * Verdict.codec().stream(reader, reader.uint32(), `${prefix}.verdict`, {
                limits: opts.limits?.verdict
              })

              break
            }
            case 18: {
              yield * Resume.codec().stream(reader, reader.uint32(), `${prefix}.resume`, {
                limits: opts.limits?.resume
              })

              break
            }
            case 19: {
              yield * ResumeReply.codec().stream(reader, reader.uint32(), `${prefix}.resumeReply`, {
                limits: opts.limits?.resumeReply
              })

              break
            }
            case 20: {
              yield * Drain.codec().stream(reader, reader.uint32(), `${prefix}.drain`, {
                limits: opts.limits?.drain
              })

              break
            }
            case 21: {
              yield * Log.codec().stream(reader, reader.uint32(), `${prefix}.log`, {
                limits: opts.limits?.log
              })

              break
            }
            case 22: {
              yield * Receipt.codec().stream(reader, reader.uint32(), `${prefix}.receipt`, {
                limits: opts.limits?.receipt
              })

              break
            }
            case 23: {
              yield * ReceiptAck.codec().stream(reader, reader.uint32(), `${prefix}.receiptAck`, {
                limits: opts.limits?.receiptAck
              })

              break
            }
            case 24: {
              yield * SettleRequest.codec().stream(reader, reader.uint32(), `${prefix}.settleRequest`, {
                limits: opts.limits?.settleRequest
              })

              break
            }
            case 25: {
              yield * Refusal.codec().stream(reader, reader.uint32(), `${prefix}.refusal`, {
                limits: opts.limits?.refusal
              })

              break
            }
            case 26: {
              yield * Equivocation.codec().stream(reader, reader.uint32(), `${prefix}.equivocation`, {
                limits: opts.limits?.equivocation
              })

              break
            }
            case 30: {
              yield * Netting.codec().stream(reader, reader.uint32(), `${prefix}.netting`, {
                limits: opts.limits?.netting
              })

              break
            }
            case 31: {
              yield * NettingAck.codec().stream(reader, reader.uint32(), `${prefix}.nettingAck`, {
                limits: opts.limits?.nettingAck
              })

              break
            }
            case 45: {
              yield * Draw.codec().stream(reader, reader.uint32(), `${prefix}.draw`, {
                limits: opts.limits?.draw
              })

              break
            }
            case 46: {
              yield * Evidence.codec().stream(reader, reader.uint32(), `${prefix}.evidence`, {
                limits: opts.limits?.evidence
              })

              break
            }
            case 47: {
              yield * RoundResult.codec().stream(reader, reader.uint32(), `${prefix}.roundResult`, {
                limits: opts.limits?.roundResult
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface MessageHelloVersionFieldEvent {
    field: '$.hello.version'
    value: number
  }

  export interface MessageHelloMinVersionFieldEvent {
    field: '$.hello.minVersion'
    value: number
  }

  export interface MessageHelloRoleFieldEvent {
    field: '$.hello.role'
    value: string
  }

  export interface MessageHelloAgentFieldEvent {
    field: '$.hello.agent'
    value: string
  }

  export interface MessageHelloIncarnationFieldEvent {
    field: '$.hello.incarnation'
    value: number
  }

  export interface MessageHelloLedgerSeqFieldEvent {
    field: '$.hello.ledgerSeq'
    value: number
  }

  export interface MessageHelloLedgerHashFieldEvent {
    field: '$.hello.ledgerHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageHelloBootIdFieldEvent {
    field: '$.hello.bootId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageHelloSentAtFieldEvent {
    field: '$.hello.sentAt'
    value: number
  }

  export interface MessageOfferOfferSeqFieldEvent {
    field: '$.offer.offerSeq'
    value: number
  }

  export interface MessageOfferSlotsFreeFieldEvent {
    field: '$.offer.slotsFree'
    value: number
  }

  export interface MessageOfferSlotsTotalFieldEvent {
    field: '$.offer.slotsTotal'
    value: number
  }

  export interface MessageOfferCoresFieldEvent {
    field: '$.offer.cores'
    value: number
  }

  export interface MessageOfferMemoryMiBFieldEvent {
    field: '$.offer.memoryMiB'
    value: number
  }

  export interface MessageOfferDiskMiBFieldEvent {
    field: '$.offer.diskMiB'
    value: number
  }

  export interface MessageOfferGpusModelFieldEvent {
    field: '$.offer.gpus[].model'
    value: string
    index: number
  }

  export interface MessageOfferGpusVramMiBFieldEvent {
    field: '$.offer.gpus[].vramMiB'
    value: number
    index: number
  }

  export interface MessageOfferGpusDriverFieldEvent {
    field: '$.offer.gpus[].driver'
    value: string
    index: number
  }

  export interface MessageOfferPlatformsFieldEvent {
    field: '$.offer.platforms[]'
    index: number
    value: string
  }

  export interface MessageOfferIsolationFieldEvent {
    field: '$.offer.isolation'
    value: string
  }

  export interface MessageOfferNumericClassFieldEvent {
    field: '$.offer.numericClass'
    value: string
  }

  export interface MessageOfferPriceLevelFieldEvent {
    field: '$.offer.priceLevel'
    value: number
  }

  export interface MessageOfferCachedAppsFieldEvent {
    field: '$.offer.cachedApps[]'
    index: number
    value: string
  }

  export interface MessageOfferOperatorFieldEvent {
    field: '$.offer.operator'
    value: string
  }

  export interface MessageOfferValidForMsFieldEvent {
    field: '$.offer.validForMs'
    value: number
  }

  export interface MessageOfferCpuModelFieldEvent {
    field: '$.offer.cpuModel'
    value: string
  }

  export interface MessageOfferArchFieldEvent {
    field: '$.offer.arch'
    value: string
  }

  export interface MessageOfferRuntimesFieldEvent {
    field: '$.offer.runtimes[]'
    index: number
    value: string
  }

  export interface MessageOfferEgressFieldEvent {
    field: '$.offer.egress'
    value: boolean
  }

  export interface MessageOfferSuspendedCodeFieldEvent {
    field: '$.offer.suspended.code'
    value: string
  }

  export interface MessageOfferSuspendedTextFieldEvent {
    field: '$.offer.suspended.text'
    value: string
  }

  export interface MessageOfferBandwidthFieldEvent {
    field: '$.offer.bandwidth'
    value: number
  }

  export interface MessageOfferFreeForFieldEvent {
    field: '$.offer.freeFor'
    value: number
  }

  export interface MessageOfferSpeedFieldEvent {
    field: '$.offer.speed'
    value: number
  }

  export interface MessageAnnounceJobIdFieldEvent {
    field: '$.announce.jobId'
    value: string
  }

  export interface MessageAnnounceRoundFieldEvent {
    field: '$.announce.round'
    value: number
  }

  export interface MessageAnnounceRequirementsPlatformFieldEvent {
    field: '$.announce.requirements.platform'
    value: string
  }

  export interface MessageAnnounceRequirementsMinCoresFieldEvent {
    field: '$.announce.requirements.minCores'
    value: number
  }

  export interface MessageAnnounceRequirementsMinMemoryMiBFieldEvent {
    field: '$.announce.requirements.minMemoryMiB'
    value: number
  }

  export interface MessageAnnounceRequirementsMinDiskMiBFieldEvent {
    field: '$.announce.requirements.minDiskMiB'
    value: number
  }

  export interface MessageAnnounceRequirementsGpusFieldEvent {
    field: '$.announce.requirements.gpus[]'
    index: number
    value: string
  }

  export interface MessageAnnounceRequirementsIsolationFieldEvent {
    field: '$.announce.requirements.isolation'
    value: string
  }

  export interface MessageAnnounceRequirementsNetworkFieldEvent {
    field: '$.announce.requirements.network'
    value: string
  }

  export interface MessageAnnounceRequirementsGpuCountFieldEvent {
    field: '$.announce.requirements.gpuCount'
    value: number
  }

  export interface MessageAnnounceRequirementsArchFieldEvent {
    field: '$.announce.requirements.arch'
    value: string
  }

  export interface MessageAnnounceRequirementsRuntimeFieldEvent {
    field: '$.announce.requirements.runtime'
    value: string
  }

  export interface MessageAnnounceRequirementsImageFieldEvent {
    field: '$.announce.requirements.image'
    value: string
  }

  export interface MessageAnnounceWorkMsFieldEvent {
    field: '$.announce.workMs'
    value: number
  }

  export interface MessageAnnounceChunksPendingFieldEvent {
    field: '$.announce.chunksPending'
    value: number
  }

  export interface MessageAnnounceTrustFieldEvent {
    field: '$.announce.trust'
    value: string
  }

  export interface MessageAnnounceMaxPriceFieldEvent {
    field: '$.announce.maxPrice'
    value: bigint
  }

  export interface MessageAnnounceDeadlineFieldEvent {
    field: '$.announce.deadline'
    value: number
  }

  export interface MessageAnnounceAppHashFieldEvent {
    field: '$.announce.appHash'
    value: string
  }

  export interface MessageAnnounceAppNameFieldEvent {
    field: '$.announce.appName'
    value: string
  }

  export interface MessageBidJobIdFieldEvent {
    field: '$.bid.jobId'
    value: string
  }

  export interface MessageBidRoundFieldEvent {
    field: '$.bid.round'
    value: number
  }

  export interface MessageBidPriceFieldEvent {
    field: '$.bid.price'
    value: bigint
  }

  export interface MessageBidSlotsFieldEvent {
    field: '$.bid.slots'
    value: number
  }

  export interface MessageBidChunkMsFieldEvent {
    field: '$.bid.chunkMs'
    value: number
  }

  export interface MessageBidValidForMsFieldEvent {
    field: '$.bid.validForMs'
    value: number
  }

  export interface MessageNoBidJobIdFieldEvent {
    field: '$.noBid.jobId'
    value: string
  }

  export interface MessageNoBidRoundFieldEvent {
    field: '$.noBid.round'
    value: number
  }

  export interface MessageNoBidReasonCodeFieldEvent {
    field: '$.noBid.reason.code'
    value: string
  }

  export interface MessageNoBidReasonTextFieldEvent {
    field: '$.noBid.reason.text'
    value: string
  }

  export interface MessageLeaseAttemptJobIdFieldEvent {
    field: '$.lease.attempt.jobId'
    value: string
  }

  export interface MessageLeaseAttemptChunkFieldEvent {
    field: '$.lease.attempt.chunk'
    value: number
  }

  export interface MessageLeaseAttemptEpochFieldEvent {
    field: '$.lease.attempt.epoch'
    value: number
  }

  export interface MessageLeaseIncarnationFieldEvent {
    field: '$.lease.incarnation'
    value: number
  }

  export interface MessageLeaseSpecSha256FieldEvent {
    field: '$.lease.spec.sha256'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageLeaseSpecSizeFieldEvent {
    field: '$.lease.spec.size'
    value: number
  }

  export interface MessageLeaseSpecInlineFieldEvent {
    field: '$.lease.spec.inline'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageLeaseInputSha256FieldEvent {
    field: '$.lease.input.sha256'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageLeaseInputSizeFieldEvent {
    field: '$.lease.input.size'
    value: number
  }

  export interface MessageLeaseInputInlineFieldEvent {
    field: '$.lease.input.inline'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageLeasePriceFieldEvent {
    field: '$.lease.price'
    value: bigint
  }

  export interface MessageLeaseHoldIdFieldEvent {
    field: '$.lease.holdId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageLeaseTtlMsFieldEvent {
    field: '$.lease.ttlMs'
    value: number
  }

  export interface MessageLeaseChunkSeedFieldEvent {
    field: '$.lease.chunkSeed'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageLeaseLotHashFieldEvent {
    field: '$.lease.lotHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageLeaseAckAttemptJobIdFieldEvent {
    field: '$.leaseAck.attempt.jobId'
    value: string
  }

  export interface MessageLeaseAckAttemptChunkFieldEvent {
    field: '$.leaseAck.attempt.chunk'
    value: number
  }

  export interface MessageLeaseAckAttemptEpochFieldEvent {
    field: '$.leaseAck.attempt.epoch'
    value: number
  }

  export interface MessageDeclineAttemptJobIdFieldEvent {
    field: '$.decline.attempt.jobId'
    value: string
  }

  export interface MessageDeclineAttemptChunkFieldEvent {
    field: '$.decline.attempt.chunk'
    value: number
  }

  export interface MessageDeclineAttemptEpochFieldEvent {
    field: '$.decline.attempt.epoch'
    value: number
  }

  export interface MessageDeclineReasonCodeFieldEvent {
    field: '$.decline.reason.code'
    value: string
  }

  export interface MessageDeclineReasonTextFieldEvent {
    field: '$.decline.reason.text'
    value: string
  }

  export interface MessageHeartbeatLiveAttemptJobIdFieldEvent {
    field: '$.heartbeat.live[].attempt.jobId'
    value: string
    index: number
  }

  export interface MessageHeartbeatLiveAttemptChunkFieldEvent {
    field: '$.heartbeat.live[].attempt.chunk'
    value: number
    index: number
  }

  export interface MessageHeartbeatLiveAttemptEpochFieldEvent {
    field: '$.heartbeat.live[].attempt.epoch'
    value: number
    index: number
  }

  export interface MessageHeartbeatLiveStateFieldEvent {
    field: '$.heartbeat.live[].state'
    value: string
    index: number
  }

  export interface MessageHeartbeatLiveProgressFieldEvent {
    field: '$.heartbeat.live[].progress'
    value: number
    index: number
  }

  export interface MessageHeartbeatSlotsFreeFieldEvent {
    field: '$.heartbeat.slotsFree'
    value: number
  }

  export interface MessageHeartbeatAckUnknownJobIdFieldEvent {
    field: '$.heartbeatAck.unknown[].jobId'
    value: string
    index: number
  }

  export interface MessageHeartbeatAckUnknownChunkFieldEvent {
    field: '$.heartbeatAck.unknown[].chunk'
    value: number
    index: number
  }

  export interface MessageHeartbeatAckUnknownEpochFieldEvent {
    field: '$.heartbeatAck.unknown[].epoch'
    value: number
    index: number
  }

  export interface MessageHeartbeatAckTtlMsFieldEvent {
    field: '$.heartbeatAck.ttlMs'
    value: number
  }

  export interface MessageRecallAttemptJobIdFieldEvent {
    field: '$.recall.attempt.jobId'
    value: string
  }

  export interface MessageRecallAttemptChunkFieldEvent {
    field: '$.recall.attempt.chunk'
    value: number
  }

  export interface MessageRecallAttemptEpochFieldEvent {
    field: '$.recall.attempt.epoch'
    value: number
  }

  export interface MessageRecallReasonCodeFieldEvent {
    field: '$.recall.reason.code'
    value: string
  }

  export interface MessageRecallReasonTextFieldEvent {
    field: '$.recall.reason.text'
    value: string
  }

  export interface MessageCommitAttemptJobIdFieldEvent {
    field: '$.commit.attempt.jobId'
    value: string
  }

  export interface MessageCommitAttemptChunkFieldEvent {
    field: '$.commit.attempt.chunk'
    value: number
  }

  export interface MessageCommitAttemptEpochFieldEvent {
    field: '$.commit.attempt.epoch'
    value: number
  }

  export interface MessageCommitCommitmentFieldEvent {
    field: '$.commit.commitment'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageCommitAckAttemptJobIdFieldEvent {
    field: '$.commitAck.attempt.jobId'
    value: string
  }

  export interface MessageCommitAckAttemptChunkFieldEvent {
    field: '$.commitAck.attempt.chunk'
    value: number
  }

  export interface MessageCommitAckAttemptEpochFieldEvent {
    field: '$.commitAck.attempt.epoch'
    value: number
  }

  export interface MessageRevealRequestBatchIdFieldEvent {
    field: '$.revealRequest.batchId'
    value: number
  }

  export interface MessageRevealRequestMerkleRootFieldEvent {
    field: '$.revealRequest.merkleRoot'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageRevealRequestAttemptsJobIdFieldEvent {
    field: '$.revealRequest.attempts[].jobId'
    value: string
    index: number
  }

  export interface MessageRevealRequestAttemptsChunkFieldEvent {
    field: '$.revealRequest.attempts[].chunk'
    value: number
    index: number
  }

  export interface MessageRevealRequestAttemptsEpochFieldEvent {
    field: '$.revealRequest.attempts[].epoch'
    value: number
    index: number
  }

  export interface MessageRevealRequestDrawFollowsFieldEvent {
    field: '$.revealRequest.drawFollows'
    value: boolean
  }

  export interface MessageRevealBatchIdFieldEvent {
    field: '$.reveal.batchId'
    value: number
  }

  export interface MessageRevealAttemptJobIdFieldEvent {
    field: '$.reveal.attempt.jobId'
    value: string
  }

  export interface MessageRevealAttemptChunkFieldEvent {
    field: '$.reveal.attempt.chunk'
    value: number
  }

  export interface MessageRevealAttemptEpochFieldEvent {
    field: '$.reveal.attempt.epoch'
    value: number
  }

  export interface MessageRevealResultHashFieldEvent {
    field: '$.reveal.resultHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageRevealNonceFieldEvent {
    field: '$.reveal.nonce'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageRevealExitCodeFieldEvent {
    field: '$.reveal.exitCode'
    value: number
  }

  export interface MessageRevealFilesPathFieldEvent {
    field: '$.reveal.files[].path'
    value: string
    index: number
  }

  export interface MessageRevealFilesContentSha256FieldEvent {
    field: '$.reveal.files[].content.sha256'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface MessageRevealFilesContentSizeFieldEvent {
    field: '$.reveal.files[].content.size'
    value: number
    index: number
  }

  export interface MessageRevealFilesContentInlineFieldEvent {
    field: '$.reveal.files[].content.inline'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface MessageRevealUsageWallMsFieldEvent {
    field: '$.reveal.usage.wallMs'
    value: number
  }

  export interface MessageRevealUsageCpuMsFieldEvent {
    field: '$.reveal.usage.cpuMs'
    value: number
  }

  export interface MessageRevealUsagePeakMemoryBytesFieldEvent {
    field: '$.reveal.usage.peakMemoryBytes'
    value: number
  }

  export interface MessageRevealUsageOutputBytesFieldEvent {
    field: '$.reveal.usage.outputBytes'
    value: number
  }

  export interface MessageRevealManifestSha256FieldEvent {
    field: '$.reveal.manifest.sha256'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageRevealManifestSizeFieldEvent {
    field: '$.reveal.manifest.size'
    value: number
  }

  export interface MessageRevealManifestInlineFieldEvent {
    field: '$.reveal.manifest.inline'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageRevealAttestationFieldEvent {
    field: '$.reveal.attestation'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageFailedAttemptJobIdFieldEvent {
    field: '$.failed.attempt.jobId'
    value: string
  }

  export interface MessageFailedAttemptChunkFieldEvent {
    field: '$.failed.attempt.chunk'
    value: number
  }

  export interface MessageFailedAttemptEpochFieldEvent {
    field: '$.failed.attempt.epoch'
    value: number
  }

  export interface MessageFailedFailureClassFieldEvent {
    field: '$.failed.failureClass'
    value: string
  }

  export interface MessageFailedReasonCodeFieldEvent {
    field: '$.failed.reason.code'
    value: string
  }

  export interface MessageFailedReasonTextFieldEvent {
    field: '$.failed.reason.text'
    value: string
  }

  export interface MessageFailedExitCodeFieldEvent {
    field: '$.failed.exitCode'
    value: number
  }

  export interface MessageFailedStderrTailFieldEvent {
    field: '$.failed.stderrTail'
    value: string
  }

  export interface MessageFailedUsageWallMsFieldEvent {
    field: '$.failed.usage.wallMs'
    value: number
  }

  export interface MessageFailedUsageCpuMsFieldEvent {
    field: '$.failed.usage.cpuMs'
    value: number
  }

  export interface MessageFailedUsagePeakMemoryBytesFieldEvent {
    field: '$.failed.usage.peakMemoryBytes'
    value: number
  }

  export interface MessageFailedUsageOutputBytesFieldEvent {
    field: '$.failed.usage.outputBytes'
    value: number
  }

  export interface MessageVerdictAttemptJobIdFieldEvent {
    field: '$.verdict.attempt.jobId'
    value: string
  }

  export interface MessageVerdictAttemptChunkFieldEvent {
    field: '$.verdict.attempt.chunk'
    value: number
  }

  export interface MessageVerdictAttemptEpochFieldEvent {
    field: '$.verdict.attempt.epoch'
    value: number
  }

  export interface MessageVerdictAcceptedFieldEvent {
    field: '$.verdict.accepted'
    value: boolean
  }

  export interface MessageVerdictReasonCodeFieldEvent {
    field: '$.verdict.reason.code'
    value: string
  }

  export interface MessageVerdictReasonTextFieldEvent {
    field: '$.verdict.reason.text'
    value: string
  }

  export interface MessageVerdictAmountFieldEvent {
    field: '$.verdict.amount'
    value: bigint
  }

  export interface MessageVerdictEvidenceJobIdFieldEvent {
    field: '$.verdict.evidence.jobId'
    value: string
  }

  export interface MessageVerdictEvidenceChunkFieldEvent {
    field: '$.verdict.evidence.chunk'
    value: number
  }

  export interface MessageVerdictEvidenceCoordinatorFieldEvent {
    field: '$.verdict.evidence.coordinator'
    value: string
  }

  export interface MessageVerdictEvidenceInputHashFieldEvent {
    field: '$.verdict.evidence.inputHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageVerdictEvidenceAppHashFieldEvent {
    field: '$.verdict.evidence.appHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageVerdictEvidenceImageDigestFieldEvent {
    field: '$.verdict.evidence.imageDigest'
    value: string
  }

  export interface MessageVerdictEvidenceParamsHashFieldEvent {
    field: '$.verdict.evidence.paramsHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageVerdictEvidenceSpecHashFieldEvent {
    field: '$.verdict.evidence.specHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageVerdictEvidenceAccusedWorkerFieldEvent {
    field: '$.verdict.evidence.accused.worker'
    value: string
  }

  export interface MessageVerdictEvidenceAccusedEpochFieldEvent {
    field: '$.verdict.evidence.accused.epoch'
    value: number
  }

  export interface MessageVerdictEvidenceAccusedResultHashFieldEvent {
    field: '$.verdict.evidence.accused.resultHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageVerdictEvidenceAccusedExitCodeFieldEvent {
    field: '$.verdict.evidence.accused.exitCode'
    value: number
  }

  export interface MessageVerdictEvidenceAccusedSignatureFieldEvent {
    field: '$.verdict.evidence.accused.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageVerdictEvidenceWitnessWorkerFieldEvent {
    field: '$.verdict.evidence.witness.worker'
    value: string
  }

  export interface MessageVerdictEvidenceWitnessEpochFieldEvent {
    field: '$.verdict.evidence.witness.epoch'
    value: number
  }

  export interface MessageVerdictEvidenceWitnessResultHashFieldEvent {
    field: '$.verdict.evidence.witness.resultHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageVerdictEvidenceWitnessExitCodeFieldEvent {
    field: '$.verdict.evidence.witness.exitCode'
    value: number
  }

  export interface MessageVerdictEvidenceWitnessSignatureFieldEvent {
    field: '$.verdict.evidence.witness.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageResumeIncarnationFieldEvent {
    field: '$.resume.incarnation'
    value: number
  }

  export interface MessageResumeLiveAttemptJobIdFieldEvent {
    field: '$.resume.live[].attempt.jobId'
    value: string
    index: number
  }

  export interface MessageResumeLiveAttemptChunkFieldEvent {
    field: '$.resume.live[].attempt.chunk'
    value: number
    index: number
  }

  export interface MessageResumeLiveAttemptEpochFieldEvent {
    field: '$.resume.live[].attempt.epoch'
    value: number
    index: number
  }

  export interface MessageResumeLiveStateFieldEvent {
    field: '$.resume.live[].state'
    value: string
    index: number
  }

  export interface MessageResumeLiveProgressFieldEvent {
    field: '$.resume.live[].progress'
    value: number
    index: number
  }

  export interface MessageResumeReceiptBodyFieldEvent {
    field: '$.resume.receipt.body'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageResumeReceiptSignatureFieldEvent {
    field: '$.resume.receipt.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageResumeReceiptCountersignatureFieldEvent {
    field: '$.resume.receipt.countersignature'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageResumeSeenIncarnationFieldEvent {
    field: '$.resume.seen.incarnation'
    value: number
  }

  export interface MessageResumeSeenBootIdFieldEvent {
    field: '$.resume.seen.bootId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageResumeSeenSignatureFieldEvent {
    field: '$.resume.seen.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageResumeNettingDocumentFieldEvent {
    field: '$.resume.netting.document'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageResumeBelongingOwnerFieldEvent {
    field: '$.resume.belonging.owner'
    value: string
  }

  export interface MessageResumeBelongingSignatureFieldEvent {
    field: '$.resume.belonging.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageResumeReplyIncarnationFieldEvent {
    field: '$.resumeReply.incarnation'
    value: number
  }

  export interface MessageResumeReplyKeepJobIdFieldEvent {
    field: '$.resumeReply.keep[].jobId'
    value: string
    index: number
  }

  export interface MessageResumeReplyKeepChunkFieldEvent {
    field: '$.resumeReply.keep[].chunk'
    value: number
    index: number
  }

  export interface MessageResumeReplyKeepEpochFieldEvent {
    field: '$.resumeReply.keep[].epoch'
    value: number
    index: number
  }

  export interface MessageResumeReplyDropJobIdFieldEvent {
    field: '$.resumeReply.drop[].jobId'
    value: string
    index: number
  }

  export interface MessageResumeReplyDropChunkFieldEvent {
    field: '$.resumeReply.drop[].chunk'
    value: number
    index: number
  }

  export interface MessageResumeReplyDropEpochFieldEvent {
    field: '$.resumeReply.drop[].epoch'
    value: number
    index: number
  }

  export interface MessageResumeReplyClaimIncarnationFieldEvent {
    field: '$.resumeReply.claim.incarnation'
    value: number
  }

  export interface MessageResumeReplyClaimBootIdFieldEvent {
    field: '$.resumeReply.claim.bootId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageResumeReplyClaimSignatureFieldEvent {
    field: '$.resumeReply.claim.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageResumeReplyReceiptSeqFieldEvent {
    field: '$.resumeReply.receiptSeq'
    value: number
  }

  export interface MessageResumeReplyReceiptHashFieldEvent {
    field: '$.resumeReply.receiptHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageDrainReasonCodeFieldEvent {
    field: '$.drain.reason.code'
    value: string
  }

  export interface MessageDrainReasonTextFieldEvent {
    field: '$.drain.reason.text'
    value: string
  }

  export interface MessageLogAttemptJobIdFieldEvent {
    field: '$.log.attempt.jobId'
    value: string
  }

  export interface MessageLogAttemptChunkFieldEvent {
    field: '$.log.attempt.chunk'
    value: number
  }

  export interface MessageLogAttemptEpochFieldEvent {
    field: '$.log.attempt.epoch'
    value: number
  }

  export interface MessageLogStreamFieldEvent {
    field: '$.log.stream'
    value: string
  }

  export interface MessageLogTextFieldEvent {
    field: '$.log.text'
    value: string
  }

  export interface MessageReceiptBodyFieldEvent {
    field: '$.receipt.body'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageReceiptSignatureFieldEvent {
    field: '$.receipt.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageReceiptCountersignatureFieldEvent {
    field: '$.receipt.countersignature'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageReceiptAckSeqFieldEvent {
    field: '$.receiptAck.seq'
    value: number
  }

  export interface MessageReceiptAckHashFieldEvent {
    field: '$.receiptAck.hash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageReceiptAckSignatureFieldEvent {
    field: '$.receiptAck.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageSettleRequestExposureFieldEvent {
    field: '$.settleRequest.exposure'
    value: bigint
  }

  export interface MessageSettleRequestLimitFieldEvent {
    field: '$.settleRequest.limit'
    value: bigint
  }

  export interface MessageRefusalReasonCodeFieldEvent {
    field: '$.refusal.reason.code'
    value: string
  }

  export interface MessageRefusalReasonTextFieldEvent {
    field: '$.refusal.reason.text'
    value: string
  }

  export interface MessageRefusalSeenIncarnationFieldEvent {
    field: '$.refusal.seen.incarnation'
    value: number
  }

  export interface MessageRefusalSeenBootIdFieldEvent {
    field: '$.refusal.seen.bootId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageRefusalSeenSignatureFieldEvent {
    field: '$.refusal.seen.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageEquivocationPayerFieldEvent {
    field: '$.equivocation.payer'
    value: string
  }

  export interface MessageEquivocationFirstBodyFieldEvent {
    field: '$.equivocation.first.body'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageEquivocationFirstSignatureFieldEvent {
    field: '$.equivocation.first.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageEquivocationFirstCountersignatureFieldEvent {
    field: '$.equivocation.first.countersignature'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageEquivocationSecondBodyFieldEvent {
    field: '$.equivocation.second.body'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageEquivocationSecondSignatureFieldEvent {
    field: '$.equivocation.second.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageEquivocationSecondCountersignatureFieldEvent {
    field: '$.equivocation.second.countersignature'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageNettingDocumentFieldEvent {
    field: '$.netting.document'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageNettingAckHashFieldEvent {
    field: '$.nettingAck.hash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageDrawJobIdFieldEvent {
    field: '$.draw.jobId'
    value: string
  }

  export interface MessageDrawMerkleRootFieldEvent {
    field: '$.draw.merkleRoot'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageDrawLotsFieldEvent {
    field: '$.draw.lots[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageDrawDrawnFieldEvent {
    field: '$.draw.drawn[]'
    index: number
    value: number
  }

  export interface MessageEvidenceJobIdFieldEvent {
    field: '$.evidence.jobId'
    value: string
  }

  export interface MessageEvidenceChunkFieldEvent {
    field: '$.evidence.chunk'
    value: number
  }

  export interface MessageEvidenceCoordinatorFieldEvent {
    field: '$.evidence.coordinator'
    value: string
  }

  export interface MessageEvidenceInputHashFieldEvent {
    field: '$.evidence.inputHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageEvidenceAppHashFieldEvent {
    field: '$.evidence.appHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageEvidenceImageDigestFieldEvent {
    field: '$.evidence.imageDigest'
    value: string
  }

  export interface MessageEvidenceParamsHashFieldEvent {
    field: '$.evidence.paramsHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageEvidenceSpecHashFieldEvent {
    field: '$.evidence.specHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageEvidenceAccusedWorkerFieldEvent {
    field: '$.evidence.accused.worker'
    value: string
  }

  export interface MessageEvidenceAccusedEpochFieldEvent {
    field: '$.evidence.accused.epoch'
    value: number
  }

  export interface MessageEvidenceAccusedResultHashFieldEvent {
    field: '$.evidence.accused.resultHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageEvidenceAccusedExitCodeFieldEvent {
    field: '$.evidence.accused.exitCode'
    value: number
  }

  export interface MessageEvidenceAccusedSignatureFieldEvent {
    field: '$.evidence.accused.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageEvidenceWitnessWorkerFieldEvent {
    field: '$.evidence.witness.worker'
    value: string
  }

  export interface MessageEvidenceWitnessEpochFieldEvent {
    field: '$.evidence.witness.epoch'
    value: number
  }

  export interface MessageEvidenceWitnessResultHashFieldEvent {
    field: '$.evidence.witness.resultHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageEvidenceWitnessExitCodeFieldEvent {
    field: '$.evidence.witness.exitCode'
    value: number
  }

  export interface MessageEvidenceWitnessSignatureFieldEvent {
    field: '$.evidence.witness.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MessageRoundResultJobIdFieldEvent {
    field: '$.roundResult.jobId'
    value: string
  }

  export interface MessageRoundResultRoundFieldEvent {
    field: '$.roundResult.round'
    value: number
  }

  export interface MessageRoundResultOutcomeFieldEvent {
    field: '$.roundResult.outcome'
    value: string
  }

  export interface MessageRoundResultTermFieldEvent {
    field: '$.roundResult.term'
    value: string
  }

  export interface MessageRoundResultByUnitsFieldEvent {
    field: '$.roundResult.byUnits'
    value: bigint
  }

  export interface MessageRoundResultByPerMilleFieldEvent {
    field: '$.roundResult.byPerMille'
    value: number
  }

  export interface MessageRoundResultReasonCodeFieldEvent {
    field: '$.roundResult.reason.code'
    value: string
  }

  export interface MessageRoundResultReasonTextFieldEvent {
    field: '$.roundResult.reason.text'
    value: string
  }

  export function encode (obj: Partial<Message>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Message.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Message>): Message {
    return decodeMessage(buf, Message.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Message>): Generator<MessageHelloVersionFieldEvent | MessageHelloMinVersionFieldEvent | MessageHelloRoleFieldEvent | MessageHelloAgentFieldEvent | MessageHelloIncarnationFieldEvent | MessageHelloLedgerSeqFieldEvent | MessageHelloLedgerHashFieldEvent | MessageHelloBootIdFieldEvent | MessageHelloSentAtFieldEvent | MessageOfferOfferSeqFieldEvent | MessageOfferSlotsFreeFieldEvent | MessageOfferSlotsTotalFieldEvent | MessageOfferCoresFieldEvent | MessageOfferMemoryMiBFieldEvent | MessageOfferDiskMiBFieldEvent | MessageOfferGpusModelFieldEvent | MessageOfferGpusVramMiBFieldEvent | MessageOfferGpusDriverFieldEvent | MessageOfferPlatformsFieldEvent | MessageOfferIsolationFieldEvent | MessageOfferNumericClassFieldEvent | MessageOfferPriceLevelFieldEvent | MessageOfferCachedAppsFieldEvent | MessageOfferOperatorFieldEvent | MessageOfferValidForMsFieldEvent | MessageOfferCpuModelFieldEvent | MessageOfferArchFieldEvent | MessageOfferRuntimesFieldEvent | MessageOfferEgressFieldEvent | MessageOfferSuspendedCodeFieldEvent | MessageOfferSuspendedTextFieldEvent | MessageOfferBandwidthFieldEvent | MessageOfferFreeForFieldEvent | MessageOfferSpeedFieldEvent | MessageAnnounceJobIdFieldEvent | MessageAnnounceRoundFieldEvent | MessageAnnounceRequirementsPlatformFieldEvent | MessageAnnounceRequirementsMinCoresFieldEvent | MessageAnnounceRequirementsMinMemoryMiBFieldEvent | MessageAnnounceRequirementsMinDiskMiBFieldEvent | MessageAnnounceRequirementsGpusFieldEvent | MessageAnnounceRequirementsIsolationFieldEvent | MessageAnnounceRequirementsNetworkFieldEvent | MessageAnnounceRequirementsGpuCountFieldEvent | MessageAnnounceRequirementsArchFieldEvent | MessageAnnounceRequirementsRuntimeFieldEvent | MessageAnnounceRequirementsImageFieldEvent | MessageAnnounceWorkMsFieldEvent | MessageAnnounceChunksPendingFieldEvent | MessageAnnounceTrustFieldEvent | MessageAnnounceMaxPriceFieldEvent | MessageAnnounceDeadlineFieldEvent | MessageAnnounceAppHashFieldEvent | MessageAnnounceAppNameFieldEvent | MessageBidJobIdFieldEvent | MessageBidRoundFieldEvent | MessageBidPriceFieldEvent | MessageBidSlotsFieldEvent | MessageBidChunkMsFieldEvent | MessageBidValidForMsFieldEvent | MessageNoBidJobIdFieldEvent | MessageNoBidRoundFieldEvent | MessageNoBidReasonCodeFieldEvent | MessageNoBidReasonTextFieldEvent | MessageLeaseAttemptJobIdFieldEvent | MessageLeaseAttemptChunkFieldEvent | MessageLeaseAttemptEpochFieldEvent | MessageLeaseIncarnationFieldEvent | MessageLeaseSpecSha256FieldEvent | MessageLeaseSpecSizeFieldEvent | MessageLeaseSpecInlineFieldEvent | MessageLeaseInputSha256FieldEvent | MessageLeaseInputSizeFieldEvent | MessageLeaseInputInlineFieldEvent | MessageLeasePriceFieldEvent | MessageLeaseHoldIdFieldEvent | MessageLeaseTtlMsFieldEvent | MessageLeaseChunkSeedFieldEvent | MessageLeaseLotHashFieldEvent | MessageLeaseAckAttemptJobIdFieldEvent | MessageLeaseAckAttemptChunkFieldEvent | MessageLeaseAckAttemptEpochFieldEvent | MessageDeclineAttemptJobIdFieldEvent | MessageDeclineAttemptChunkFieldEvent | MessageDeclineAttemptEpochFieldEvent | MessageDeclineReasonCodeFieldEvent | MessageDeclineReasonTextFieldEvent | MessageHeartbeatLiveAttemptJobIdFieldEvent | MessageHeartbeatLiveAttemptChunkFieldEvent | MessageHeartbeatLiveAttemptEpochFieldEvent | MessageHeartbeatLiveStateFieldEvent | MessageHeartbeatLiveProgressFieldEvent | MessageHeartbeatSlotsFreeFieldEvent | MessageHeartbeatAckUnknownJobIdFieldEvent | MessageHeartbeatAckUnknownChunkFieldEvent | MessageHeartbeatAckUnknownEpochFieldEvent | MessageHeartbeatAckTtlMsFieldEvent | MessageRecallAttemptJobIdFieldEvent | MessageRecallAttemptChunkFieldEvent | MessageRecallAttemptEpochFieldEvent | MessageRecallReasonCodeFieldEvent | MessageRecallReasonTextFieldEvent | MessageCommitAttemptJobIdFieldEvent | MessageCommitAttemptChunkFieldEvent | MessageCommitAttemptEpochFieldEvent | MessageCommitCommitmentFieldEvent | MessageCommitAckAttemptJobIdFieldEvent | MessageCommitAckAttemptChunkFieldEvent | MessageCommitAckAttemptEpochFieldEvent | MessageRevealRequestBatchIdFieldEvent | MessageRevealRequestMerkleRootFieldEvent | MessageRevealRequestAttemptsJobIdFieldEvent | MessageRevealRequestAttemptsChunkFieldEvent | MessageRevealRequestAttemptsEpochFieldEvent | MessageRevealRequestDrawFollowsFieldEvent | MessageRevealBatchIdFieldEvent | MessageRevealAttemptJobIdFieldEvent | MessageRevealAttemptChunkFieldEvent | MessageRevealAttemptEpochFieldEvent | MessageRevealResultHashFieldEvent | MessageRevealNonceFieldEvent | MessageRevealExitCodeFieldEvent | MessageRevealFilesPathFieldEvent | MessageRevealFilesContentSha256FieldEvent | MessageRevealFilesContentSizeFieldEvent | MessageRevealFilesContentInlineFieldEvent | MessageRevealUsageWallMsFieldEvent | MessageRevealUsageCpuMsFieldEvent | MessageRevealUsagePeakMemoryBytesFieldEvent | MessageRevealUsageOutputBytesFieldEvent | MessageRevealManifestSha256FieldEvent | MessageRevealManifestSizeFieldEvent | MessageRevealManifestInlineFieldEvent | MessageRevealAttestationFieldEvent | MessageFailedAttemptJobIdFieldEvent | MessageFailedAttemptChunkFieldEvent | MessageFailedAttemptEpochFieldEvent | MessageFailedFailureClassFieldEvent | MessageFailedReasonCodeFieldEvent | MessageFailedReasonTextFieldEvent | MessageFailedExitCodeFieldEvent | MessageFailedStderrTailFieldEvent | MessageFailedUsageWallMsFieldEvent | MessageFailedUsageCpuMsFieldEvent | MessageFailedUsagePeakMemoryBytesFieldEvent | MessageFailedUsageOutputBytesFieldEvent | MessageVerdictAttemptJobIdFieldEvent | MessageVerdictAttemptChunkFieldEvent | MessageVerdictAttemptEpochFieldEvent | MessageVerdictAcceptedFieldEvent | MessageVerdictReasonCodeFieldEvent | MessageVerdictReasonTextFieldEvent | MessageVerdictAmountFieldEvent | MessageVerdictEvidenceJobIdFieldEvent | MessageVerdictEvidenceChunkFieldEvent | MessageVerdictEvidenceCoordinatorFieldEvent | MessageVerdictEvidenceInputHashFieldEvent | MessageVerdictEvidenceAppHashFieldEvent | MessageVerdictEvidenceImageDigestFieldEvent | MessageVerdictEvidenceParamsHashFieldEvent | MessageVerdictEvidenceSpecHashFieldEvent | MessageVerdictEvidenceAccusedWorkerFieldEvent | MessageVerdictEvidenceAccusedEpochFieldEvent | MessageVerdictEvidenceAccusedResultHashFieldEvent | MessageVerdictEvidenceAccusedExitCodeFieldEvent | MessageVerdictEvidenceAccusedSignatureFieldEvent | MessageVerdictEvidenceWitnessWorkerFieldEvent | MessageVerdictEvidenceWitnessEpochFieldEvent | MessageVerdictEvidenceWitnessResultHashFieldEvent | MessageVerdictEvidenceWitnessExitCodeFieldEvent | MessageVerdictEvidenceWitnessSignatureFieldEvent | MessageResumeIncarnationFieldEvent | MessageResumeLiveAttemptJobIdFieldEvent | MessageResumeLiveAttemptChunkFieldEvent | MessageResumeLiveAttemptEpochFieldEvent | MessageResumeLiveStateFieldEvent | MessageResumeLiveProgressFieldEvent | MessageResumeReceiptBodyFieldEvent | MessageResumeReceiptSignatureFieldEvent | MessageResumeReceiptCountersignatureFieldEvent | MessageResumeSeenIncarnationFieldEvent | MessageResumeSeenBootIdFieldEvent | MessageResumeSeenSignatureFieldEvent | MessageResumeNettingDocumentFieldEvent | MessageResumeBelongingOwnerFieldEvent | MessageResumeBelongingSignatureFieldEvent | MessageResumeReplyIncarnationFieldEvent | MessageResumeReplyKeepJobIdFieldEvent | MessageResumeReplyKeepChunkFieldEvent | MessageResumeReplyKeepEpochFieldEvent | MessageResumeReplyDropJobIdFieldEvent | MessageResumeReplyDropChunkFieldEvent | MessageResumeReplyDropEpochFieldEvent | MessageResumeReplyClaimIncarnationFieldEvent | MessageResumeReplyClaimBootIdFieldEvent | MessageResumeReplyClaimSignatureFieldEvent | MessageResumeReplyReceiptSeqFieldEvent | MessageResumeReplyReceiptHashFieldEvent | MessageDrainReasonCodeFieldEvent | MessageDrainReasonTextFieldEvent | MessageLogAttemptJobIdFieldEvent | MessageLogAttemptChunkFieldEvent | MessageLogAttemptEpochFieldEvent | MessageLogStreamFieldEvent | MessageLogTextFieldEvent | MessageReceiptBodyFieldEvent | MessageReceiptSignatureFieldEvent | MessageReceiptCountersignatureFieldEvent | MessageReceiptAckSeqFieldEvent | MessageReceiptAckHashFieldEvent | MessageReceiptAckSignatureFieldEvent | MessageSettleRequestExposureFieldEvent | MessageSettleRequestLimitFieldEvent | MessageRefusalReasonCodeFieldEvent | MessageRefusalReasonTextFieldEvent | MessageRefusalSeenIncarnationFieldEvent | MessageRefusalSeenBootIdFieldEvent | MessageRefusalSeenSignatureFieldEvent | MessageEquivocationPayerFieldEvent | MessageEquivocationFirstBodyFieldEvent | MessageEquivocationFirstSignatureFieldEvent | MessageEquivocationFirstCountersignatureFieldEvent | MessageEquivocationSecondBodyFieldEvent | MessageEquivocationSecondSignatureFieldEvent | MessageEquivocationSecondCountersignatureFieldEvent | MessageNettingDocumentFieldEvent | MessageNettingAckHashFieldEvent | MessageDrawJobIdFieldEvent | MessageDrawMerkleRootFieldEvent | MessageDrawLotsFieldEvent | MessageDrawDrawnFieldEvent | MessageEvidenceJobIdFieldEvent | MessageEvidenceChunkFieldEvent | MessageEvidenceCoordinatorFieldEvent | MessageEvidenceInputHashFieldEvent | MessageEvidenceAppHashFieldEvent | MessageEvidenceImageDigestFieldEvent | MessageEvidenceParamsHashFieldEvent | MessageEvidenceSpecHashFieldEvent | MessageEvidenceAccusedWorkerFieldEvent | MessageEvidenceAccusedEpochFieldEvent | MessageEvidenceAccusedResultHashFieldEvent | MessageEvidenceAccusedExitCodeFieldEvent | MessageEvidenceAccusedSignatureFieldEvent | MessageEvidenceWitnessWorkerFieldEvent | MessageEvidenceWitnessEpochFieldEvent | MessageEvidenceWitnessResultHashFieldEvent | MessageEvidenceWitnessExitCodeFieldEvent | MessageEvidenceWitnessSignatureFieldEvent | MessageRoundResultJobIdFieldEvent | MessageRoundResultRoundFieldEvent | MessageRoundResultOutcomeFieldEvent | MessageRoundResultTermFieldEvent | MessageRoundResultByUnitsFieldEvent | MessageRoundResultByPerMilleFieldEvent | MessageRoundResultReasonCodeFieldEvent | MessageRoundResultReasonTextFieldEvent> {
    return streamMessage(buf, Message.codec(), opts)
  }
}

export interface Hello {
  version: number
  minVersion: number
  role: string
  agent: string
  incarnation: number
  ledgerSeq: number
  ledgerHash: Uint8Array<ArrayBuffer>
  bootId?: Uint8Array<ArrayBuffer>
  sentAt?: number
}

export namespace Hello {
  let _codec: Codec<Hello>

  export const codec = (): Codec<Hello> => {
    if (_codec == null) {
      _codec = message<Hello>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.version != null && obj.version !== 0)) {
          w.uint32(8)
          w.uint32(obj.version)
        }

        if ((obj.minVersion != null && obj.minVersion !== 0)) {
          w.uint32(16)
          w.uint32(obj.minVersion)
        }

        if ((obj.role != null && obj.role !== '')) {
          w.uint32(26)
          w.string(obj.role)
        }

        if ((obj.agent != null && obj.agent !== '')) {
          w.uint32(34)
          w.string(obj.agent)
        }

        if ((obj.incarnation != null && obj.incarnation !== 0)) {
          w.uint32(40)
          w.uint64Number(obj.incarnation)
        }

        if ((obj.ledgerSeq != null && obj.ledgerSeq !== 0)) {
          w.uint32(48)
          w.uint64Number(obj.ledgerSeq)
        }

        if ((obj.ledgerHash != null && obj.ledgerHash.byteLength > 0)) {
          w.uint32(58)
          w.bytes(obj.ledgerHash)
        }

        if (obj.bootId != null) {
          w.uint32(66)
          w.bytes(obj.bootId)
        }

        if (obj.sentAt != null) {
          w.uint32(160)
          w.uint64Number(obj.sentAt)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          version: 0,
          minVersion: 0,
          role: '',
          agent: '',
          incarnation: 0,
          ledgerSeq: 0,
          ledgerHash: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.version = reader.uint32()
              break
            }
            case 2: {
              obj.minVersion = reader.uint32()
              break
            }
            case 3: {
              obj.role = reader.string()
              break
            }
            case 4: {
              obj.agent = reader.string()
              break
            }
            case 5: {
              obj.incarnation = reader.uint64Number()
              break
            }
            case 6: {
              obj.ledgerSeq = reader.uint64Number()
              break
            }
            case 7: {
              obj.ledgerHash = reader.bytes()
              break
            }
            case 8: {
              obj.bootId = reader.bytes()
              break
            }
            case 20: {
              obj.sentAt = reader.uint64Number()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.version`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.minVersion`,
                value: reader.uint32()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.role`,
                value: reader.string()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.agent`,
                value: reader.string()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.incarnation`,
                value: reader.uint64Number()
              }
              break
            }
            case 6: {
              yield {
                field: `${prefix}.ledgerSeq`,
                value: reader.uint64Number()
              }
              break
            }
            case 7: {
              yield {
                field: `${prefix}.ledgerHash`,
                value: reader.bytes()
              }
              break
            }
            case 8: {
              yield {
                field: `${prefix}.bootId`,
                value: reader.bytes()
              }
              break
            }
            case 20: {
              yield {
                field: `${prefix}.sentAt`,
                value: reader.uint64Number()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface HelloVersionFieldEvent {
    field: '$.version'
    value: number
  }

  export interface HelloMinVersionFieldEvent {
    field: '$.minVersion'
    value: number
  }

  export interface HelloRoleFieldEvent {
    field: '$.role'
    value: string
  }

  export interface HelloAgentFieldEvent {
    field: '$.agent'
    value: string
  }

  export interface HelloIncarnationFieldEvent {
    field: '$.incarnation'
    value: number
  }

  export interface HelloLedgerSeqFieldEvent {
    field: '$.ledgerSeq'
    value: number
  }

  export interface HelloLedgerHashFieldEvent {
    field: '$.ledgerHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface HelloBootIdFieldEvent {
    field: '$.bootId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface HelloSentAtFieldEvent {
    field: '$.sentAt'
    value: number
  }

  export function encode (obj: Partial<Hello>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Hello.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Hello>): Hello {
    return decodeMessage(buf, Hello.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Hello>): Generator<HelloVersionFieldEvent | HelloMinVersionFieldEvent | HelloRoleFieldEvent | HelloAgentFieldEvent | HelloIncarnationFieldEvent | HelloLedgerSeqFieldEvent | HelloLedgerHashFieldEvent | HelloBootIdFieldEvent | HelloSentAtFieldEvent> {
    return streamMessage(buf, Hello.codec(), opts)
  }
}

export interface BootClaim {
  incarnation: number
  bootId: Uint8Array<ArrayBuffer>
  signature: Uint8Array<ArrayBuffer>
}

export namespace BootClaim {
  let _codec: Codec<BootClaim>

  export const codec = (): Codec<BootClaim> => {
    if (_codec == null) {
      _codec = message<BootClaim>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.incarnation != null && obj.incarnation !== 0)) {
          w.uint32(8)
          w.uint64Number(obj.incarnation)
        }

        if ((obj.bootId != null && obj.bootId.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.bootId)
        }

        if ((obj.signature != null && obj.signature.byteLength > 0)) {
          w.uint32(26)
          w.bytes(obj.signature)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          incarnation: 0,
          bootId: uint8ArrayAlloc(0),
          signature: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.incarnation = reader.uint64Number()
              break
            }
            case 2: {
              obj.bootId = reader.bytes()
              break
            }
            case 3: {
              obj.signature = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.incarnation`,
                value: reader.uint64Number()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.bootId`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.signature`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface BootClaimIncarnationFieldEvent {
    field: '$.incarnation'
    value: number
  }

  export interface BootClaimBootIdFieldEvent {
    field: '$.bootId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface BootClaimSignatureFieldEvent {
    field: '$.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<BootClaim>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, BootClaim.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<BootClaim>): BootClaim {
    return decodeMessage(buf, BootClaim.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<BootClaim>): Generator<BootClaimIncarnationFieldEvent | BootClaimBootIdFieldEvent | BootClaimSignatureFieldEvent> {
    return streamMessage(buf, BootClaim.codec(), opts)
  }
}

export interface Gpu {
  model: string
  vramMiB: number
  driver: string
}

export namespace Gpu {
  let _codec: Codec<Gpu>

  export const codec = (): Codec<Gpu> => {
    if (_codec == null) {
      _codec = message<Gpu>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.model != null && obj.model !== '')) {
          w.uint32(10)
          w.string(obj.model)
        }

        if ((obj.vramMiB != null && obj.vramMiB !== 0)) {
          w.uint32(16)
          w.uint32(obj.vramMiB)
        }

        if ((obj.driver != null && obj.driver !== '')) {
          w.uint32(26)
          w.string(obj.driver)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          model: '',
          vramMiB: 0,
          driver: ''
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.model = reader.string()
              break
            }
            case 2: {
              obj.vramMiB = reader.uint32()
              break
            }
            case 3: {
              obj.driver = reader.string()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.model`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.vramMiB`,
                value: reader.uint32()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.driver`,
                value: reader.string()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface GpuModelFieldEvent {
    field: '$.model'
    value: string
  }

  export interface GpuVramMiBFieldEvent {
    field: '$.vramMiB'
    value: number
  }

  export interface GpuDriverFieldEvent {
    field: '$.driver'
    value: string
  }

  export function encode (obj: Partial<Gpu>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Gpu.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Gpu>): Gpu {
    return decodeMessage(buf, Gpu.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Gpu>): Generator<GpuModelFieldEvent | GpuVramMiBFieldEvent | GpuDriverFieldEvent> {
    return streamMessage(buf, Gpu.codec(), opts)
  }
}

export interface Offer {
  offerSeq: number
  slotsFree: number
  slotsTotal: number
  cores: number
  memoryMiB: number
  diskMiB: number
  gpus: Gpu[]
  platforms: string[]
  isolation: string
  numericClass: string
  priceLevel: number
  cachedApps: string[]
  operator: string
  validForMs: number
  cpuModel: string
  arch: string
  runtimes: string[]
  egress: boolean
  suspended?: Reason
  bandwidth: number
  freeFor: number
  speed: number
}

export namespace Offer {
  let _codec: Codec<Offer>

  export const codec = (): Codec<Offer> => {
    if (_codec == null) {
      _codec = message<Offer>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.offerSeq != null && obj.offerSeq !== 0)) {
          w.uint32(8)
          w.uint64Number(obj.offerSeq)
        }

        if ((obj.slotsFree != null && obj.slotsFree !== 0)) {
          w.uint32(16)
          w.uint32(obj.slotsFree)
        }

        if ((obj.slotsTotal != null && obj.slotsTotal !== 0)) {
          w.uint32(24)
          w.uint32(obj.slotsTotal)
        }

        if ((obj.cores != null && obj.cores !== 0)) {
          w.uint32(33)
          w.double(obj.cores)
        }

        if ((obj.memoryMiB != null && obj.memoryMiB !== 0)) {
          w.uint32(40)
          w.uint32(obj.memoryMiB)
        }

        if ((obj.diskMiB != null && obj.diskMiB !== 0)) {
          w.uint32(48)
          w.uint32(obj.diskMiB)
        }

        if (obj.gpus != null && obj.gpus.length > 0) {
          for (const value of obj.gpus) {
            w.uint32(58)
            Gpu.codec().encode(value, w)
          }
        }

        if (obj.platforms != null && obj.platforms.length > 0) {
          for (const value of obj.platforms) {
            w.uint32(66)
            w.string(value)
          }
        }

        if ((obj.isolation != null && obj.isolation !== '')) {
          w.uint32(74)
          w.string(obj.isolation)
        }

        if ((obj.numericClass != null && obj.numericClass !== '')) {
          w.uint32(82)
          w.string(obj.numericClass)
        }

        if ((obj.priceLevel != null && obj.priceLevel !== 0)) {
          w.uint32(88)
          w.uint32(obj.priceLevel)
        }

        if (obj.cachedApps != null && obj.cachedApps.length > 0) {
          for (const value of obj.cachedApps) {
            w.uint32(98)
            w.string(value)
          }
        }

        if ((obj.operator != null && obj.operator !== '')) {
          w.uint32(106)
          w.string(obj.operator)
        }

        if ((obj.validForMs != null && obj.validForMs !== 0)) {
          w.uint32(112)
          w.uint64Number(obj.validForMs)
        }

        if ((obj.cpuModel != null && obj.cpuModel !== '')) {
          w.uint32(130)
          w.string(obj.cpuModel)
        }

        if ((obj.arch != null && obj.arch !== '')) {
          w.uint32(138)
          w.string(obj.arch)
        }

        if (obj.runtimes != null && obj.runtimes.length > 0) {
          for (const value of obj.runtimes) {
            w.uint32(146)
            w.string(value)
          }
        }

        if ((obj.egress != null && obj.egress !== false)) {
          w.uint32(152)
          w.bool(obj.egress)
        }

        if (obj.suspended != null) {
          w.uint32(202)
          Reason.codec().encode(obj.suspended, w)
        }

        if ((obj.bandwidth != null && obj.bandwidth !== 0)) {
          w.uint32(208)
          w.uint64Number(obj.bandwidth)
        }

        if ((obj.freeFor != null && obj.freeFor !== 0)) {
          w.uint32(216)
          w.uint64Number(obj.freeFor)
        }

        if ((obj.speed != null && obj.speed !== 0)) {
          w.uint32(224)
          w.uint64Number(obj.speed)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          offerSeq: 0,
          slotsFree: 0,
          slotsTotal: 0,
          cores: 0,
          memoryMiB: 0,
          diskMiB: 0,
          gpus: [],
          platforms: [],
          isolation: '',
          numericClass: '',
          priceLevel: 0,
          cachedApps: [],
          operator: '',
          validForMs: 0,
          cpuModel: '',
          arch: '',
          runtimes: [],
          egress: false,
          bandwidth: 0,
          freeFor: 0,
          speed: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.offerSeq = reader.uint64Number()
              break
            }
            case 2: {
              obj.slotsFree = reader.uint32()
              break
            }
            case 3: {
              obj.slotsTotal = reader.uint32()
              break
            }
            case 4: {
              obj.cores = reader.double()
              break
            }
            case 5: {
              obj.memoryMiB = reader.uint32()
              break
            }
            case 6: {
              obj.diskMiB = reader.uint32()
              break
            }
            case 7: {
              if (opts.limits?.gpus != null && obj.gpus.length === opts.limits.gpus) {
                throw new MaxLengthError('Decode error - repeated field "gpus" had too many elements')
              }

              obj.gpus.push(Gpu.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.gpus$
              }))
              break
            }
            case 8: {
              if (opts.limits?.platforms != null && obj.platforms.length === opts.limits.platforms) {
                throw new MaxLengthError('Decode error - repeated field "platforms" had too many elements')
              }

              obj.platforms.push(reader.string())
              break
            }
            case 9: {
              obj.isolation = reader.string()
              break
            }
            case 10: {
              obj.numericClass = reader.string()
              break
            }
            case 11: {
              obj.priceLevel = reader.uint32()
              break
            }
            case 12: {
              if (opts.limits?.cachedApps != null && obj.cachedApps.length === opts.limits.cachedApps) {
                throw new MaxLengthError('Decode error - repeated field "cachedApps" had too many elements')
              }

              obj.cachedApps.push(reader.string())
              break
            }
            case 13: {
              obj.operator = reader.string()
              break
            }
            case 14: {
              obj.validForMs = reader.uint64Number()
              break
            }
            case 16: {
              obj.cpuModel = reader.string()
              break
            }
            case 17: {
              obj.arch = reader.string()
              break
            }
            case 18: {
              if (opts.limits?.runtimes != null && obj.runtimes.length === opts.limits.runtimes) {
                throw new MaxLengthError('Decode error - repeated field "runtimes" had too many elements')
              }

              obj.runtimes.push(reader.string())
              break
            }
            case 19: {
              obj.egress = reader.bool()
              break
            }
            case 25: {
              obj.suspended = Reason.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.suspended
              })
              break
            }
            case 26: {
              obj.bandwidth = reader.uint64Number()
              break
            }
            case 27: {
              obj.freeFor = reader.uint64Number()
              break
            }
            case 28: {
              obj.speed = reader.uint64Number()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          gpus: 0,
          platforms: 0,
          cachedApps: 0,
          runtimes: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.offerSeq`,
                value: reader.uint64Number()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.slotsFree`,
                value: reader.uint32()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.slotsTotal`,
                value: reader.uint32()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.cores`,
                value: reader.double()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.memoryMiB`,
                value: reader.uint32()
              }
              break
            }
            case 6: {
              yield {
                field: `${prefix}.diskMiB`,
                value: reader.uint32()
              }
              break
            }
            case 7: {
              if (opts.limits?.gpus != null && obj.gpus === opts.limits.gpus) {
                throw new MaxLengthError('Streaming decode error - repeated field "gpus" had too many elements')
              }

              for (const evt of Gpu.codec().stream(reader, reader.uint32(), `${prefix}.gpus[]`, {
                limits: opts.limits?.gpus$
              })) {
                yield {
                  ...evt,
                  index: obj.gpus
                }
              }

              obj.gpus++

              break
            }
            case 8: {
              if (opts.limits?.platforms != null && obj.platforms === opts.limits.platforms) {
                throw new MaxLengthError('Streaming decode error - repeated field "platforms" had too many elements')
              }

              yield {
                field: `${prefix}.platforms[]`,
                index: obj.platforms,
                value: reader.string()
              }

              obj.platforms++

              break
            }
            case 9: {
              yield {
                field: `${prefix}.isolation`,
                value: reader.string()
              }
              break
            }
            case 10: {
              yield {
                field: `${prefix}.numericClass`,
                value: reader.string()
              }
              break
            }
            case 11: {
              yield {
                field: `${prefix}.priceLevel`,
                value: reader.uint32()
              }
              break
            }
            case 12: {
              if (opts.limits?.cachedApps != null && obj.cachedApps === opts.limits.cachedApps) {
                throw new MaxLengthError('Streaming decode error - repeated field "cachedApps" had too many elements')
              }

              yield {
                field: `${prefix}.cachedApps[]`,
                index: obj.cachedApps,
                value: reader.string()
              }

              obj.cachedApps++

              break
            }
            case 13: {
              yield {
                field: `${prefix}.operator`,
                value: reader.string()
              }
              break
            }
            case 14: {
              yield {
                field: `${prefix}.validForMs`,
                value: reader.uint64Number()
              }
              break
            }
            case 16: {
              yield {
                field: `${prefix}.cpuModel`,
                value: reader.string()
              }
              break
            }
            case 17: {
              yield {
                field: `${prefix}.arch`,
                value: reader.string()
              }
              break
            }
            case 18: {
              if (opts.limits?.runtimes != null && obj.runtimes === opts.limits.runtimes) {
                throw new MaxLengthError('Streaming decode error - repeated field "runtimes" had too many elements')
              }

              yield {
                field: `${prefix}.runtimes[]`,
                index: obj.runtimes,
                value: reader.string()
              }

              obj.runtimes++

              break
            }
            case 19: {
              yield {
                field: `${prefix}.egress`,
                value: reader.bool()
              }
              break
            }
            case 25: {
              yield * Reason.codec().stream(reader, reader.uint32(), `${prefix}.suspended`, {
                limits: opts.limits?.suspended
              })

              break
            }
            case 26: {
              yield {
                field: `${prefix}.bandwidth`,
                value: reader.uint64Number()
              }
              break
            }
            case 27: {
              yield {
                field: `${prefix}.freeFor`,
                value: reader.uint64Number()
              }
              break
            }
            case 28: {
              yield {
                field: `${prefix}.speed`,
                value: reader.uint64Number()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface OfferOfferSeqFieldEvent {
    field: '$.offerSeq'
    value: number
  }

  export interface OfferSlotsFreeFieldEvent {
    field: '$.slotsFree'
    value: number
  }

  export interface OfferSlotsTotalFieldEvent {
    field: '$.slotsTotal'
    value: number
  }

  export interface OfferCoresFieldEvent {
    field: '$.cores'
    value: number
  }

  export interface OfferMemoryMiBFieldEvent {
    field: '$.memoryMiB'
    value: number
  }

  export interface OfferDiskMiBFieldEvent {
    field: '$.diskMiB'
    value: number
  }

  export interface OfferGpusModelFieldEvent {
    field: '$.gpus[].model'
    value: string
    index: number
  }

  export interface OfferGpusVramMiBFieldEvent {
    field: '$.gpus[].vramMiB'
    value: number
    index: number
  }

  export interface OfferGpusDriverFieldEvent {
    field: '$.gpus[].driver'
    value: string
    index: number
  }

  export interface OfferPlatformsFieldEvent {
    field: '$.platforms[]'
    index: number
    value: string
  }

  export interface OfferIsolationFieldEvent {
    field: '$.isolation'
    value: string
  }

  export interface OfferNumericClassFieldEvent {
    field: '$.numericClass'
    value: string
  }

  export interface OfferPriceLevelFieldEvent {
    field: '$.priceLevel'
    value: number
  }

  export interface OfferCachedAppsFieldEvent {
    field: '$.cachedApps[]'
    index: number
    value: string
  }

  export interface OfferOperatorFieldEvent {
    field: '$.operator'
    value: string
  }

  export interface OfferValidForMsFieldEvent {
    field: '$.validForMs'
    value: number
  }

  export interface OfferCpuModelFieldEvent {
    field: '$.cpuModel'
    value: string
  }

  export interface OfferArchFieldEvent {
    field: '$.arch'
    value: string
  }

  export interface OfferRuntimesFieldEvent {
    field: '$.runtimes[]'
    index: number
    value: string
  }

  export interface OfferEgressFieldEvent {
    field: '$.egress'
    value: boolean
  }

  export interface OfferSuspendedCodeFieldEvent {
    field: '$.suspended.code'
    value: string
  }

  export interface OfferSuspendedTextFieldEvent {
    field: '$.suspended.text'
    value: string
  }

  export interface OfferBandwidthFieldEvent {
    field: '$.bandwidth'
    value: number
  }

  export interface OfferFreeForFieldEvent {
    field: '$.freeFor'
    value: number
  }

  export interface OfferSpeedFieldEvent {
    field: '$.speed'
    value: number
  }

  export function encode (obj: Partial<Offer>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Offer.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Offer>): Offer {
    return decodeMessage(buf, Offer.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Offer>): Generator<OfferOfferSeqFieldEvent | OfferSlotsFreeFieldEvent | OfferSlotsTotalFieldEvent | OfferCoresFieldEvent | OfferMemoryMiBFieldEvent | OfferDiskMiBFieldEvent | OfferGpusModelFieldEvent | OfferGpusVramMiBFieldEvent | OfferGpusDriverFieldEvent | OfferPlatformsFieldEvent | OfferIsolationFieldEvent | OfferNumericClassFieldEvent | OfferPriceLevelFieldEvent | OfferCachedAppsFieldEvent | OfferOperatorFieldEvent | OfferValidForMsFieldEvent | OfferCpuModelFieldEvent | OfferArchFieldEvent | OfferRuntimesFieldEvent | OfferEgressFieldEvent | OfferSuspendedCodeFieldEvent | OfferSuspendedTextFieldEvent | OfferBandwidthFieldEvent | OfferFreeForFieldEvent | OfferSpeedFieldEvent> {
    return streamMessage(buf, Offer.codec(), opts)
  }
}

export interface Requirements {
  platform: string
  minCores: number
  minMemoryMiB: number
  minDiskMiB: number
  gpus: string[]
  isolation: string
  network: string
  gpuCount: number
  arch: string
  runtime: string
  image: string
}

export namespace Requirements {
  let _codec: Codec<Requirements>

  export const codec = (): Codec<Requirements> => {
    if (_codec == null) {
      _codec = message<Requirements>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.platform != null && obj.platform !== '')) {
          w.uint32(10)
          w.string(obj.platform)
        }

        if ((obj.minCores != null && obj.minCores !== 0)) {
          w.uint32(17)
          w.double(obj.minCores)
        }

        if ((obj.minMemoryMiB != null && obj.minMemoryMiB !== 0)) {
          w.uint32(24)
          w.uint32(obj.minMemoryMiB)
        }

        if ((obj.minDiskMiB != null && obj.minDiskMiB !== 0)) {
          w.uint32(32)
          w.uint32(obj.minDiskMiB)
        }

        if (obj.gpus != null && obj.gpus.length > 0) {
          for (const value of obj.gpus) {
            w.uint32(42)
            w.string(value)
          }
        }

        if ((obj.isolation != null && obj.isolation !== '')) {
          w.uint32(50)
          w.string(obj.isolation)
        }

        if ((obj.network != null && obj.network !== '')) {
          w.uint32(58)
          w.string(obj.network)
        }

        if ((obj.gpuCount != null && obj.gpuCount !== 0)) {
          w.uint32(64)
          w.uint32(obj.gpuCount)
        }

        if ((obj.arch != null && obj.arch !== '')) {
          w.uint32(74)
          w.string(obj.arch)
        }

        if ((obj.runtime != null && obj.runtime !== '')) {
          w.uint32(82)
          w.string(obj.runtime)
        }

        if ((obj.image != null && obj.image !== '')) {
          w.uint32(90)
          w.string(obj.image)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          platform: '',
          minCores: 0,
          minMemoryMiB: 0,
          minDiskMiB: 0,
          gpus: [],
          isolation: '',
          network: '',
          gpuCount: 0,
          arch: '',
          runtime: '',
          image: ''
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.platform = reader.string()
              break
            }
            case 2: {
              obj.minCores = reader.double()
              break
            }
            case 3: {
              obj.minMemoryMiB = reader.uint32()
              break
            }
            case 4: {
              obj.minDiskMiB = reader.uint32()
              break
            }
            case 5: {
              if (opts.limits?.gpus != null && obj.gpus.length === opts.limits.gpus) {
                throw new MaxLengthError('Decode error - repeated field "gpus" had too many elements')
              }

              obj.gpus.push(reader.string())
              break
            }
            case 6: {
              obj.isolation = reader.string()
              break
            }
            case 7: {
              obj.network = reader.string()
              break
            }
            case 8: {
              obj.gpuCount = reader.uint32()
              break
            }
            case 9: {
              obj.arch = reader.string()
              break
            }
            case 10: {
              obj.runtime = reader.string()
              break
            }
            case 11: {
              obj.image = reader.string()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          gpus: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.platform`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.minCores`,
                value: reader.double()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.minMemoryMiB`,
                value: reader.uint32()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.minDiskMiB`,
                value: reader.uint32()
              }
              break
            }
            case 5: {
              if (opts.limits?.gpus != null && obj.gpus === opts.limits.gpus) {
                throw new MaxLengthError('Streaming decode error - repeated field "gpus" had too many elements')
              }

              yield {
                field: `${prefix}.gpus[]`,
                index: obj.gpus,
                value: reader.string()
              }

              obj.gpus++

              break
            }
            case 6: {
              yield {
                field: `${prefix}.isolation`,
                value: reader.string()
              }
              break
            }
            case 7: {
              yield {
                field: `${prefix}.network`,
                value: reader.string()
              }
              break
            }
            case 8: {
              yield {
                field: `${prefix}.gpuCount`,
                value: reader.uint32()
              }
              break
            }
            case 9: {
              yield {
                field: `${prefix}.arch`,
                value: reader.string()
              }
              break
            }
            case 10: {
              yield {
                field: `${prefix}.runtime`,
                value: reader.string()
              }
              break
            }
            case 11: {
              yield {
                field: `${prefix}.image`,
                value: reader.string()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface RequirementsPlatformFieldEvent {
    field: '$.platform'
    value: string
  }

  export interface RequirementsMinCoresFieldEvent {
    field: '$.minCores'
    value: number
  }

  export interface RequirementsMinMemoryMiBFieldEvent {
    field: '$.minMemoryMiB'
    value: number
  }

  export interface RequirementsMinDiskMiBFieldEvent {
    field: '$.minDiskMiB'
    value: number
  }

  export interface RequirementsGpusFieldEvent {
    field: '$.gpus[]'
    index: number
    value: string
  }

  export interface RequirementsIsolationFieldEvent {
    field: '$.isolation'
    value: string
  }

  export interface RequirementsNetworkFieldEvent {
    field: '$.network'
    value: string
  }

  export interface RequirementsGpuCountFieldEvent {
    field: '$.gpuCount'
    value: number
  }

  export interface RequirementsArchFieldEvent {
    field: '$.arch'
    value: string
  }

  export interface RequirementsRuntimeFieldEvent {
    field: '$.runtime'
    value: string
  }

  export interface RequirementsImageFieldEvent {
    field: '$.image'
    value: string
  }

  export function encode (obj: Partial<Requirements>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Requirements.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Requirements>): Requirements {
    return decodeMessage(buf, Requirements.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Requirements>): Generator<RequirementsPlatformFieldEvent | RequirementsMinCoresFieldEvent | RequirementsMinMemoryMiBFieldEvent | RequirementsMinDiskMiBFieldEvent | RequirementsGpusFieldEvent | RequirementsIsolationFieldEvent | RequirementsNetworkFieldEvent | RequirementsGpuCountFieldEvent | RequirementsArchFieldEvent | RequirementsRuntimeFieldEvent | RequirementsImageFieldEvent> {
    return streamMessage(buf, Requirements.codec(), opts)
  }
}

export interface Announce {
  jobId: string
  round: number
  requirements?: Requirements
  workMs: number
  chunksPending: number
  trust: string
  maxPrice: bigint
  deadline: number
  appHash: string
  appName: string
}

export namespace Announce {
  let _codec: Codec<Announce>

  export const codec = (): Codec<Announce> => {
    if (_codec == null) {
      _codec = message<Announce>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.jobId != null && obj.jobId !== '')) {
          w.uint32(10)
          w.string(obj.jobId)
        }

        if ((obj.round != null && obj.round !== 0)) {
          w.uint32(16)
          w.uint32(obj.round)
        }

        if (obj.requirements != null) {
          w.uint32(26)
          Requirements.codec().encode(obj.requirements, w)
        }

        if ((obj.workMs != null && obj.workMs !== 0)) {
          w.uint32(32)
          w.uint64Number(obj.workMs)
        }

        if ((obj.chunksPending != null && obj.chunksPending !== 0)) {
          w.uint32(40)
          w.uint32(obj.chunksPending)
        }

        if ((obj.trust != null && obj.trust !== '')) {
          w.uint32(50)
          w.string(obj.trust)
        }

        if ((obj.maxPrice != null && obj.maxPrice !== 0n)) {
          w.uint32(56)
          w.uint64(obj.maxPrice)
        }

        if ((obj.deadline != null && obj.deadline !== 0)) {
          w.uint32(64)
          w.uint64Number(obj.deadline)
        }

        if ((obj.appHash != null && obj.appHash !== '')) {
          w.uint32(82)
          w.string(obj.appHash)
        }

        if ((obj.appName != null && obj.appName !== '')) {
          w.uint32(90)
          w.string(obj.appName)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          jobId: '',
          round: 0,
          workMs: 0,
          chunksPending: 0,
          trust: '',
          maxPrice: 0n,
          deadline: 0,
          appHash: '',
          appName: ''
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.jobId = reader.string()
              break
            }
            case 2: {
              obj.round = reader.uint32()
              break
            }
            case 3: {
              obj.requirements = Requirements.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.requirements
              })
              break
            }
            case 4: {
              obj.workMs = reader.uint64Number()
              break
            }
            case 5: {
              obj.chunksPending = reader.uint32()
              break
            }
            case 6: {
              obj.trust = reader.string()
              break
            }
            case 7: {
              obj.maxPrice = reader.uint64()
              break
            }
            case 8: {
              obj.deadline = reader.uint64Number()
              break
            }
            case 10: {
              obj.appHash = reader.string()
              break
            }
            case 11: {
              obj.appName = reader.string()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.jobId`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.round`,
                value: reader.uint32()
              }
              break
            }
            case 3: {
              yield * Requirements.codec().stream(reader, reader.uint32(), `${prefix}.requirements`, {
                limits: opts.limits?.requirements
              })

              break
            }
            case 4: {
              yield {
                field: `${prefix}.workMs`,
                value: reader.uint64Number()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.chunksPending`,
                value: reader.uint32()
              }
              break
            }
            case 6: {
              yield {
                field: `${prefix}.trust`,
                value: reader.string()
              }
              break
            }
            case 7: {
              yield {
                field: `${prefix}.maxPrice`,
                value: reader.uint64()
              }
              break
            }
            case 8: {
              yield {
                field: `${prefix}.deadline`,
                value: reader.uint64Number()
              }
              break
            }
            case 10: {
              yield {
                field: `${prefix}.appHash`,
                value: reader.string()
              }
              break
            }
            case 11: {
              yield {
                field: `${prefix}.appName`,
                value: reader.string()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface AnnounceJobIdFieldEvent {
    field: '$.jobId'
    value: string
  }

  export interface AnnounceRoundFieldEvent {
    field: '$.round'
    value: number
  }

  export interface AnnounceRequirementsPlatformFieldEvent {
    field: '$.requirements.platform'
    value: string
  }

  export interface AnnounceRequirementsMinCoresFieldEvent {
    field: '$.requirements.minCores'
    value: number
  }

  export interface AnnounceRequirementsMinMemoryMiBFieldEvent {
    field: '$.requirements.minMemoryMiB'
    value: number
  }

  export interface AnnounceRequirementsMinDiskMiBFieldEvent {
    field: '$.requirements.minDiskMiB'
    value: number
  }

  export interface AnnounceRequirementsGpusFieldEvent {
    field: '$.requirements.gpus[]'
    index: number
    value: string
  }

  export interface AnnounceRequirementsIsolationFieldEvent {
    field: '$.requirements.isolation'
    value: string
  }

  export interface AnnounceRequirementsNetworkFieldEvent {
    field: '$.requirements.network'
    value: string
  }

  export interface AnnounceRequirementsGpuCountFieldEvent {
    field: '$.requirements.gpuCount'
    value: number
  }

  export interface AnnounceRequirementsArchFieldEvent {
    field: '$.requirements.arch'
    value: string
  }

  export interface AnnounceRequirementsRuntimeFieldEvent {
    field: '$.requirements.runtime'
    value: string
  }

  export interface AnnounceRequirementsImageFieldEvent {
    field: '$.requirements.image'
    value: string
  }

  export interface AnnounceWorkMsFieldEvent {
    field: '$.workMs'
    value: number
  }

  export interface AnnounceChunksPendingFieldEvent {
    field: '$.chunksPending'
    value: number
  }

  export interface AnnounceTrustFieldEvent {
    field: '$.trust'
    value: string
  }

  export interface AnnounceMaxPriceFieldEvent {
    field: '$.maxPrice'
    value: bigint
  }

  export interface AnnounceDeadlineFieldEvent {
    field: '$.deadline'
    value: number
  }

  export interface AnnounceAppHashFieldEvent {
    field: '$.appHash'
    value: string
  }

  export interface AnnounceAppNameFieldEvent {
    field: '$.appName'
    value: string
  }

  export function encode (obj: Partial<Announce>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Announce.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Announce>): Announce {
    return decodeMessage(buf, Announce.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Announce>): Generator<AnnounceJobIdFieldEvent | AnnounceRoundFieldEvent | AnnounceRequirementsPlatformFieldEvent | AnnounceRequirementsMinCoresFieldEvent | AnnounceRequirementsMinMemoryMiBFieldEvent | AnnounceRequirementsMinDiskMiBFieldEvent | AnnounceRequirementsGpusFieldEvent | AnnounceRequirementsIsolationFieldEvent | AnnounceRequirementsNetworkFieldEvent | AnnounceRequirementsGpuCountFieldEvent | AnnounceRequirementsArchFieldEvent | AnnounceRequirementsRuntimeFieldEvent | AnnounceRequirementsImageFieldEvent | AnnounceWorkMsFieldEvent | AnnounceChunksPendingFieldEvent | AnnounceTrustFieldEvent | AnnounceMaxPriceFieldEvent | AnnounceDeadlineFieldEvent | AnnounceAppHashFieldEvent | AnnounceAppNameFieldEvent> {
    return streamMessage(buf, Announce.codec(), opts)
  }
}

export interface Bid {
  jobId: string
  round: number
  price: bigint
  slots: number
  chunkMs: number
  validForMs: number
}

export namespace Bid {
  let _codec: Codec<Bid>

  export const codec = (): Codec<Bid> => {
    if (_codec == null) {
      _codec = message<Bid>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.jobId != null && obj.jobId !== '')) {
          w.uint32(10)
          w.string(obj.jobId)
        }

        if ((obj.round != null && obj.round !== 0)) {
          w.uint32(16)
          w.uint32(obj.round)
        }

        if ((obj.price != null && obj.price !== 0n)) {
          w.uint32(24)
          w.uint64(obj.price)
        }

        if ((obj.slots != null && obj.slots !== 0)) {
          w.uint32(32)
          w.uint32(obj.slots)
        }

        if ((obj.chunkMs != null && obj.chunkMs !== 0)) {
          w.uint32(40)
          w.uint64Number(obj.chunkMs)
        }

        if ((obj.validForMs != null && obj.validForMs !== 0)) {
          w.uint32(48)
          w.uint64Number(obj.validForMs)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          jobId: '',
          round: 0,
          price: 0n,
          slots: 0,
          chunkMs: 0,
          validForMs: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.jobId = reader.string()
              break
            }
            case 2: {
              obj.round = reader.uint32()
              break
            }
            case 3: {
              obj.price = reader.uint64()
              break
            }
            case 4: {
              obj.slots = reader.uint32()
              break
            }
            case 5: {
              obj.chunkMs = reader.uint64Number()
              break
            }
            case 6: {
              obj.validForMs = reader.uint64Number()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.jobId`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.round`,
                value: reader.uint32()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.price`,
                value: reader.uint64()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.slots`,
                value: reader.uint32()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.chunkMs`,
                value: reader.uint64Number()
              }
              break
            }
            case 6: {
              yield {
                field: `${prefix}.validForMs`,
                value: reader.uint64Number()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface BidJobIdFieldEvent {
    field: '$.jobId'
    value: string
  }

  export interface BidRoundFieldEvent {
    field: '$.round'
    value: number
  }

  export interface BidPriceFieldEvent {
    field: '$.price'
    value: bigint
  }

  export interface BidSlotsFieldEvent {
    field: '$.slots'
    value: number
  }

  export interface BidChunkMsFieldEvent {
    field: '$.chunkMs'
    value: number
  }

  export interface BidValidForMsFieldEvent {
    field: '$.validForMs'
    value: number
  }

  export function encode (obj: Partial<Bid>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Bid.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Bid>): Bid {
    return decodeMessage(buf, Bid.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Bid>): Generator<BidJobIdFieldEvent | BidRoundFieldEvent | BidPriceFieldEvent | BidSlotsFieldEvent | BidChunkMsFieldEvent | BidValidForMsFieldEvent> {
    return streamMessage(buf, Bid.codec(), opts)
  }
}

export interface Reason {
  code: string
  text: string
}

export namespace Reason {
  let _codec: Codec<Reason>

  export const codec = (): Codec<Reason> => {
    if (_codec == null) {
      _codec = message<Reason>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.code != null && obj.code !== '')) {
          w.uint32(10)
          w.string(obj.code)
        }

        if ((obj.text != null && obj.text !== '')) {
          w.uint32(18)
          w.string(obj.text)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          code: '',
          text: ''
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.code = reader.string()
              break
            }
            case 2: {
              obj.text = reader.string()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.code`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.text`,
                value: reader.string()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface ReasonCodeFieldEvent {
    field: '$.code'
    value: string
  }

  export interface ReasonTextFieldEvent {
    field: '$.text'
    value: string
  }

  export function encode (obj: Partial<Reason>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Reason.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Reason>): Reason {
    return decodeMessage(buf, Reason.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Reason>): Generator<ReasonCodeFieldEvent | ReasonTextFieldEvent> {
    return streamMessage(buf, Reason.codec(), opts)
  }
}

export interface NoBid {
  jobId: string
  round: number
  reason?: Reason
}

export namespace NoBid {
  let _codec: Codec<NoBid>

  export const codec = (): Codec<NoBid> => {
    if (_codec == null) {
      _codec = message<NoBid>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.jobId != null && obj.jobId !== '')) {
          w.uint32(10)
          w.string(obj.jobId)
        }

        if ((obj.round != null && obj.round !== 0)) {
          w.uint32(16)
          w.uint32(obj.round)
        }

        if (obj.reason != null) {
          w.uint32(26)
          Reason.codec().encode(obj.reason, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          jobId: '',
          round: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.jobId = reader.string()
              break
            }
            case 2: {
              obj.round = reader.uint32()
              break
            }
            case 3: {
              obj.reason = Reason.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.reason
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.jobId`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.round`,
                value: reader.uint32()
              }
              break
            }
            case 3: {
              yield * Reason.codec().stream(reader, reader.uint32(), `${prefix}.reason`, {
                limits: opts.limits?.reason
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface NoBidJobIdFieldEvent {
    field: '$.jobId'
    value: string
  }

  export interface NoBidRoundFieldEvent {
    field: '$.round'
    value: number
  }

  export interface NoBidReasonCodeFieldEvent {
    field: '$.reason.code'
    value: string
  }

  export interface NoBidReasonTextFieldEvent {
    field: '$.reason.text'
    value: string
  }

  export function encode (obj: Partial<NoBid>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, NoBid.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<NoBid>): NoBid {
    return decodeMessage(buf, NoBid.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<NoBid>): Generator<NoBidJobIdFieldEvent | NoBidRoundFieldEvent | NoBidReasonCodeFieldEvent | NoBidReasonTextFieldEvent> {
    return streamMessage(buf, NoBid.codec(), opts)
  }
}

export interface RoundResult {
  jobId: string
  round: number
  outcome: string
  term: string
  byUnits: bigint
  byPerMille: number
  reason?: Reason
}

export namespace RoundResult {
  let _codec: Codec<RoundResult>

  export const codec = (): Codec<RoundResult> => {
    if (_codec == null) {
      _codec = message<RoundResult>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.jobId != null && obj.jobId !== '')) {
          w.uint32(10)
          w.string(obj.jobId)
        }

        if ((obj.round != null && obj.round !== 0)) {
          w.uint32(16)
          w.uint32(obj.round)
        }

        if ((obj.outcome != null && obj.outcome !== '')) {
          w.uint32(26)
          w.string(obj.outcome)
        }

        if ((obj.term != null && obj.term !== '')) {
          w.uint32(34)
          w.string(obj.term)
        }

        if ((obj.byUnits != null && obj.byUnits !== 0n)) {
          w.uint32(40)
          w.uint64(obj.byUnits)
        }

        if ((obj.byPerMille != null && obj.byPerMille !== 0)) {
          w.uint32(48)
          w.uint32(obj.byPerMille)
        }

        if (obj.reason != null) {
          w.uint32(58)
          Reason.codec().encode(obj.reason, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          jobId: '',
          round: 0,
          outcome: '',
          term: '',
          byUnits: 0n,
          byPerMille: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.jobId = reader.string()
              break
            }
            case 2: {
              obj.round = reader.uint32()
              break
            }
            case 3: {
              obj.outcome = reader.string()
              break
            }
            case 4: {
              obj.term = reader.string()
              break
            }
            case 5: {
              obj.byUnits = reader.uint64()
              break
            }
            case 6: {
              obj.byPerMille = reader.uint32()
              break
            }
            case 7: {
              obj.reason = Reason.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.reason
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.jobId`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.round`,
                value: reader.uint32()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.outcome`,
                value: reader.string()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.term`,
                value: reader.string()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.byUnits`,
                value: reader.uint64()
              }
              break
            }
            case 6: {
              yield {
                field: `${prefix}.byPerMille`,
                value: reader.uint32()
              }
              break
            }
            case 7: {
              yield * Reason.codec().stream(reader, reader.uint32(), `${prefix}.reason`, {
                limits: opts.limits?.reason
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface RoundResultJobIdFieldEvent {
    field: '$.jobId'
    value: string
  }

  export interface RoundResultRoundFieldEvent {
    field: '$.round'
    value: number
  }

  export interface RoundResultOutcomeFieldEvent {
    field: '$.outcome'
    value: string
  }

  export interface RoundResultTermFieldEvent {
    field: '$.term'
    value: string
  }

  export interface RoundResultByUnitsFieldEvent {
    field: '$.byUnits'
    value: bigint
  }

  export interface RoundResultByPerMilleFieldEvent {
    field: '$.byPerMille'
    value: number
  }

  export interface RoundResultReasonCodeFieldEvent {
    field: '$.reason.code'
    value: string
  }

  export interface RoundResultReasonTextFieldEvent {
    field: '$.reason.text'
    value: string
  }

  export function encode (obj: Partial<RoundResult>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, RoundResult.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<RoundResult>): RoundResult {
    return decodeMessage(buf, RoundResult.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<RoundResult>): Generator<RoundResultJobIdFieldEvent | RoundResultRoundFieldEvent | RoundResultOutcomeFieldEvent | RoundResultTermFieldEvent | RoundResultByUnitsFieldEvent | RoundResultByPerMilleFieldEvent | RoundResultReasonCodeFieldEvent | RoundResultReasonTextFieldEvent> {
    return streamMessage(buf, RoundResult.codec(), opts)
  }
}

export interface Ref {
  sha256: Uint8Array<ArrayBuffer>
  size: number
  inline: Uint8Array<ArrayBuffer>
}

export namespace Ref {
  let _codec: Codec<Ref>

  export const codec = (): Codec<Ref> => {
    if (_codec == null) {
      _codec = message<Ref>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.sha256 != null && obj.sha256.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.sha256)
        }

        if ((obj.size != null && obj.size !== 0)) {
          w.uint32(16)
          w.uint64Number(obj.size)
        }

        if ((obj.inline != null && obj.inline.byteLength > 0)) {
          w.uint32(26)
          w.bytes(obj.inline)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          sha256: uint8ArrayAlloc(0),
          size: 0,
          inline: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.sha256 = reader.bytes()
              break
            }
            case 2: {
              obj.size = reader.uint64Number()
              break
            }
            case 3: {
              obj.inline = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.sha256`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.size`,
                value: reader.uint64Number()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.inline`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface RefSha256FieldEvent {
    field: '$.sha256'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RefSizeFieldEvent {
    field: '$.size'
    value: number
  }

  export interface RefInlineFieldEvent {
    field: '$.inline'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Ref>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Ref.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Ref>): Ref {
    return decodeMessage(buf, Ref.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Ref>): Generator<RefSha256FieldEvent | RefSizeFieldEvent | RefInlineFieldEvent> {
    return streamMessage(buf, Ref.codec(), opts)
  }
}

export interface Attempt {
  jobId: string
  chunk: number
  epoch: number
}

export namespace Attempt {
  let _codec: Codec<Attempt>

  export const codec = (): Codec<Attempt> => {
    if (_codec == null) {
      _codec = message<Attempt>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.jobId != null && obj.jobId !== '')) {
          w.uint32(10)
          w.string(obj.jobId)
        }

        if ((obj.chunk != null && obj.chunk !== 0)) {
          w.uint32(16)
          w.uint32(obj.chunk)
        }

        if ((obj.epoch != null && obj.epoch !== 0)) {
          w.uint32(24)
          w.uint32(obj.epoch)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          jobId: '',
          chunk: 0,
          epoch: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.jobId = reader.string()
              break
            }
            case 2: {
              obj.chunk = reader.uint32()
              break
            }
            case 3: {
              obj.epoch = reader.uint32()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.jobId`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.chunk`,
                value: reader.uint32()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.epoch`,
                value: reader.uint32()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface AttemptJobIdFieldEvent {
    field: '$.jobId'
    value: string
  }

  export interface AttemptChunkFieldEvent {
    field: '$.chunk'
    value: number
  }

  export interface AttemptEpochFieldEvent {
    field: '$.epoch'
    value: number
  }

  export function encode (obj: Partial<Attempt>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Attempt.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Attempt>): Attempt {
    return decodeMessage(buf, Attempt.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Attempt>): Generator<AttemptJobIdFieldEvent | AttemptChunkFieldEvent | AttemptEpochFieldEvent> {
    return streamMessage(buf, Attempt.codec(), opts)
  }
}

export interface Lease {
  attempt?: Attempt
  incarnation: number
  spec?: Ref
  input?: Ref
  price: bigint
  holdId: Uint8Array<ArrayBuffer>
  ttlMs: number
  chunkSeed: Uint8Array<ArrayBuffer>
  lotHash: Uint8Array<ArrayBuffer>
}

export namespace Lease {
  let _codec: Codec<Lease>

  export const codec = (): Codec<Lease> => {
    if (_codec == null) {
      _codec = message<Lease>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.attempt != null) {
          w.uint32(10)
          Attempt.codec().encode(obj.attempt, w)
        }

        if ((obj.incarnation != null && obj.incarnation !== 0)) {
          w.uint32(16)
          w.uint64Number(obj.incarnation)
        }

        if (obj.spec != null) {
          w.uint32(26)
          Ref.codec().encode(obj.spec, w)
        }

        if (obj.input != null) {
          w.uint32(34)
          Ref.codec().encode(obj.input, w)
        }

        if ((obj.price != null && obj.price !== 0n)) {
          w.uint32(40)
          w.uint64(obj.price)
        }

        if ((obj.holdId != null && obj.holdId.byteLength > 0)) {
          w.uint32(50)
          w.bytes(obj.holdId)
        }

        if ((obj.ttlMs != null && obj.ttlMs !== 0)) {
          w.uint32(56)
          w.uint64Number(obj.ttlMs)
        }

        if ((obj.chunkSeed != null && obj.chunkSeed.byteLength > 0)) {
          w.uint32(66)
          w.bytes(obj.chunkSeed)
        }

        if ((obj.lotHash != null && obj.lotHash.byteLength > 0)) {
          w.uint32(362)
          w.bytes(obj.lotHash)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          incarnation: 0,
          price: 0n,
          holdId: uint8ArrayAlloc(0),
          ttlMs: 0,
          chunkSeed: uint8ArrayAlloc(0),
          lotHash: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.attempt = Attempt.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.attempt
              })
              break
            }
            case 2: {
              obj.incarnation = reader.uint64Number()
              break
            }
            case 3: {
              obj.spec = Ref.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.spec
              })
              break
            }
            case 4: {
              obj.input = Ref.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.input
              })
              break
            }
            case 5: {
              obj.price = reader.uint64()
              break
            }
            case 6: {
              obj.holdId = reader.bytes()
              break
            }
            case 7: {
              obj.ttlMs = reader.uint64Number()
              break
            }
            case 8: {
              obj.chunkSeed = reader.bytes()
              break
            }
            case 45: {
              obj.lotHash = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Attempt.codec().stream(reader, reader.uint32(), `${prefix}.attempt`, {
                limits: opts.limits?.attempt
              })

              break
            }
            case 2: {
              yield {
                field: `${prefix}.incarnation`,
                value: reader.uint64Number()
              }
              break
            }
            case 3: {
              yield * Ref.codec().stream(reader, reader.uint32(), `${prefix}.spec`, {
                limits: opts.limits?.spec
              })

              break
            }
            case 4: {
              yield * Ref.codec().stream(reader, reader.uint32(), `${prefix}.input`, {
                limits: opts.limits?.input
              })

              break
            }
            case 5: {
              yield {
                field: `${prefix}.price`,
                value: reader.uint64()
              }
              break
            }
            case 6: {
              yield {
                field: `${prefix}.holdId`,
                value: reader.bytes()
              }
              break
            }
            case 7: {
              yield {
                field: `${prefix}.ttlMs`,
                value: reader.uint64Number()
              }
              break
            }
            case 8: {
              yield {
                field: `${prefix}.chunkSeed`,
                value: reader.bytes()
              }
              break
            }
            case 45: {
              yield {
                field: `${prefix}.lotHash`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface LeaseAttemptJobIdFieldEvent {
    field: '$.attempt.jobId'
    value: string
  }

  export interface LeaseAttemptChunkFieldEvent {
    field: '$.attempt.chunk'
    value: number
  }

  export interface LeaseAttemptEpochFieldEvent {
    field: '$.attempt.epoch'
    value: number
  }

  export interface LeaseIncarnationFieldEvent {
    field: '$.incarnation'
    value: number
  }

  export interface LeaseSpecSha256FieldEvent {
    field: '$.spec.sha256'
    value: Uint8Array<ArrayBuffer>
  }

  export interface LeaseSpecSizeFieldEvent {
    field: '$.spec.size'
    value: number
  }

  export interface LeaseSpecInlineFieldEvent {
    field: '$.spec.inline'
    value: Uint8Array<ArrayBuffer>
  }

  export interface LeaseInputSha256FieldEvent {
    field: '$.input.sha256'
    value: Uint8Array<ArrayBuffer>
  }

  export interface LeaseInputSizeFieldEvent {
    field: '$.input.size'
    value: number
  }

  export interface LeaseInputInlineFieldEvent {
    field: '$.input.inline'
    value: Uint8Array<ArrayBuffer>
  }

  export interface LeasePriceFieldEvent {
    field: '$.price'
    value: bigint
  }

  export interface LeaseHoldIdFieldEvent {
    field: '$.holdId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface LeaseTtlMsFieldEvent {
    field: '$.ttlMs'
    value: number
  }

  export interface LeaseChunkSeedFieldEvent {
    field: '$.chunkSeed'
    value: Uint8Array<ArrayBuffer>
  }

  export interface LeaseLotHashFieldEvent {
    field: '$.lotHash'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Lease>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Lease.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Lease>): Lease {
    return decodeMessage(buf, Lease.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Lease>): Generator<LeaseAttemptJobIdFieldEvent | LeaseAttemptChunkFieldEvent | LeaseAttemptEpochFieldEvent | LeaseIncarnationFieldEvent | LeaseSpecSha256FieldEvent | LeaseSpecSizeFieldEvent | LeaseSpecInlineFieldEvent | LeaseInputSha256FieldEvent | LeaseInputSizeFieldEvent | LeaseInputInlineFieldEvent | LeasePriceFieldEvent | LeaseHoldIdFieldEvent | LeaseTtlMsFieldEvent | LeaseChunkSeedFieldEvent | LeaseLotHashFieldEvent> {
    return streamMessage(buf, Lease.codec(), opts)
  }
}

export interface LeaseAck {
  attempt?: Attempt
}

export namespace LeaseAck {
  let _codec: Codec<LeaseAck>

  export const codec = (): Codec<LeaseAck> => {
    if (_codec == null) {
      _codec = message<LeaseAck>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.attempt != null) {
          w.uint32(10)
          Attempt.codec().encode(obj.attempt, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.attempt = Attempt.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.attempt
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Attempt.codec().stream(reader, reader.uint32(), `${prefix}.attempt`, {
                limits: opts.limits?.attempt
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface LeaseAckAttemptJobIdFieldEvent {
    field: '$.attempt.jobId'
    value: string
  }

  export interface LeaseAckAttemptChunkFieldEvent {
    field: '$.attempt.chunk'
    value: number
  }

  export interface LeaseAckAttemptEpochFieldEvent {
    field: '$.attempt.epoch'
    value: number
  }

  export function encode (obj: Partial<LeaseAck>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, LeaseAck.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<LeaseAck>): LeaseAck {
    return decodeMessage(buf, LeaseAck.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<LeaseAck>): Generator<LeaseAckAttemptJobIdFieldEvent | LeaseAckAttemptChunkFieldEvent | LeaseAckAttemptEpochFieldEvent> {
    return streamMessage(buf, LeaseAck.codec(), opts)
  }
}

export interface Decline {
  attempt?: Attempt
  reason?: Reason
}

export namespace Decline {
  let _codec: Codec<Decline>

  export const codec = (): Codec<Decline> => {
    if (_codec == null) {
      _codec = message<Decline>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.attempt != null) {
          w.uint32(10)
          Attempt.codec().encode(obj.attempt, w)
        }

        if (obj.reason != null) {
          w.uint32(18)
          Reason.codec().encode(obj.reason, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.attempt = Attempt.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.attempt
              })
              break
            }
            case 2: {
              obj.reason = Reason.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.reason
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Attempt.codec().stream(reader, reader.uint32(), `${prefix}.attempt`, {
                limits: opts.limits?.attempt
              })

              break
            }
            case 2: {
              yield * Reason.codec().stream(reader, reader.uint32(), `${prefix}.reason`, {
                limits: opts.limits?.reason
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface DeclineAttemptJobIdFieldEvent {
    field: '$.attempt.jobId'
    value: string
  }

  export interface DeclineAttemptChunkFieldEvent {
    field: '$.attempt.chunk'
    value: number
  }

  export interface DeclineAttemptEpochFieldEvent {
    field: '$.attempt.epoch'
    value: number
  }

  export interface DeclineReasonCodeFieldEvent {
    field: '$.reason.code'
    value: string
  }

  export interface DeclineReasonTextFieldEvent {
    field: '$.reason.text'
    value: string
  }

  export function encode (obj: Partial<Decline>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Decline.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Decline>): Decline {
    return decodeMessage(buf, Decline.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Decline>): Generator<DeclineAttemptJobIdFieldEvent | DeclineAttemptChunkFieldEvent | DeclineAttemptEpochFieldEvent | DeclineReasonCodeFieldEvent | DeclineReasonTextFieldEvent> {
    return streamMessage(buf, Decline.codec(), opts)
  }
}

export interface LiveAttempt {
  attempt?: Attempt
  state: string
  progress: number
}

export namespace LiveAttempt {
  let _codec: Codec<LiveAttempt>

  export const codec = (): Codec<LiveAttempt> => {
    if (_codec == null) {
      _codec = message<LiveAttempt>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.attempt != null) {
          w.uint32(10)
          Attempt.codec().encode(obj.attempt, w)
        }

        if ((obj.state != null && obj.state !== '')) {
          w.uint32(18)
          w.string(obj.state)
        }

        if ((obj.progress != null && obj.progress !== 0)) {
          w.uint32(24)
          w.uint32(obj.progress)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          state: '',
          progress: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.attempt = Attempt.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.attempt
              })
              break
            }
            case 2: {
              obj.state = reader.string()
              break
            }
            case 3: {
              obj.progress = reader.uint32()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Attempt.codec().stream(reader, reader.uint32(), `${prefix}.attempt`, {
                limits: opts.limits?.attempt
              })

              break
            }
            case 2: {
              yield {
                field: `${prefix}.state`,
                value: reader.string()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.progress`,
                value: reader.uint32()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface LiveAttemptAttemptJobIdFieldEvent {
    field: '$.attempt.jobId'
    value: string
  }

  export interface LiveAttemptAttemptChunkFieldEvent {
    field: '$.attempt.chunk'
    value: number
  }

  export interface LiveAttemptAttemptEpochFieldEvent {
    field: '$.attempt.epoch'
    value: number
  }

  export interface LiveAttemptStateFieldEvent {
    field: '$.state'
    value: string
  }

  export interface LiveAttemptProgressFieldEvent {
    field: '$.progress'
    value: number
  }

  export function encode (obj: Partial<LiveAttempt>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, LiveAttempt.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<LiveAttempt>): LiveAttempt {
    return decodeMessage(buf, LiveAttempt.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<LiveAttempt>): Generator<LiveAttemptAttemptJobIdFieldEvent | LiveAttemptAttemptChunkFieldEvent | LiveAttemptAttemptEpochFieldEvent | LiveAttemptStateFieldEvent | LiveAttemptProgressFieldEvent> {
    return streamMessage(buf, LiveAttempt.codec(), opts)
  }
}

export interface Heartbeat {
  live: LiveAttempt[]
  slotsFree: number
}

export namespace Heartbeat {
  let _codec: Codec<Heartbeat>

  export const codec = (): Codec<Heartbeat> => {
    if (_codec == null) {
      _codec = message<Heartbeat>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.live != null && obj.live.length > 0) {
          for (const value of obj.live) {
            w.uint32(10)
            LiveAttempt.codec().encode(value, w)
          }
        }

        if ((obj.slotsFree != null && obj.slotsFree !== 0)) {
          w.uint32(16)
          w.uint32(obj.slotsFree)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          live: [],
          slotsFree: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.live != null && obj.live.length === opts.limits.live) {
                throw new MaxLengthError('Decode error - repeated field "live" had too many elements')
              }

              obj.live.push(LiveAttempt.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.live$
              }))
              break
            }
            case 2: {
              obj.slotsFree = reader.uint32()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          live: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.live != null && obj.live === opts.limits.live) {
                throw new MaxLengthError('Streaming decode error - repeated field "live" had too many elements')
              }

              for (const evt of LiveAttempt.codec().stream(reader, reader.uint32(), `${prefix}.live[]`, {
                limits: opts.limits?.live$
              })) {
                yield {
                  ...evt,
                  index: obj.live
                }
              }

              obj.live++

              break
            }
            case 2: {
              yield {
                field: `${prefix}.slotsFree`,
                value: reader.uint32()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface HeartbeatLiveAttemptJobIdFieldEvent {
    field: '$.live[].attempt.jobId'
    value: string
    index: number
  }

  export interface HeartbeatLiveAttemptChunkFieldEvent {
    field: '$.live[].attempt.chunk'
    value: number
    index: number
  }

  export interface HeartbeatLiveAttemptEpochFieldEvent {
    field: '$.live[].attempt.epoch'
    value: number
    index: number
  }

  export interface HeartbeatLiveStateFieldEvent {
    field: '$.live[].state'
    value: string
    index: number
  }

  export interface HeartbeatLiveProgressFieldEvent {
    field: '$.live[].progress'
    value: number
    index: number
  }

  export interface HeartbeatSlotsFreeFieldEvent {
    field: '$.slotsFree'
    value: number
  }

  export function encode (obj: Partial<Heartbeat>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Heartbeat.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Heartbeat>): Heartbeat {
    return decodeMessage(buf, Heartbeat.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Heartbeat>): Generator<HeartbeatLiveAttemptJobIdFieldEvent | HeartbeatLiveAttemptChunkFieldEvent | HeartbeatLiveAttemptEpochFieldEvent | HeartbeatLiveStateFieldEvent | HeartbeatLiveProgressFieldEvent | HeartbeatSlotsFreeFieldEvent> {
    return streamMessage(buf, Heartbeat.codec(), opts)
  }
}

export interface HeartbeatAck {
  unknown: Attempt[]
  ttlMs: number
}

export namespace HeartbeatAck {
  let _codec: Codec<HeartbeatAck>

  export const codec = (): Codec<HeartbeatAck> => {
    if (_codec == null) {
      _codec = message<HeartbeatAck>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.unknown != null && obj.unknown.length > 0) {
          for (const value of obj.unknown) {
            w.uint32(10)
            Attempt.codec().encode(value, w)
          }
        }

        if ((obj.ttlMs != null && obj.ttlMs !== 0)) {
          w.uint32(16)
          w.uint64Number(obj.ttlMs)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          unknown: [],
          ttlMs: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.unknown != null && obj.unknown.length === opts.limits.unknown) {
                throw new MaxLengthError('Decode error - repeated field "unknown" had too many elements')
              }

              obj.unknown.push(Attempt.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.unknown$
              }))
              break
            }
            case 2: {
              obj.ttlMs = reader.uint64Number()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          unknown: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.unknown != null && obj.unknown === opts.limits.unknown) {
                throw new MaxLengthError('Streaming decode error - repeated field "unknown" had too many elements')
              }

              for (const evt of Attempt.codec().stream(reader, reader.uint32(), `${prefix}.unknown[]`, {
                limits: opts.limits?.unknown$
              })) {
                yield {
                  ...evt,
                  index: obj.unknown
                }
              }

              obj.unknown++

              break
            }
            case 2: {
              yield {
                field: `${prefix}.ttlMs`,
                value: reader.uint64Number()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface HeartbeatAckUnknownJobIdFieldEvent {
    field: '$.unknown[].jobId'
    value: string
    index: number
  }

  export interface HeartbeatAckUnknownChunkFieldEvent {
    field: '$.unknown[].chunk'
    value: number
    index: number
  }

  export interface HeartbeatAckUnknownEpochFieldEvent {
    field: '$.unknown[].epoch'
    value: number
    index: number
  }

  export interface HeartbeatAckTtlMsFieldEvent {
    field: '$.ttlMs'
    value: number
  }

  export function encode (obj: Partial<HeartbeatAck>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, HeartbeatAck.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<HeartbeatAck>): HeartbeatAck {
    return decodeMessage(buf, HeartbeatAck.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<HeartbeatAck>): Generator<HeartbeatAckUnknownJobIdFieldEvent | HeartbeatAckUnknownChunkFieldEvent | HeartbeatAckUnknownEpochFieldEvent | HeartbeatAckTtlMsFieldEvent> {
    return streamMessage(buf, HeartbeatAck.codec(), opts)
  }
}

export interface Recall {
  attempt?: Attempt
  reason?: Reason
}

export namespace Recall {
  let _codec: Codec<Recall>

  export const codec = (): Codec<Recall> => {
    if (_codec == null) {
      _codec = message<Recall>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.attempt != null) {
          w.uint32(10)
          Attempt.codec().encode(obj.attempt, w)
        }

        if (obj.reason != null) {
          w.uint32(18)
          Reason.codec().encode(obj.reason, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.attempt = Attempt.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.attempt
              })
              break
            }
            case 2: {
              obj.reason = Reason.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.reason
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Attempt.codec().stream(reader, reader.uint32(), `${prefix}.attempt`, {
                limits: opts.limits?.attempt
              })

              break
            }
            case 2: {
              yield * Reason.codec().stream(reader, reader.uint32(), `${prefix}.reason`, {
                limits: opts.limits?.reason
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface RecallAttemptJobIdFieldEvent {
    field: '$.attempt.jobId'
    value: string
  }

  export interface RecallAttemptChunkFieldEvent {
    field: '$.attempt.chunk'
    value: number
  }

  export interface RecallAttemptEpochFieldEvent {
    field: '$.attempt.epoch'
    value: number
  }

  export interface RecallReasonCodeFieldEvent {
    field: '$.reason.code'
    value: string
  }

  export interface RecallReasonTextFieldEvent {
    field: '$.reason.text'
    value: string
  }

  export function encode (obj: Partial<Recall>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Recall.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Recall>): Recall {
    return decodeMessage(buf, Recall.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Recall>): Generator<RecallAttemptJobIdFieldEvent | RecallAttemptChunkFieldEvent | RecallAttemptEpochFieldEvent | RecallReasonCodeFieldEvent | RecallReasonTextFieldEvent> {
    return streamMessage(buf, Recall.codec(), opts)
  }
}

export interface Commit {
  attempt?: Attempt
  commitment: Uint8Array<ArrayBuffer>
}

export namespace Commit {
  let _codec: Codec<Commit>

  export const codec = (): Codec<Commit> => {
    if (_codec == null) {
      _codec = message<Commit>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.attempt != null) {
          w.uint32(10)
          Attempt.codec().encode(obj.attempt, w)
        }

        if ((obj.commitment != null && obj.commitment.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.commitment)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          commitment: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.attempt = Attempt.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.attempt
              })
              break
            }
            case 2: {
              obj.commitment = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Attempt.codec().stream(reader, reader.uint32(), `${prefix}.attempt`, {
                limits: opts.limits?.attempt
              })

              break
            }
            case 2: {
              yield {
                field: `${prefix}.commitment`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface CommitAttemptJobIdFieldEvent {
    field: '$.attempt.jobId'
    value: string
  }

  export interface CommitAttemptChunkFieldEvent {
    field: '$.attempt.chunk'
    value: number
  }

  export interface CommitAttemptEpochFieldEvent {
    field: '$.attempt.epoch'
    value: number
  }

  export interface CommitCommitmentFieldEvent {
    field: '$.commitment'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Commit>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Commit.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Commit>): Commit {
    return decodeMessage(buf, Commit.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Commit>): Generator<CommitAttemptJobIdFieldEvent | CommitAttemptChunkFieldEvent | CommitAttemptEpochFieldEvent | CommitCommitmentFieldEvent> {
    return streamMessage(buf, Commit.codec(), opts)
  }
}

export interface CommitAck {
  attempt?: Attempt
}

export namespace CommitAck {
  let _codec: Codec<CommitAck>

  export const codec = (): Codec<CommitAck> => {
    if (_codec == null) {
      _codec = message<CommitAck>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.attempt != null) {
          w.uint32(10)
          Attempt.codec().encode(obj.attempt, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.attempt = Attempt.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.attempt
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Attempt.codec().stream(reader, reader.uint32(), `${prefix}.attempt`, {
                limits: opts.limits?.attempt
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface CommitAckAttemptJobIdFieldEvent {
    field: '$.attempt.jobId'
    value: string
  }

  export interface CommitAckAttemptChunkFieldEvent {
    field: '$.attempt.chunk'
    value: number
  }

  export interface CommitAckAttemptEpochFieldEvent {
    field: '$.attempt.epoch'
    value: number
  }

  export function encode (obj: Partial<CommitAck>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, CommitAck.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<CommitAck>): CommitAck {
    return decodeMessage(buf, CommitAck.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<CommitAck>): Generator<CommitAckAttemptJobIdFieldEvent | CommitAckAttemptChunkFieldEvent | CommitAckAttemptEpochFieldEvent> {
    return streamMessage(buf, CommitAck.codec(), opts)
  }
}

export interface RevealRequest {
  batchId: number
  merkleRoot: Uint8Array<ArrayBuffer>
  attempts: Attempt[]
  drawFollows: boolean
}

export namespace RevealRequest {
  let _codec: Codec<RevealRequest>

  export const codec = (): Codec<RevealRequest> => {
    if (_codec == null) {
      _codec = message<RevealRequest>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.batchId != null && obj.batchId !== 0)) {
          w.uint32(8)
          w.uint64Number(obj.batchId)
        }

        if ((obj.merkleRoot != null && obj.merkleRoot.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.merkleRoot)
        }

        if (obj.attempts != null && obj.attempts.length > 0) {
          for (const value of obj.attempts) {
            w.uint32(26)
            Attempt.codec().encode(value, w)
          }
        }

        if ((obj.drawFollows != null && obj.drawFollows !== false)) {
          w.uint32(360)
          w.bool(obj.drawFollows)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          batchId: 0,
          merkleRoot: uint8ArrayAlloc(0),
          attempts: [],
          drawFollows: false
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.batchId = reader.uint64Number()
              break
            }
            case 2: {
              obj.merkleRoot = reader.bytes()
              break
            }
            case 3: {
              if (opts.limits?.attempts != null && obj.attempts.length === opts.limits.attempts) {
                throw new MaxLengthError('Decode error - repeated field "attempts" had too many elements')
              }

              obj.attempts.push(Attempt.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.attempts$
              }))
              break
            }
            case 45: {
              obj.drawFollows = reader.bool()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          attempts: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.batchId`,
                value: reader.uint64Number()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.merkleRoot`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              if (opts.limits?.attempts != null && obj.attempts === opts.limits.attempts) {
                throw new MaxLengthError('Streaming decode error - repeated field "attempts" had too many elements')
              }

              for (const evt of Attempt.codec().stream(reader, reader.uint32(), `${prefix}.attempts[]`, {
                limits: opts.limits?.attempts$
              })) {
                yield {
                  ...evt,
                  index: obj.attempts
                }
              }

              obj.attempts++

              break
            }
            case 45: {
              yield {
                field: `${prefix}.drawFollows`,
                value: reader.bool()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface RevealRequestBatchIdFieldEvent {
    field: '$.batchId'
    value: number
  }

  export interface RevealRequestMerkleRootFieldEvent {
    field: '$.merkleRoot'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RevealRequestAttemptsJobIdFieldEvent {
    field: '$.attempts[].jobId'
    value: string
    index: number
  }

  export interface RevealRequestAttemptsChunkFieldEvent {
    field: '$.attempts[].chunk'
    value: number
    index: number
  }

  export interface RevealRequestAttemptsEpochFieldEvent {
    field: '$.attempts[].epoch'
    value: number
    index: number
  }

  export interface RevealRequestDrawFollowsFieldEvent {
    field: '$.drawFollows'
    value: boolean
  }

  export function encode (obj: Partial<RevealRequest>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, RevealRequest.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<RevealRequest>): RevealRequest {
    return decodeMessage(buf, RevealRequest.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<RevealRequest>): Generator<RevealRequestBatchIdFieldEvent | RevealRequestMerkleRootFieldEvent | RevealRequestAttemptsJobIdFieldEvent | RevealRequestAttemptsChunkFieldEvent | RevealRequestAttemptsEpochFieldEvent | RevealRequestDrawFollowsFieldEvent> {
    return streamMessage(buf, RevealRequest.codec(), opts)
  }
}

export interface ResultFile {
  path: string
  content?: Ref
}

export namespace ResultFile {
  let _codec: Codec<ResultFile>

  export const codec = (): Codec<ResultFile> => {
    if (_codec == null) {
      _codec = message<ResultFile>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.path != null && obj.path !== '')) {
          w.uint32(10)
          w.string(obj.path)
        }

        if (obj.content != null) {
          w.uint32(18)
          Ref.codec().encode(obj.content, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          path: ''
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.path = reader.string()
              break
            }
            case 2: {
              obj.content = Ref.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.content
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.path`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield * Ref.codec().stream(reader, reader.uint32(), `${prefix}.content`, {
                limits: opts.limits?.content
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface ResultFilePathFieldEvent {
    field: '$.path'
    value: string
  }

  export interface ResultFileContentSha256FieldEvent {
    field: '$.content.sha256'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ResultFileContentSizeFieldEvent {
    field: '$.content.size'
    value: number
  }

  export interface ResultFileContentInlineFieldEvent {
    field: '$.content.inline'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<ResultFile>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, ResultFile.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<ResultFile>): ResultFile {
    return decodeMessage(buf, ResultFile.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<ResultFile>): Generator<ResultFilePathFieldEvent | ResultFileContentSha256FieldEvent | ResultFileContentSizeFieldEvent | ResultFileContentInlineFieldEvent> {
    return streamMessage(buf, ResultFile.codec(), opts)
  }
}

export interface UsageReport {
  wallMs: number
  cpuMs: number
  peakMemoryBytes: number
  outputBytes: number
}

export namespace UsageReport {
  let _codec: Codec<UsageReport>

  export const codec = (): Codec<UsageReport> => {
    if (_codec == null) {
      _codec = message<UsageReport>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.wallMs != null && obj.wallMs !== 0)) {
          w.uint32(8)
          w.uint64Number(obj.wallMs)
        }

        if ((obj.cpuMs != null && obj.cpuMs !== 0)) {
          w.uint32(16)
          w.uint64Number(obj.cpuMs)
        }

        if ((obj.peakMemoryBytes != null && obj.peakMemoryBytes !== 0)) {
          w.uint32(24)
          w.uint64Number(obj.peakMemoryBytes)
        }

        if ((obj.outputBytes != null && obj.outputBytes !== 0)) {
          w.uint32(32)
          w.uint64Number(obj.outputBytes)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          wallMs: 0,
          cpuMs: 0,
          peakMemoryBytes: 0,
          outputBytes: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.wallMs = reader.uint64Number()
              break
            }
            case 2: {
              obj.cpuMs = reader.uint64Number()
              break
            }
            case 3: {
              obj.peakMemoryBytes = reader.uint64Number()
              break
            }
            case 4: {
              obj.outputBytes = reader.uint64Number()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.wallMs`,
                value: reader.uint64Number()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.cpuMs`,
                value: reader.uint64Number()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.peakMemoryBytes`,
                value: reader.uint64Number()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.outputBytes`,
                value: reader.uint64Number()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface UsageReportWallMsFieldEvent {
    field: '$.wallMs'
    value: number
  }

  export interface UsageReportCpuMsFieldEvent {
    field: '$.cpuMs'
    value: number
  }

  export interface UsageReportPeakMemoryBytesFieldEvent {
    field: '$.peakMemoryBytes'
    value: number
  }

  export interface UsageReportOutputBytesFieldEvent {
    field: '$.outputBytes'
    value: number
  }

  export function encode (obj: Partial<UsageReport>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, UsageReport.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<UsageReport>): UsageReport {
    return decodeMessage(buf, UsageReport.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<UsageReport>): Generator<UsageReportWallMsFieldEvent | UsageReportCpuMsFieldEvent | UsageReportPeakMemoryBytesFieldEvent | UsageReportOutputBytesFieldEvent> {
    return streamMessage(buf, UsageReport.codec(), opts)
  }
}

export interface Reveal {
  batchId: number
  attempt?: Attempt
  resultHash: Uint8Array<ArrayBuffer>
  nonce: Uint8Array<ArrayBuffer>
  exitCode: number
  files: ResultFile[]
  usage?: UsageReport
  manifest?: Ref
  attestation: Uint8Array<ArrayBuffer>
}

export namespace Reveal {
  let _codec: Codec<Reveal>

  export const codec = (): Codec<Reveal> => {
    if (_codec == null) {
      _codec = message<Reveal>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.batchId != null && obj.batchId !== 0)) {
          w.uint32(8)
          w.uint64Number(obj.batchId)
        }

        if (obj.attempt != null) {
          w.uint32(18)
          Attempt.codec().encode(obj.attempt, w)
        }

        if ((obj.resultHash != null && obj.resultHash.byteLength > 0)) {
          w.uint32(26)
          w.bytes(obj.resultHash)
        }

        if ((obj.nonce != null && obj.nonce.byteLength > 0)) {
          w.uint32(34)
          w.bytes(obj.nonce)
        }

        if ((obj.exitCode != null && obj.exitCode !== 0)) {
          w.uint32(40)
          w.uint32(obj.exitCode)
        }

        if (obj.files != null && obj.files.length > 0) {
          for (const value of obj.files) {
            w.uint32(50)
            ResultFile.codec().encode(value, w)
          }
        }

        if (obj.usage != null) {
          w.uint32(58)
          UsageReport.codec().encode(obj.usage, w)
        }

        if (obj.manifest != null) {
          w.uint32(66)
          Ref.codec().encode(obj.manifest, w)
        }

        if ((obj.attestation != null && obj.attestation.byteLength > 0)) {
          w.uint32(74)
          w.bytes(obj.attestation)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          batchId: 0,
          resultHash: uint8ArrayAlloc(0),
          nonce: uint8ArrayAlloc(0),
          exitCode: 0,
          files: [],
          attestation: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.batchId = reader.uint64Number()
              break
            }
            case 2: {
              obj.attempt = Attempt.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.attempt
              })
              break
            }
            case 3: {
              obj.resultHash = reader.bytes()
              break
            }
            case 4: {
              obj.nonce = reader.bytes()
              break
            }
            case 5: {
              obj.exitCode = reader.uint32()
              break
            }
            case 6: {
              if (opts.limits?.files != null && obj.files.length === opts.limits.files) {
                throw new MaxLengthError('Decode error - repeated field "files" had too many elements')
              }

              obj.files.push(ResultFile.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.files$
              }))
              break
            }
            case 7: {
              obj.usage = UsageReport.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.usage
              })
              break
            }
            case 8: {
              obj.manifest = Ref.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.manifest
              })
              break
            }
            case 9: {
              obj.attestation = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          files: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.batchId`,
                value: reader.uint64Number()
              }
              break
            }
            case 2: {
              yield * Attempt.codec().stream(reader, reader.uint32(), `${prefix}.attempt`, {
                limits: opts.limits?.attempt
              })

              break
            }
            case 3: {
              yield {
                field: `${prefix}.resultHash`,
                value: reader.bytes()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.nonce`,
                value: reader.bytes()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.exitCode`,
                value: reader.uint32()
              }
              break
            }
            case 6: {
              if (opts.limits?.files != null && obj.files === opts.limits.files) {
                throw new MaxLengthError('Streaming decode error - repeated field "files" had too many elements')
              }

              for (const evt of ResultFile.codec().stream(reader, reader.uint32(), `${prefix}.files[]`, {
                limits: opts.limits?.files$
              })) {
                yield {
                  ...evt,
                  index: obj.files
                }
              }

              obj.files++

              break
            }
            case 7: {
              yield * UsageReport.codec().stream(reader, reader.uint32(), `${prefix}.usage`, {
                limits: opts.limits?.usage
              })

              break
            }
            case 8: {
              yield * Ref.codec().stream(reader, reader.uint32(), `${prefix}.manifest`, {
                limits: opts.limits?.manifest
              })

              break
            }
            case 9: {
              yield {
                field: `${prefix}.attestation`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface RevealBatchIdFieldEvent {
    field: '$.batchId'
    value: number
  }

  export interface RevealAttemptJobIdFieldEvent {
    field: '$.attempt.jobId'
    value: string
  }

  export interface RevealAttemptChunkFieldEvent {
    field: '$.attempt.chunk'
    value: number
  }

  export interface RevealAttemptEpochFieldEvent {
    field: '$.attempt.epoch'
    value: number
  }

  export interface RevealResultHashFieldEvent {
    field: '$.resultHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RevealNonceFieldEvent {
    field: '$.nonce'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RevealExitCodeFieldEvent {
    field: '$.exitCode'
    value: number
  }

  export interface RevealFilesPathFieldEvent {
    field: '$.files[].path'
    value: string
    index: number
  }

  export interface RevealFilesContentSha256FieldEvent {
    field: '$.files[].content.sha256'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface RevealFilesContentSizeFieldEvent {
    field: '$.files[].content.size'
    value: number
    index: number
  }

  export interface RevealFilesContentInlineFieldEvent {
    field: '$.files[].content.inline'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface RevealUsageWallMsFieldEvent {
    field: '$.usage.wallMs'
    value: number
  }

  export interface RevealUsageCpuMsFieldEvent {
    field: '$.usage.cpuMs'
    value: number
  }

  export interface RevealUsagePeakMemoryBytesFieldEvent {
    field: '$.usage.peakMemoryBytes'
    value: number
  }

  export interface RevealUsageOutputBytesFieldEvent {
    field: '$.usage.outputBytes'
    value: number
  }

  export interface RevealManifestSha256FieldEvent {
    field: '$.manifest.sha256'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RevealManifestSizeFieldEvent {
    field: '$.manifest.size'
    value: number
  }

  export interface RevealManifestInlineFieldEvent {
    field: '$.manifest.inline'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RevealAttestationFieldEvent {
    field: '$.attestation'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Reveal>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Reveal.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Reveal>): Reveal {
    return decodeMessage(buf, Reveal.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Reveal>): Generator<RevealBatchIdFieldEvent | RevealAttemptJobIdFieldEvent | RevealAttemptChunkFieldEvent | RevealAttemptEpochFieldEvent | RevealResultHashFieldEvent | RevealNonceFieldEvent | RevealExitCodeFieldEvent | RevealFilesPathFieldEvent | RevealFilesContentSha256FieldEvent | RevealFilesContentSizeFieldEvent | RevealFilesContentInlineFieldEvent | RevealUsageWallMsFieldEvent | RevealUsageCpuMsFieldEvent | RevealUsagePeakMemoryBytesFieldEvent | RevealUsageOutputBytesFieldEvent | RevealManifestSha256FieldEvent | RevealManifestSizeFieldEvent | RevealManifestInlineFieldEvent | RevealAttestationFieldEvent> {
    return streamMessage(buf, Reveal.codec(), opts)
  }
}

export interface Failed {
  attempt?: Attempt
  failureClass: string
  reason?: Reason
  exitCode: number
  stderrTail: string
  usage?: UsageReport
}

export namespace Failed {
  let _codec: Codec<Failed>

  export const codec = (): Codec<Failed> => {
    if (_codec == null) {
      _codec = message<Failed>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.attempt != null) {
          w.uint32(10)
          Attempt.codec().encode(obj.attempt, w)
        }

        if ((obj.failureClass != null && obj.failureClass !== '')) {
          w.uint32(18)
          w.string(obj.failureClass)
        }

        if (obj.reason != null) {
          w.uint32(26)
          Reason.codec().encode(obj.reason, w)
        }

        if ((obj.exitCode != null && obj.exitCode !== 0)) {
          w.uint32(32)
          w.uint32(obj.exitCode)
        }

        if ((obj.stderrTail != null && obj.stderrTail !== '')) {
          w.uint32(42)
          w.string(obj.stderrTail)
        }

        if (obj.usage != null) {
          w.uint32(50)
          UsageReport.codec().encode(obj.usage, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          failureClass: '',
          exitCode: 0,
          stderrTail: ''
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.attempt = Attempt.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.attempt
              })
              break
            }
            case 2: {
              obj.failureClass = reader.string()
              break
            }
            case 3: {
              obj.reason = Reason.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.reason
              })
              break
            }
            case 4: {
              obj.exitCode = reader.uint32()
              break
            }
            case 5: {
              obj.stderrTail = reader.string()
              break
            }
            case 6: {
              obj.usage = UsageReport.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.usage
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Attempt.codec().stream(reader, reader.uint32(), `${prefix}.attempt`, {
                limits: opts.limits?.attempt
              })

              break
            }
            case 2: {
              yield {
                field: `${prefix}.failureClass`,
                value: reader.string()
              }
              break
            }
            case 3: {
              yield * Reason.codec().stream(reader, reader.uint32(), `${prefix}.reason`, {
                limits: opts.limits?.reason
              })

              break
            }
            case 4: {
              yield {
                field: `${prefix}.exitCode`,
                value: reader.uint32()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.stderrTail`,
                value: reader.string()
              }
              break
            }
            case 6: {
              yield * UsageReport.codec().stream(reader, reader.uint32(), `${prefix}.usage`, {
                limits: opts.limits?.usage
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface FailedAttemptJobIdFieldEvent {
    field: '$.attempt.jobId'
    value: string
  }

  export interface FailedAttemptChunkFieldEvent {
    field: '$.attempt.chunk'
    value: number
  }

  export interface FailedAttemptEpochFieldEvent {
    field: '$.attempt.epoch'
    value: number
  }

  export interface FailedFailureClassFieldEvent {
    field: '$.failureClass'
    value: string
  }

  export interface FailedReasonCodeFieldEvent {
    field: '$.reason.code'
    value: string
  }

  export interface FailedReasonTextFieldEvent {
    field: '$.reason.text'
    value: string
  }

  export interface FailedExitCodeFieldEvent {
    field: '$.exitCode'
    value: number
  }

  export interface FailedStderrTailFieldEvent {
    field: '$.stderrTail'
    value: string
  }

  export interface FailedUsageWallMsFieldEvent {
    field: '$.usage.wallMs'
    value: number
  }

  export interface FailedUsageCpuMsFieldEvent {
    field: '$.usage.cpuMs'
    value: number
  }

  export interface FailedUsagePeakMemoryBytesFieldEvent {
    field: '$.usage.peakMemoryBytes'
    value: number
  }

  export interface FailedUsageOutputBytesFieldEvent {
    field: '$.usage.outputBytes'
    value: number
  }

  export function encode (obj: Partial<Failed>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Failed.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Failed>): Failed {
    return decodeMessage(buf, Failed.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Failed>): Generator<FailedAttemptJobIdFieldEvent | FailedAttemptChunkFieldEvent | FailedAttemptEpochFieldEvent | FailedFailureClassFieldEvent | FailedReasonCodeFieldEvent | FailedReasonTextFieldEvent | FailedExitCodeFieldEvent | FailedStderrTailFieldEvent | FailedUsageWallMsFieldEvent | FailedUsageCpuMsFieldEvent | FailedUsagePeakMemoryBytesFieldEvent | FailedUsageOutputBytesFieldEvent> {
    return streamMessage(buf, Failed.codec(), opts)
  }
}

export interface Verdict {
  attempt?: Attempt
  accepted: boolean
  reason?: Reason
  amount: bigint
  evidence?: Evidence
}

export namespace Verdict {
  let _codec: Codec<Verdict>

  export const codec = (): Codec<Verdict> => {
    if (_codec == null) {
      _codec = message<Verdict>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.attempt != null) {
          w.uint32(10)
          Attempt.codec().encode(obj.attempt, w)
        }

        if ((obj.accepted != null && obj.accepted !== false)) {
          w.uint32(16)
          w.bool(obj.accepted)
        }

        if (obj.reason != null) {
          w.uint32(26)
          Reason.codec().encode(obj.reason, w)
        }

        if ((obj.amount != null && obj.amount !== 0n)) {
          w.uint32(32)
          w.uint64(obj.amount)
        }

        if (obj.evidence != null) {
          w.uint32(362)
          Evidence.codec().encode(obj.evidence, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          accepted: false,
          amount: 0n
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.attempt = Attempt.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.attempt
              })
              break
            }
            case 2: {
              obj.accepted = reader.bool()
              break
            }
            case 3: {
              obj.reason = Reason.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.reason
              })
              break
            }
            case 4: {
              obj.amount = reader.uint64()
              break
            }
            case 45: {
              obj.evidence = Evidence.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.evidence
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Attempt.codec().stream(reader, reader.uint32(), `${prefix}.attempt`, {
                limits: opts.limits?.attempt
              })

              break
            }
            case 2: {
              yield {
                field: `${prefix}.accepted`,
                value: reader.bool()
              }
              break
            }
            case 3: {
              yield * Reason.codec().stream(reader, reader.uint32(), `${prefix}.reason`, {
                limits: opts.limits?.reason
              })

              break
            }
            case 4: {
              yield {
                field: `${prefix}.amount`,
                value: reader.uint64()
              }
              break
            }
            case 45: {
              yield * Evidence.codec().stream(reader, reader.uint32(), `${prefix}.evidence`, {
                limits: opts.limits?.evidence
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface VerdictAttemptJobIdFieldEvent {
    field: '$.attempt.jobId'
    value: string
  }

  export interface VerdictAttemptChunkFieldEvent {
    field: '$.attempt.chunk'
    value: number
  }

  export interface VerdictAttemptEpochFieldEvent {
    field: '$.attempt.epoch'
    value: number
  }

  export interface VerdictAcceptedFieldEvent {
    field: '$.accepted'
    value: boolean
  }

  export interface VerdictReasonCodeFieldEvent {
    field: '$.reason.code'
    value: string
  }

  export interface VerdictReasonTextFieldEvent {
    field: '$.reason.text'
    value: string
  }

  export interface VerdictAmountFieldEvent {
    field: '$.amount'
    value: bigint
  }

  export interface VerdictEvidenceJobIdFieldEvent {
    field: '$.evidence.jobId'
    value: string
  }

  export interface VerdictEvidenceChunkFieldEvent {
    field: '$.evidence.chunk'
    value: number
  }

  export interface VerdictEvidenceCoordinatorFieldEvent {
    field: '$.evidence.coordinator'
    value: string
  }

  export interface VerdictEvidenceInputHashFieldEvent {
    field: '$.evidence.inputHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface VerdictEvidenceAppHashFieldEvent {
    field: '$.evidence.appHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface VerdictEvidenceImageDigestFieldEvent {
    field: '$.evidence.imageDigest'
    value: string
  }

  export interface VerdictEvidenceParamsHashFieldEvent {
    field: '$.evidence.paramsHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface VerdictEvidenceSpecHashFieldEvent {
    field: '$.evidence.specHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface VerdictEvidenceAccusedWorkerFieldEvent {
    field: '$.evidence.accused.worker'
    value: string
  }

  export interface VerdictEvidenceAccusedEpochFieldEvent {
    field: '$.evidence.accused.epoch'
    value: number
  }

  export interface VerdictEvidenceAccusedResultHashFieldEvent {
    field: '$.evidence.accused.resultHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface VerdictEvidenceAccusedExitCodeFieldEvent {
    field: '$.evidence.accused.exitCode'
    value: number
  }

  export interface VerdictEvidenceAccusedSignatureFieldEvent {
    field: '$.evidence.accused.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export interface VerdictEvidenceWitnessWorkerFieldEvent {
    field: '$.evidence.witness.worker'
    value: string
  }

  export interface VerdictEvidenceWitnessEpochFieldEvent {
    field: '$.evidence.witness.epoch'
    value: number
  }

  export interface VerdictEvidenceWitnessResultHashFieldEvent {
    field: '$.evidence.witness.resultHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface VerdictEvidenceWitnessExitCodeFieldEvent {
    field: '$.evidence.witness.exitCode'
    value: number
  }

  export interface VerdictEvidenceWitnessSignatureFieldEvent {
    field: '$.evidence.witness.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Verdict>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Verdict.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Verdict>): Verdict {
    return decodeMessage(buf, Verdict.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Verdict>): Generator<VerdictAttemptJobIdFieldEvent | VerdictAttemptChunkFieldEvent | VerdictAttemptEpochFieldEvent | VerdictAcceptedFieldEvent | VerdictReasonCodeFieldEvent | VerdictReasonTextFieldEvent | VerdictAmountFieldEvent | VerdictEvidenceJobIdFieldEvent | VerdictEvidenceChunkFieldEvent | VerdictEvidenceCoordinatorFieldEvent | VerdictEvidenceInputHashFieldEvent | VerdictEvidenceAppHashFieldEvent | VerdictEvidenceImageDigestFieldEvent | VerdictEvidenceParamsHashFieldEvent | VerdictEvidenceSpecHashFieldEvent | VerdictEvidenceAccusedWorkerFieldEvent | VerdictEvidenceAccusedEpochFieldEvent | VerdictEvidenceAccusedResultHashFieldEvent | VerdictEvidenceAccusedExitCodeFieldEvent | VerdictEvidenceAccusedSignatureFieldEvent | VerdictEvidenceWitnessWorkerFieldEvent | VerdictEvidenceWitnessEpochFieldEvent | VerdictEvidenceWitnessResultHashFieldEvent | VerdictEvidenceWitnessExitCodeFieldEvent | VerdictEvidenceWitnessSignatureFieldEvent> {
    return streamMessage(buf, Verdict.codec(), opts)
  }
}

export interface Draw {
  jobId: string
  merkleRoot: Uint8Array<ArrayBuffer>
  lots: Uint8Array<ArrayBuffer>[]
  drawn: number[]
}

export namespace Draw {
  let _codec: Codec<Draw>

  export const codec = (): Codec<Draw> => {
    if (_codec == null) {
      _codec = message<Draw>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.jobId != null && obj.jobId !== '')) {
          w.uint32(10)
          w.string(obj.jobId)
        }

        if ((obj.merkleRoot != null && obj.merkleRoot.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.merkleRoot)
        }

        if (obj.lots != null && obj.lots.length > 0) {
          for (const value of obj.lots) {
            w.uint32(26)
            w.bytes(value)
          }
        }

        if (obj.drawn != null && obj.drawn.length > 0) {
          for (const value of obj.drawn) {
            w.uint32(32)
            w.uint32(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          jobId: '',
          merkleRoot: uint8ArrayAlloc(0),
          lots: [],
          drawn: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.jobId = reader.string()
              break
            }
            case 2: {
              obj.merkleRoot = reader.bytes()
              break
            }
            case 3: {
              if (opts.limits?.lots != null && obj.lots.length === opts.limits.lots) {
                throw new MaxLengthError('Decode error - repeated field "lots" had too many elements')
              }

              obj.lots.push(reader.bytes())
              break
            }
            case 4: {
              if (opts.limits?.drawn != null && obj.drawn.length === opts.limits.drawn) {
                throw new MaxLengthError('Decode error - repeated field "drawn" had too many elements')
              }

              obj.drawn.push(reader.uint32())
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          lots: 0,
          drawn: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.jobId`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.merkleRoot`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              if (opts.limits?.lots != null && obj.lots === opts.limits.lots) {
                throw new MaxLengthError('Streaming decode error - repeated field "lots" had too many elements')
              }

              yield {
                field: `${prefix}.lots[]`,
                index: obj.lots,
                value: reader.bytes()
              }

              obj.lots++

              break
            }
            case 4: {
              if (opts.limits?.drawn != null && obj.drawn === opts.limits.drawn) {
                throw new MaxLengthError('Streaming decode error - repeated field "drawn" had too many elements')
              }

              yield {
                field: `${prefix}.drawn[]`,
                index: obj.drawn,
                value: reader.uint32()
              }

              obj.drawn++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface DrawJobIdFieldEvent {
    field: '$.jobId'
    value: string
  }

  export interface DrawMerkleRootFieldEvent {
    field: '$.merkleRoot'
    value: Uint8Array<ArrayBuffer>
  }

  export interface DrawLotsFieldEvent {
    field: '$.lots[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface DrawDrawnFieldEvent {
    field: '$.drawn[]'
    index: number
    value: number
  }

  export function encode (obj: Partial<Draw>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Draw.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Draw>): Draw {
    return decodeMessage(buf, Draw.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Draw>): Generator<DrawJobIdFieldEvent | DrawMerkleRootFieldEvent | DrawLotsFieldEvent | DrawDrawnFieldEvent> {
    return streamMessage(buf, Draw.codec(), opts)
  }
}

export interface Attested {
  worker: string
  epoch: number
  resultHash: Uint8Array<ArrayBuffer>
  exitCode: number
  signature: Uint8Array<ArrayBuffer>
}

export namespace Attested {
  let _codec: Codec<Attested>

  export const codec = (): Codec<Attested> => {
    if (_codec == null) {
      _codec = message<Attested>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.worker != null && obj.worker !== '')) {
          w.uint32(10)
          w.string(obj.worker)
        }

        if ((obj.epoch != null && obj.epoch !== 0)) {
          w.uint32(16)
          w.uint32(obj.epoch)
        }

        if ((obj.resultHash != null && obj.resultHash.byteLength > 0)) {
          w.uint32(26)
          w.bytes(obj.resultHash)
        }

        if ((obj.exitCode != null && obj.exitCode !== 0)) {
          w.uint32(32)
          w.uint32(obj.exitCode)
        }

        if ((obj.signature != null && obj.signature.byteLength > 0)) {
          w.uint32(42)
          w.bytes(obj.signature)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          worker: '',
          epoch: 0,
          resultHash: uint8ArrayAlloc(0),
          exitCode: 0,
          signature: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.worker = reader.string()
              break
            }
            case 2: {
              obj.epoch = reader.uint32()
              break
            }
            case 3: {
              obj.resultHash = reader.bytes()
              break
            }
            case 4: {
              obj.exitCode = reader.uint32()
              break
            }
            case 5: {
              obj.signature = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.worker`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.epoch`,
                value: reader.uint32()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.resultHash`,
                value: reader.bytes()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.exitCode`,
                value: reader.uint32()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.signature`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface AttestedWorkerFieldEvent {
    field: '$.worker'
    value: string
  }

  export interface AttestedEpochFieldEvent {
    field: '$.epoch'
    value: number
  }

  export interface AttestedResultHashFieldEvent {
    field: '$.resultHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface AttestedExitCodeFieldEvent {
    field: '$.exitCode'
    value: number
  }

  export interface AttestedSignatureFieldEvent {
    field: '$.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Attested>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Attested.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Attested>): Attested {
    return decodeMessage(buf, Attested.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Attested>): Generator<AttestedWorkerFieldEvent | AttestedEpochFieldEvent | AttestedResultHashFieldEvent | AttestedExitCodeFieldEvent | AttestedSignatureFieldEvent> {
    return streamMessage(buf, Attested.codec(), opts)
  }
}

export interface Evidence {
  jobId: string
  chunk: number
  coordinator: string
  inputHash: Uint8Array<ArrayBuffer>
  appHash: Uint8Array<ArrayBuffer>
  imageDigest: string
  paramsHash: Uint8Array<ArrayBuffer>
  specHash: Uint8Array<ArrayBuffer>
  accused?: Attested
  witness?: Attested
}

export namespace Evidence {
  let _codec: Codec<Evidence>

  export const codec = (): Codec<Evidence> => {
    if (_codec == null) {
      _codec = message<Evidence>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.jobId != null && obj.jobId !== '')) {
          w.uint32(10)
          w.string(obj.jobId)
        }

        if ((obj.chunk != null && obj.chunk !== 0)) {
          w.uint32(16)
          w.uint32(obj.chunk)
        }

        if ((obj.coordinator != null && obj.coordinator !== '')) {
          w.uint32(26)
          w.string(obj.coordinator)
        }

        if ((obj.inputHash != null && obj.inputHash.byteLength > 0)) {
          w.uint32(34)
          w.bytes(obj.inputHash)
        }

        if ((obj.appHash != null && obj.appHash.byteLength > 0)) {
          w.uint32(42)
          w.bytes(obj.appHash)
        }

        if ((obj.imageDigest != null && obj.imageDigest !== '')) {
          w.uint32(50)
          w.string(obj.imageDigest)
        }

        if ((obj.paramsHash != null && obj.paramsHash.byteLength > 0)) {
          w.uint32(58)
          w.bytes(obj.paramsHash)
        }

        if ((obj.specHash != null && obj.specHash.byteLength > 0)) {
          w.uint32(66)
          w.bytes(obj.specHash)
        }

        if (obj.accused != null) {
          w.uint32(74)
          Attested.codec().encode(obj.accused, w)
        }

        if (obj.witness != null) {
          w.uint32(82)
          Attested.codec().encode(obj.witness, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          jobId: '',
          chunk: 0,
          coordinator: '',
          inputHash: uint8ArrayAlloc(0),
          appHash: uint8ArrayAlloc(0),
          imageDigest: '',
          paramsHash: uint8ArrayAlloc(0),
          specHash: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.jobId = reader.string()
              break
            }
            case 2: {
              obj.chunk = reader.uint32()
              break
            }
            case 3: {
              obj.coordinator = reader.string()
              break
            }
            case 4: {
              obj.inputHash = reader.bytes()
              break
            }
            case 5: {
              obj.appHash = reader.bytes()
              break
            }
            case 6: {
              obj.imageDigest = reader.string()
              break
            }
            case 7: {
              obj.paramsHash = reader.bytes()
              break
            }
            case 8: {
              obj.specHash = reader.bytes()
              break
            }
            case 9: {
              obj.accused = Attested.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.accused
              })
              break
            }
            case 10: {
              obj.witness = Attested.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.witness
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.jobId`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.chunk`,
                value: reader.uint32()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.coordinator`,
                value: reader.string()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.inputHash`,
                value: reader.bytes()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.appHash`,
                value: reader.bytes()
              }
              break
            }
            case 6: {
              yield {
                field: `${prefix}.imageDigest`,
                value: reader.string()
              }
              break
            }
            case 7: {
              yield {
                field: `${prefix}.paramsHash`,
                value: reader.bytes()
              }
              break
            }
            case 8: {
              yield {
                field: `${prefix}.specHash`,
                value: reader.bytes()
              }
              break
            }
            case 9: {
              yield * Attested.codec().stream(reader, reader.uint32(), `${prefix}.accused`, {
                limits: opts.limits?.accused
              })

              break
            }
            case 10: {
              yield * Attested.codec().stream(reader, reader.uint32(), `${prefix}.witness`, {
                limits: opts.limits?.witness
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface EvidenceJobIdFieldEvent {
    field: '$.jobId'
    value: string
  }

  export interface EvidenceChunkFieldEvent {
    field: '$.chunk'
    value: number
  }

  export interface EvidenceCoordinatorFieldEvent {
    field: '$.coordinator'
    value: string
  }

  export interface EvidenceInputHashFieldEvent {
    field: '$.inputHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface EvidenceAppHashFieldEvent {
    field: '$.appHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface EvidenceImageDigestFieldEvent {
    field: '$.imageDigest'
    value: string
  }

  export interface EvidenceParamsHashFieldEvent {
    field: '$.paramsHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface EvidenceSpecHashFieldEvent {
    field: '$.specHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface EvidenceAccusedWorkerFieldEvent {
    field: '$.accused.worker'
    value: string
  }

  export interface EvidenceAccusedEpochFieldEvent {
    field: '$.accused.epoch'
    value: number
  }

  export interface EvidenceAccusedResultHashFieldEvent {
    field: '$.accused.resultHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface EvidenceAccusedExitCodeFieldEvent {
    field: '$.accused.exitCode'
    value: number
  }

  export interface EvidenceAccusedSignatureFieldEvent {
    field: '$.accused.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export interface EvidenceWitnessWorkerFieldEvent {
    field: '$.witness.worker'
    value: string
  }

  export interface EvidenceWitnessEpochFieldEvent {
    field: '$.witness.epoch'
    value: number
  }

  export interface EvidenceWitnessResultHashFieldEvent {
    field: '$.witness.resultHash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface EvidenceWitnessExitCodeFieldEvent {
    field: '$.witness.exitCode'
    value: number
  }

  export interface EvidenceWitnessSignatureFieldEvent {
    field: '$.witness.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Evidence>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Evidence.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Evidence>): Evidence {
    return decodeMessage(buf, Evidence.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Evidence>): Generator<EvidenceJobIdFieldEvent | EvidenceChunkFieldEvent | EvidenceCoordinatorFieldEvent | EvidenceInputHashFieldEvent | EvidenceAppHashFieldEvent | EvidenceImageDigestFieldEvent | EvidenceParamsHashFieldEvent | EvidenceSpecHashFieldEvent | EvidenceAccusedWorkerFieldEvent | EvidenceAccusedEpochFieldEvent | EvidenceAccusedResultHashFieldEvent | EvidenceAccusedExitCodeFieldEvent | EvidenceAccusedSignatureFieldEvent | EvidenceWitnessWorkerFieldEvent | EvidenceWitnessEpochFieldEvent | EvidenceWitnessResultHashFieldEvent | EvidenceWitnessExitCodeFieldEvent | EvidenceWitnessSignatureFieldEvent> {
    return streamMessage(buf, Evidence.codec(), opts)
  }
}

export interface Resume {
  incarnation: number
  live: LiveAttempt[]
  receipt?: Receipt
  seen?: BootClaim
  netting?: Netting
  belonging?: Belonging
}

export namespace Resume {
  let _codec: Codec<Resume>

  export const codec = (): Codec<Resume> => {
    if (_codec == null) {
      _codec = message<Resume>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.incarnation != null && obj.incarnation !== 0)) {
          w.uint32(8)
          w.uint64Number(obj.incarnation)
        }

        if (obj.live != null && obj.live.length > 0) {
          for (const value of obj.live) {
            w.uint32(18)
            LiveAttempt.codec().encode(value, w)
          }
        }

        if (obj.receipt != null) {
          w.uint32(26)
          Receipt.codec().encode(obj.receipt, w)
        }

        if (obj.seen != null) {
          w.uint32(34)
          BootClaim.codec().encode(obj.seen, w)
        }

        if (obj.netting != null) {
          w.uint32(42)
          Netting.codec().encode(obj.netting, w)
        }

        if (obj.belonging != null) {
          w.uint32(50)
          Belonging.codec().encode(obj.belonging, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          incarnation: 0,
          live: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.incarnation = reader.uint64Number()
              break
            }
            case 2: {
              if (opts.limits?.live != null && obj.live.length === opts.limits.live) {
                throw new MaxLengthError('Decode error - repeated field "live" had too many elements')
              }

              obj.live.push(LiveAttempt.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.live$
              }))
              break
            }
            case 3: {
              obj.receipt = Receipt.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.receipt
              })
              break
            }
            case 4: {
              obj.seen = BootClaim.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.seen
              })
              break
            }
            case 5: {
              obj.netting = Netting.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.netting
              })
              break
            }
            case 6: {
              obj.belonging = Belonging.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.belonging
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          live: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.incarnation`,
                value: reader.uint64Number()
              }
              break
            }
            case 2: {
              if (opts.limits?.live != null && obj.live === opts.limits.live) {
                throw new MaxLengthError('Streaming decode error - repeated field "live" had too many elements')
              }

              for (const evt of LiveAttempt.codec().stream(reader, reader.uint32(), `${prefix}.live[]`, {
                limits: opts.limits?.live$
              })) {
                yield {
                  ...evt,
                  index: obj.live
                }
              }

              obj.live++

              break
            }
            case 3: {
              yield * Receipt.codec().stream(reader, reader.uint32(), `${prefix}.receipt`, {
                limits: opts.limits?.receipt
              })

              break
            }
            case 4: {
              yield * BootClaim.codec().stream(reader, reader.uint32(), `${prefix}.seen`, {
                limits: opts.limits?.seen
              })

              break
            }
            case 5: {
              yield * Netting.codec().stream(reader, reader.uint32(), `${prefix}.netting`, {
                limits: opts.limits?.netting
              })

              break
            }
            case 6: {
              yield * Belonging.codec().stream(reader, reader.uint32(), `${prefix}.belonging`, {
                limits: opts.limits?.belonging
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface ResumeIncarnationFieldEvent {
    field: '$.incarnation'
    value: number
  }

  export interface ResumeLiveAttemptJobIdFieldEvent {
    field: '$.live[].attempt.jobId'
    value: string
    index: number
  }

  export interface ResumeLiveAttemptChunkFieldEvent {
    field: '$.live[].attempt.chunk'
    value: number
    index: number
  }

  export interface ResumeLiveAttemptEpochFieldEvent {
    field: '$.live[].attempt.epoch'
    value: number
    index: number
  }

  export interface ResumeLiveStateFieldEvent {
    field: '$.live[].state'
    value: string
    index: number
  }

  export interface ResumeLiveProgressFieldEvent {
    field: '$.live[].progress'
    value: number
    index: number
  }

  export interface ResumeReceiptBodyFieldEvent {
    field: '$.receipt.body'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ResumeReceiptSignatureFieldEvent {
    field: '$.receipt.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ResumeReceiptCountersignatureFieldEvent {
    field: '$.receipt.countersignature'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ResumeSeenIncarnationFieldEvent {
    field: '$.seen.incarnation'
    value: number
  }

  export interface ResumeSeenBootIdFieldEvent {
    field: '$.seen.bootId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ResumeSeenSignatureFieldEvent {
    field: '$.seen.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ResumeNettingDocumentFieldEvent {
    field: '$.netting.document'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ResumeBelongingOwnerFieldEvent {
    field: '$.belonging.owner'
    value: string
  }

  export interface ResumeBelongingSignatureFieldEvent {
    field: '$.belonging.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Resume>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Resume.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Resume>): Resume {
    return decodeMessage(buf, Resume.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Resume>): Generator<ResumeIncarnationFieldEvent | ResumeLiveAttemptJobIdFieldEvent | ResumeLiveAttemptChunkFieldEvent | ResumeLiveAttemptEpochFieldEvent | ResumeLiveStateFieldEvent | ResumeLiveProgressFieldEvent | ResumeReceiptBodyFieldEvent | ResumeReceiptSignatureFieldEvent | ResumeReceiptCountersignatureFieldEvent | ResumeSeenIncarnationFieldEvent | ResumeSeenBootIdFieldEvent | ResumeSeenSignatureFieldEvent | ResumeNettingDocumentFieldEvent | ResumeBelongingOwnerFieldEvent | ResumeBelongingSignatureFieldEvent> {
    return streamMessage(buf, Resume.codec(), opts)
  }
}

export interface Belonging {
  owner: string
  signature: Uint8Array<ArrayBuffer>
}

export namespace Belonging {
  let _codec: Codec<Belonging>

  export const codec = (): Codec<Belonging> => {
    if (_codec == null) {
      _codec = message<Belonging>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.owner != null && obj.owner !== '')) {
          w.uint32(10)
          w.string(obj.owner)
        }

        if ((obj.signature != null && obj.signature.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.signature)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          owner: '',
          signature: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.owner = reader.string()
              break
            }
            case 2: {
              obj.signature = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.owner`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.signature`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface BelongingOwnerFieldEvent {
    field: '$.owner'
    value: string
  }

  export interface BelongingSignatureFieldEvent {
    field: '$.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Belonging>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Belonging.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Belonging>): Belonging {
    return decodeMessage(buf, Belonging.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Belonging>): Generator<BelongingOwnerFieldEvent | BelongingSignatureFieldEvent> {
    return streamMessage(buf, Belonging.codec(), opts)
  }
}

export interface Netting {
  document: Uint8Array<ArrayBuffer>
}

export namespace Netting {
  let _codec: Codec<Netting>

  export const codec = (): Codec<Netting> => {
    if (_codec == null) {
      _codec = message<Netting>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.document != null && obj.document.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.document)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          document: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.document = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.document`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface NettingDocumentFieldEvent {
    field: '$.document'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Netting>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Netting.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Netting>): Netting {
    return decodeMessage(buf, Netting.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Netting>): Generator<NettingDocumentFieldEvent> {
    return streamMessage(buf, Netting.codec(), opts)
  }
}

export interface NettingAck {
  hash: Uint8Array<ArrayBuffer>
}

export namespace NettingAck {
  let _codec: Codec<NettingAck>

  export const codec = (): Codec<NettingAck> => {
    if (_codec == null) {
      _codec = message<NettingAck>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.hash != null && obj.hash.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.hash)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          hash: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.hash = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.hash`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface NettingAckHashFieldEvent {
    field: '$.hash'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<NettingAck>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, NettingAck.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<NettingAck>): NettingAck {
    return decodeMessage(buf, NettingAck.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<NettingAck>): Generator<NettingAckHashFieldEvent> {
    return streamMessage(buf, NettingAck.codec(), opts)
  }
}

export interface ResumeReply {
  incarnation: number
  keep: Attempt[]
  drop: Attempt[]
  claim?: BootClaim
  receiptSeq: number
  receiptHash: Uint8Array<ArrayBuffer>
}

export namespace ResumeReply {
  let _codec: Codec<ResumeReply>

  export const codec = (): Codec<ResumeReply> => {
    if (_codec == null) {
      _codec = message<ResumeReply>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.incarnation != null && obj.incarnation !== 0)) {
          w.uint32(8)
          w.uint64Number(obj.incarnation)
        }

        if (obj.keep != null && obj.keep.length > 0) {
          for (const value of obj.keep) {
            w.uint32(18)
            Attempt.codec().encode(value, w)
          }
        }

        if (obj.drop != null && obj.drop.length > 0) {
          for (const value of obj.drop) {
            w.uint32(26)
            Attempt.codec().encode(value, w)
          }
        }

        if (obj.claim != null) {
          w.uint32(34)
          BootClaim.codec().encode(obj.claim, w)
        }

        if ((obj.receiptSeq != null && obj.receiptSeq !== 0)) {
          w.uint32(40)
          w.uint64Number(obj.receiptSeq)
        }

        if ((obj.receiptHash != null && obj.receiptHash.byteLength > 0)) {
          w.uint32(50)
          w.bytes(obj.receiptHash)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          incarnation: 0,
          keep: [],
          drop: [],
          receiptSeq: 0,
          receiptHash: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.incarnation = reader.uint64Number()
              break
            }
            case 2: {
              if (opts.limits?.keep != null && obj.keep.length === opts.limits.keep) {
                throw new MaxLengthError('Decode error - repeated field "keep" had too many elements')
              }

              obj.keep.push(Attempt.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.keep$
              }))
              break
            }
            case 3: {
              if (opts.limits?.drop != null && obj.drop.length === opts.limits.drop) {
                throw new MaxLengthError('Decode error - repeated field "drop" had too many elements')
              }

              obj.drop.push(Attempt.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.drop$
              }))
              break
            }
            case 4: {
              obj.claim = BootClaim.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.claim
              })
              break
            }
            case 5: {
              obj.receiptSeq = reader.uint64Number()
              break
            }
            case 6: {
              obj.receiptHash = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          keep: 0,
          drop: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.incarnation`,
                value: reader.uint64Number()
              }
              break
            }
            case 2: {
              if (opts.limits?.keep != null && obj.keep === opts.limits.keep) {
                throw new MaxLengthError('Streaming decode error - repeated field "keep" had too many elements')
              }

              for (const evt of Attempt.codec().stream(reader, reader.uint32(), `${prefix}.keep[]`, {
                limits: opts.limits?.keep$
              })) {
                yield {
                  ...evt,
                  index: obj.keep
                }
              }

              obj.keep++

              break
            }
            case 3: {
              if (opts.limits?.drop != null && obj.drop === opts.limits.drop) {
                throw new MaxLengthError('Streaming decode error - repeated field "drop" had too many elements')
              }

              for (const evt of Attempt.codec().stream(reader, reader.uint32(), `${prefix}.drop[]`, {
                limits: opts.limits?.drop$
              })) {
                yield {
                  ...evt,
                  index: obj.drop
                }
              }

              obj.drop++

              break
            }
            case 4: {
              yield * BootClaim.codec().stream(reader, reader.uint32(), `${prefix}.claim`, {
                limits: opts.limits?.claim
              })

              break
            }
            case 5: {
              yield {
                field: `${prefix}.receiptSeq`,
                value: reader.uint64Number()
              }
              break
            }
            case 6: {
              yield {
                field: `${prefix}.receiptHash`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface ResumeReplyIncarnationFieldEvent {
    field: '$.incarnation'
    value: number
  }

  export interface ResumeReplyKeepJobIdFieldEvent {
    field: '$.keep[].jobId'
    value: string
    index: number
  }

  export interface ResumeReplyKeepChunkFieldEvent {
    field: '$.keep[].chunk'
    value: number
    index: number
  }

  export interface ResumeReplyKeepEpochFieldEvent {
    field: '$.keep[].epoch'
    value: number
    index: number
  }

  export interface ResumeReplyDropJobIdFieldEvent {
    field: '$.drop[].jobId'
    value: string
    index: number
  }

  export interface ResumeReplyDropChunkFieldEvent {
    field: '$.drop[].chunk'
    value: number
    index: number
  }

  export interface ResumeReplyDropEpochFieldEvent {
    field: '$.drop[].epoch'
    value: number
    index: number
  }

  export interface ResumeReplyClaimIncarnationFieldEvent {
    field: '$.claim.incarnation'
    value: number
  }

  export interface ResumeReplyClaimBootIdFieldEvent {
    field: '$.claim.bootId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ResumeReplyClaimSignatureFieldEvent {
    field: '$.claim.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ResumeReplyReceiptSeqFieldEvent {
    field: '$.receiptSeq'
    value: number
  }

  export interface ResumeReplyReceiptHashFieldEvent {
    field: '$.receiptHash'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<ResumeReply>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, ResumeReply.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<ResumeReply>): ResumeReply {
    return decodeMessage(buf, ResumeReply.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<ResumeReply>): Generator<ResumeReplyIncarnationFieldEvent | ResumeReplyKeepJobIdFieldEvent | ResumeReplyKeepChunkFieldEvent | ResumeReplyKeepEpochFieldEvent | ResumeReplyDropJobIdFieldEvent | ResumeReplyDropChunkFieldEvent | ResumeReplyDropEpochFieldEvent | ResumeReplyClaimIncarnationFieldEvent | ResumeReplyClaimBootIdFieldEvent | ResumeReplyClaimSignatureFieldEvent | ResumeReplyReceiptSeqFieldEvent | ResumeReplyReceiptHashFieldEvent> {
    return streamMessage(buf, ResumeReply.codec(), opts)
  }
}

export interface Receipt {
  body: Uint8Array<ArrayBuffer>
  signature: Uint8Array<ArrayBuffer>
  countersignature: Uint8Array<ArrayBuffer>
}

export namespace Receipt {
  let _codec: Codec<Receipt>

  export const codec = (): Codec<Receipt> => {
    if (_codec == null) {
      _codec = message<Receipt>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.body != null && obj.body.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.body)
        }

        if ((obj.signature != null && obj.signature.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.signature)
        }

        if ((obj.countersignature != null && obj.countersignature.byteLength > 0)) {
          w.uint32(26)
          w.bytes(obj.countersignature)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          body: uint8ArrayAlloc(0),
          signature: uint8ArrayAlloc(0),
          countersignature: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.body = reader.bytes()
              break
            }
            case 2: {
              obj.signature = reader.bytes()
              break
            }
            case 3: {
              obj.countersignature = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.body`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.signature`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.countersignature`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface ReceiptBodyFieldEvent {
    field: '$.body'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ReceiptSignatureFieldEvent {
    field: '$.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ReceiptCountersignatureFieldEvent {
    field: '$.countersignature'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Receipt>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Receipt.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Receipt>): Receipt {
    return decodeMessage(buf, Receipt.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Receipt>): Generator<ReceiptBodyFieldEvent | ReceiptSignatureFieldEvent | ReceiptCountersignatureFieldEvent> {
    return streamMessage(buf, Receipt.codec(), opts)
  }
}

export interface ReceiptAck {
  seq: number
  hash: Uint8Array<ArrayBuffer>
  signature: Uint8Array<ArrayBuffer>
}

export namespace ReceiptAck {
  let _codec: Codec<ReceiptAck>

  export const codec = (): Codec<ReceiptAck> => {
    if (_codec == null) {
      _codec = message<ReceiptAck>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.seq != null && obj.seq !== 0)) {
          w.uint32(8)
          w.uint64Number(obj.seq)
        }

        if ((obj.hash != null && obj.hash.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.hash)
        }

        if ((obj.signature != null && obj.signature.byteLength > 0)) {
          w.uint32(26)
          w.bytes(obj.signature)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          seq: 0,
          hash: uint8ArrayAlloc(0),
          signature: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.seq = reader.uint64Number()
              break
            }
            case 2: {
              obj.hash = reader.bytes()
              break
            }
            case 3: {
              obj.signature = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.seq`,
                value: reader.uint64Number()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.hash`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.signature`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface ReceiptAckSeqFieldEvent {
    field: '$.seq'
    value: number
  }

  export interface ReceiptAckHashFieldEvent {
    field: '$.hash'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ReceiptAckSignatureFieldEvent {
    field: '$.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<ReceiptAck>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, ReceiptAck.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<ReceiptAck>): ReceiptAck {
    return decodeMessage(buf, ReceiptAck.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<ReceiptAck>): Generator<ReceiptAckSeqFieldEvent | ReceiptAckHashFieldEvent | ReceiptAckSignatureFieldEvent> {
    return streamMessage(buf, ReceiptAck.codec(), opts)
  }
}

export interface SettleRequest {
  exposure: bigint
  limit: bigint
}

export namespace SettleRequest {
  let _codec: Codec<SettleRequest>

  export const codec = (): Codec<SettleRequest> => {
    if (_codec == null) {
      _codec = message<SettleRequest>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.exposure != null && obj.exposure !== 0n)) {
          w.uint32(8)
          w.uint64(obj.exposure)
        }

        if ((obj.limit != null && obj.limit !== 0n)) {
          w.uint32(16)
          w.uint64(obj.limit)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          exposure: 0n,
          limit: 0n
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.exposure = reader.uint64()
              break
            }
            case 2: {
              obj.limit = reader.uint64()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.exposure`,
                value: reader.uint64()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.limit`,
                value: reader.uint64()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface SettleRequestExposureFieldEvent {
    field: '$.exposure'
    value: bigint
  }

  export interface SettleRequestLimitFieldEvent {
    field: '$.limit'
    value: bigint
  }

  export function encode (obj: Partial<SettleRequest>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, SettleRequest.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<SettleRequest>): SettleRequest {
    return decodeMessage(buf, SettleRequest.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<SettleRequest>): Generator<SettleRequestExposureFieldEvent | SettleRequestLimitFieldEvent> {
    return streamMessage(buf, SettleRequest.codec(), opts)
  }
}

export interface Refusal {
  reason?: Reason
  seen?: BootClaim
}

export namespace Refusal {
  let _codec: Codec<Refusal>

  export const codec = (): Codec<Refusal> => {
    if (_codec == null) {
      _codec = message<Refusal>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.reason != null) {
          w.uint32(10)
          Reason.codec().encode(obj.reason, w)
        }

        if (obj.seen != null) {
          w.uint32(18)
          BootClaim.codec().encode(obj.seen, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.reason = Reason.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.reason
              })
              break
            }
            case 2: {
              obj.seen = BootClaim.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.seen
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Reason.codec().stream(reader, reader.uint32(), `${prefix}.reason`, {
                limits: opts.limits?.reason
              })

              break
            }
            case 2: {
              yield * BootClaim.codec().stream(reader, reader.uint32(), `${prefix}.seen`, {
                limits: opts.limits?.seen
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface RefusalReasonCodeFieldEvent {
    field: '$.reason.code'
    value: string
  }

  export interface RefusalReasonTextFieldEvent {
    field: '$.reason.text'
    value: string
  }

  export interface RefusalSeenIncarnationFieldEvent {
    field: '$.seen.incarnation'
    value: number
  }

  export interface RefusalSeenBootIdFieldEvent {
    field: '$.seen.bootId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RefusalSeenSignatureFieldEvent {
    field: '$.seen.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Refusal>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Refusal.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Refusal>): Refusal {
    return decodeMessage(buf, Refusal.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Refusal>): Generator<RefusalReasonCodeFieldEvent | RefusalReasonTextFieldEvent | RefusalSeenIncarnationFieldEvent | RefusalSeenBootIdFieldEvent | RefusalSeenSignatureFieldEvent> {
    return streamMessage(buf, Refusal.codec(), opts)
  }
}

export interface Equivocation {
  payer: string
  first?: Receipt
  second?: Receipt
}

export namespace Equivocation {
  let _codec: Codec<Equivocation>

  export const codec = (): Codec<Equivocation> => {
    if (_codec == null) {
      _codec = message<Equivocation>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.payer != null && obj.payer !== '')) {
          w.uint32(10)
          w.string(obj.payer)
        }

        if (obj.first != null) {
          w.uint32(18)
          Receipt.codec().encode(obj.first, w)
        }

        if (obj.second != null) {
          w.uint32(26)
          Receipt.codec().encode(obj.second, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          payer: ''
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.payer = reader.string()
              break
            }
            case 2: {
              obj.first = Receipt.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.first
              })
              break
            }
            case 3: {
              obj.second = Receipt.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.second
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.payer`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield * Receipt.codec().stream(reader, reader.uint32(), `${prefix}.first`, {
                limits: opts.limits?.first
              })

              break
            }
            case 3: {
              yield * Receipt.codec().stream(reader, reader.uint32(), `${prefix}.second`, {
                limits: opts.limits?.second
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface EquivocationPayerFieldEvent {
    field: '$.payer'
    value: string
  }

  export interface EquivocationFirstBodyFieldEvent {
    field: '$.first.body'
    value: Uint8Array<ArrayBuffer>
  }

  export interface EquivocationFirstSignatureFieldEvent {
    field: '$.first.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export interface EquivocationFirstCountersignatureFieldEvent {
    field: '$.first.countersignature'
    value: Uint8Array<ArrayBuffer>
  }

  export interface EquivocationSecondBodyFieldEvent {
    field: '$.second.body'
    value: Uint8Array<ArrayBuffer>
  }

  export interface EquivocationSecondSignatureFieldEvent {
    field: '$.second.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export interface EquivocationSecondCountersignatureFieldEvent {
    field: '$.second.countersignature'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Equivocation>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Equivocation.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Equivocation>): Equivocation {
    return decodeMessage(buf, Equivocation.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Equivocation>): Generator<EquivocationPayerFieldEvent | EquivocationFirstBodyFieldEvent | EquivocationFirstSignatureFieldEvent | EquivocationFirstCountersignatureFieldEvent | EquivocationSecondBodyFieldEvent | EquivocationSecondSignatureFieldEvent | EquivocationSecondCountersignatureFieldEvent> {
    return streamMessage(buf, Equivocation.codec(), opts)
  }
}

export interface Drain {
  reason?: Reason
}

export namespace Drain {
  let _codec: Codec<Drain>

  export const codec = (): Codec<Drain> => {
    if (_codec == null) {
      _codec = message<Drain>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.reason != null) {
          w.uint32(10)
          Reason.codec().encode(obj.reason, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.reason = Reason.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.reason
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Reason.codec().stream(reader, reader.uint32(), `${prefix}.reason`, {
                limits: opts.limits?.reason
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface DrainReasonCodeFieldEvent {
    field: '$.reason.code'
    value: string
  }

  export interface DrainReasonTextFieldEvent {
    field: '$.reason.text'
    value: string
  }

  export function encode (obj: Partial<Drain>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Drain.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Drain>): Drain {
    return decodeMessage(buf, Drain.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Drain>): Generator<DrainReasonCodeFieldEvent | DrainReasonTextFieldEvent> {
    return streamMessage(buf, Drain.codec(), opts)
  }
}

export interface Log {
  attempt?: Attempt
  stream: string
  text: string
}

export namespace Log {
  let _codec: Codec<Log>

  export const codec = (): Codec<Log> => {
    if (_codec == null) {
      _codec = message<Log>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.attempt != null) {
          w.uint32(10)
          Attempt.codec().encode(obj.attempt, w)
        }

        if ((obj.stream != null && obj.stream !== '')) {
          w.uint32(18)
          w.string(obj.stream)
        }

        if ((obj.text != null && obj.text !== '')) {
          w.uint32(26)
          w.string(obj.text)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          stream: '',
          text: ''
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.attempt = Attempt.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.attempt
              })
              break
            }
            case 2: {
              obj.stream = reader.string()
              break
            }
            case 3: {
              obj.text = reader.string()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Attempt.codec().stream(reader, reader.uint32(), `${prefix}.attempt`, {
                limits: opts.limits?.attempt
              })

              break
            }
            case 2: {
              yield {
                field: `${prefix}.stream`,
                value: reader.string()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.text`,
                value: reader.string()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface LogAttemptJobIdFieldEvent {
    field: '$.attempt.jobId'
    value: string
  }

  export interface LogAttemptChunkFieldEvent {
    field: '$.attempt.chunk'
    value: number
  }

  export interface LogAttemptEpochFieldEvent {
    field: '$.attempt.epoch'
    value: number
  }

  export interface LogStreamFieldEvent {
    field: '$.stream'
    value: string
  }

  export interface LogTextFieldEvent {
    field: '$.text'
    value: string
  }

  export function encode (obj: Partial<Log>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Log.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Log>): Log {
    return decodeMessage(buf, Log.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Log>): Generator<LogAttemptJobIdFieldEvent | LogAttemptChunkFieldEvent | LogAttemptEpochFieldEvent | LogStreamFieldEvent | LogTextFieldEvent> {
    return streamMessage(buf, Log.codec(), opts)
  }
}
