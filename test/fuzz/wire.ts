import { createPublicKey } from 'node:crypto'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { PeerRecord, RecordEnvelope } from '@libp2p/peer-record'
import { multiaddr } from '@multiformats/multiaddr'
import { FrameDecoder, FrameError } from '../../src/execution/frames.ts'
import { parseDone, parseFile } from '../../src/execution/reports.ts'
import { FRAME, FRAME_HEADER } from '../../src/execution/runner/wire.ts'
import { parseResultList } from '../../src/coordinator/result-lists.ts'
import { checkProof, proofOf } from '../../src/ledger/equivocation.ts'
import { signBelonging } from '../../src/ledger/belonging.ts'
import { openNetting, signNetting } from '../../src/ledger/netting.ts'
import { NO_RECEIPT_HASH, channelId, openReceipt, signReceipt } from '../../src/ledger/receipts.ts'
import type { SignedReceipt } from '../../src/ledger/receipts.ts'
import { proofFromWire, proofToWire } from '../../src/ledger/wire.ts'
import { NightshiftError } from '../../src/model/errors.ts'
import { BlobReply, BlobRequest, BlobStatus } from '../../src/model/messages/blob.ts'
import { Frame } from '../../src/model/messages/control.ts'
import { encodeBody } from '../../src/model/messages/encode.ts'
import { digestOf, signDigests, signingKey } from '../../src/model/messages/signing.ts'
import { DialBackOutcome, DialBackRefusal, DialBackRequest, DialBackResponse, PeerList } from '../../src/model/messages/reach.ts'
import { parseReply } from '../../src/network/blob-client.ts'
import { parseRequest } from '../../src/network/blob-server.ts'
import { openFrame } from '../../src/network/control-frame.ts'
import { PeerFault } from '../../src/network/faults.ts'
import { parseClaims, planDials } from '../../src/network/reach/dialback-server.ts'
import { readPeers } from '../../src/network/reach/peer-exchange.ts'
import { credible, parseResponse } from '../../src/network/reach/reachability.ts'
import { SAMPLES } from '../network/support/samples.ts'
import type { Dice } from '../simulation/world/dice.ts'
import { simulatedSigner } from '../simulation/world/signer.ts'
import { mutateBytes, mutateText } from './mutate.ts'
import type { Target } from './run.ts'
import { takes, takesLater } from './verdicts.ts'

/** Frames of the control protocol: of one message or a few, changed inside or as a whole. */
export function control (): Target {
  const key = signingKey(new Uint8Array(32).fill(1))
  const peer = createPublicKey(key)
  const bodies = SAMPLES.map(sample => encodeBody(sample))
  return {
    name: 'control frames',
    every: 1,
    feed: dice => {
      const messages = Array.from({ length: dice.whole(1, 3) }, () => dice.chance(0.5) ? mutateBytes(dice, dice.pick(bodies)) : new Uint8Array(dice.pick(bodies)))
      // a peer signs what it likes: what is wrong inside must be found behind a right signature, too
      const signature = dice.chance(0.2) ? signDigests(key, 'from', 'to', messages.map(digestOf)) : dice.chance(0.05) ? Uint8Array.from({ length: 64 }, () => dice.whole(0, 255)) : new Uint8Array(0)
      const frame = Frame.encode({ messages, signature })
      return takes(() => openFrame(dice.chance(0.2) ? mutateBytes(dice, frame) : frame, peer, 'from', 'to'), PeerFault)
    }
  }
}

export function blobRequests (): Target {
  return {
    name: 'blob requests',
    every: 1,
    feed: dice => {
      const sha256 = new Uint8Array(32).fill(dice.whole(0, 255))
      const request = BlobRequest.encode({ sha256, offset: dice.pick([0, 1, 2 ** 40]), length: dice.pick([0, 100, 2 ** 20]) })
      return takes(() => parseRequest(mutateBytes(dice, request)), PeerFault)
    }
  }
}

export function blobReplies (): Target {
  const ref = { sha256: 'a'.repeat(64), size: 2 ** 20 + 5 }
  return {
    name: 'blob replies',
    every: 1,
    feed: dice => {
      const piece = dice.whole(0, 1)
      const reply = BlobReply.encode({ status: dice.pick([BlobStatus.FOUND, BlobStatus.FOUND, BlobStatus.MISSING, BlobStatus.DENIED]), size: ref.size, length: piece === 0 ? 2 ** 20 : 5 })
      return takes(() => parseReply(dice.chance(0.8) ? mutateBytes(dice, reply) : reply, 'peer', ref, piece), NightshiftError)
    }
  }
}

/** What peers ask to be dialled at. Nothing but the IP address they come from may follow. */
export function dialBackRequests (): Target {
  const request = DialBackRequest.encode({ addresses: ['/ip4/192.0.2.7/tcp/4001', '/ip6/::ffff:192.0.2.7/tcp/4002', '/dns4/example.org/tcp/80', '/ip4/10.0.0.1/tcp/22/p2p/12D3KooWS9DY3ACXcQSqjwvVNAjLvDRY39GZ3duUEjqQzShXYo7J/p2p-circuit'] })
  return {
    name: 'requests to dial back',
    every: 1,
    feed: dice => takes(() => {
      const { dials } = planDials(parseClaims(mutateBytes(dice, request)), '192.0.2.7')
      if (dials.length > 4 || dials.some(dial => !/^\/ip4\/192\.0\.2\.7\/tcp\/[1-9]\d*$/.test(dial))) throw new Error(`it would dial ${dials.join(' ')}`)
    }, PeerFault)
  }
}

/** What peers say of their attempts to dial back: it becomes part of what this node tells others of itself. */
export function dialBackResponses (): Target {
  const claims = ['/ip4/10.0.0.5/tcp/4001', '/ip6/2001:db8::1/tcp/4001']
  const addresses = [...claims, '/ip4/11.22.33.44/tcp/4001', '/ip4/12.22.33.44/tcp/4001', '/ip4/11.22.33.44/tcp/22', '/dns4/example.org/tcp/4001']
  const response = DialBackResponse.encode({ refusal: DialBackRefusal.SERVED, results: addresses.map(address => ({ address, outcome: DialBackOutcome.DIALED })) })
  return {
    name: 'answers to requests to dial back',
    every: 1,
    feed: dice => takes(() => {
      const believed = credible(parseResponse(dice.chance(0.9) ? mutateBytes(dice, response) : response).results, claims, false).filter(({ address }) => !claims.includes(address))
      const ips = new Set(believed.map(({ address }) => address.split('/')[2]))
      if (ips.size > 1 || believed.some(({ address }) => !/^\/ip[46]\/[0-9a-f.:]+\/tcp\/4001$/.test(address))) throw new Error(`it was believed to be at ${believed.map(({ address }) => address).join(' ')}`)
    }, PeerFault)
  }
}

/** Lists of peers: who is in one must have signed it. */
export async function peerLists (): Promise<Target> {
  const privateKey = await generateKeyPair('Ed25519')
  const peerId = peerIdFromPrivateKey(privateKey)
  const record = Uint8Array.from((await RecordEnvelope.seal(new PeerRecord({ peerId, multiaddrs: [multiaddr('/ip4/11.22.33.44/tcp/4001')] }), privateKey)).marshal())
  return {
    name: 'lists of peers',
    every: 20,
    feed: async dice => {
      const records = Array.from({ length: dice.whole(0, 4) }, () => dice.chance(0.3) ? mutateBytes(dice, record) : record)
      const list = PeerList.encode({ records })
      return await takesLater(async () => {
        for (const { id, multiaddrs } of await readPeers(dice.chance(0.5) ? mutateBytes(dice, list) : list)) {
          if (!id.equals(peerId) || multiaddrs.length !== 1) throw new Error(`nobody signed that ${id.toString()} is at ${multiaddrs.join(' ')}`)
        }
      })
    }
  }
}

function receipt (seq: number, cumulative: bigint): SignedReceipt {
  return signReceipt({
    payer: 'payer', payee: 'payee', channel: channelId('payer', 'payee'), seq, cumulative, prevHash: NO_RECEIPT_HASH, covers: ['a'.repeat(32)],
    ledger: { seq: 5, hash: 'b'.repeat(64) }
  }, simulatedSigner('payer'))
}

export function receipts (): Target {
  const { body, signature } = receipt(3, 1000n)
  const sample: unknown = JSON.parse(body)
  return {
    name: 'receipts',
    every: 1,
    feed: dice => {
      const changed = dice.chance(0.5) ? mutateText(dice, sample) : Buffer.from(mutateBytes(dice, Buffer.from(body))).toString('utf8')
      return takes(() => openReceipt(changed, signature, { verify: () => true }), NightshiftError)
    }
  }
}

/** Accusations: two receipts of one payer, as a peer hands them on. */
export function proofs (): Target {
  const wire = proofToWire(proofOf(receipt(3, 1000n), receipt(3, 500n)))
  const part = (dice: Dice, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => dice.chance(0.3) ? mutateBytes(dice, bytes) : bytes
  return {
    name: 'accusations',
    every: 1,
    feed: dice => {
      const [first, second] = [wire.first, wire.second].map(it => ({ body: part(dice, it?.body ?? new Uint8Array()), signature: part(dice, it?.signature ?? new Uint8Array()), countersignature: new Uint8Array() }))
      if (first === undefined || second === undefined) return false
      // half of the time nothing but the contradiction itself is checked
      const signer = dice.chance(0.5) ? simulatedSigner('anybody') : { verify: () => true }
      return takes(() => checkProof(proofFromWire(dice.chance(0.9) ? 'payer' : 'another', first, second), signer), NightshiftError)
    }
  }
}

/** Netting documents, from a file somebody brought or from a peer. */
export function nettings (): Target {
  const claim = (payer: string, payee: string) => ({ payer, payee, amount: 5n, netted: 9n, receipt: { seq: 2, hash: 'c'.repeat(64), cumulative: 11n } })
  const { document } = signNetting({ proposer: 'a', accepter: 'b', seq: 3, prevHash: NO_RECEIPT_HASH, amount: 5n, claims: [claim('a', 'wb'), claim('b', 'wa')] },
    [signBelonging('b', simulatedSigner('wb')), signBelonging('a', simulatedSigner('wa'))], simulatedSigner('a'))
  const sample: unknown = JSON.parse(document.body)
  return {
    name: 'netting documents',
    every: 1,
    feed: dice => {
      const body = dice.chance(0.5) ? mutateText(dice, sample) : document.body
      const changed = dice.chance(0.5) ? mutateText(dice, { ...document, body }) : Buffer.from(mutateBytes(dice, Buffer.from(JSON.stringify({ ...document, body })))).toString('utf8')
      return takes(() => openNetting(changed, { verify: () => true }), NightshiftError)
    }
  }
}

/** Lists of result files too long for a message. */
export function resultLists (): Target {
  const list = Array.from({ length: 3 }, (_, i) => ({ path: `out/${i}.bin`, size: i, sha256: String(i).repeat(64) }))
  return { name: 'result lists', every: 1, feed: dice => takes(() => parseResultList(mutateText(dice, list)), NightshiftError) }
}

/** What a sandbox says of a task: the app inside may have taken it over. */
export function runnerFrames (): Target {
  const frame = (kind: number, payload: Buffer): Buffer => {
    const head = Buffer.alloc(FRAME_HEADER)
    head.writeUInt32LE(payload.length, 0)
    head[4] = kind
    return Buffer.concat([head, payload])
  }
  const announced = (json: string): Buffer => {
    const text = Buffer.from(json)
    const length = Buffer.alloc(2)
    length.writeUInt16LE(Math.min(text.length, 0xffff), 0)
    return Buffer.concat([length, text, Buffer.from('the file')])
  }
  return {
    name: 'runner frames',
    every: 1,
    feed: dice => {
      const file = mutateText(dice, { path: 'out.bin', size: 8 })
      const done = mutateText(dice, { exit: 0, cpuMs: 12, peakBytes: 1000, message: 'ended', stop: 'trap' })
      const whole = Buffer.concat([
        frame(FRAME.stdout, Buffer.from('hello')),
        frame(FRAME.file, dice.chance(0.5) ? announced(file) : Buffer.from(mutateBytes(dice, announced(file)))),
        frame(FRAME.done, Buffer.from(done))
      ])
      const bytes = dice.chance(0.3) ? Buffer.from(mutateBytes(dice, whole)) : whole
      return takes(() => {
        const decoder = new FrameDecoder()
        for (let at = 0, step = 0; at < bytes.length; at += step) {
          step = dice.whole(1, 64)
          decoder.push(bytes.subarray(at, at + step), (kind, payload) => {
            if (kind === FRAME.file) parseFile(payload)
            if (kind === FRAME.done) parseDone(payload)
          })
        }
      }, FrameError)
    }
  }
}
