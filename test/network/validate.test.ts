import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NightshiftError } from '../../src/model/errors.ts'
import { Frame, Message } from '../../src/model/messages/control.ts'
import { encodeBody } from '../../src/model/messages/encode.ts'
import { digestOf, signDigests, signingKey, verificationKey } from '../../src/model/messages/signing.ts'
import { validateMessage } from '../../src/model/messages/validate.ts'
import { openFrame } from '../../src/network/control-frame.ts'
import { PeerFault } from '../../src/network/faults.ts'
import { loadIdentity } from '../../src/network/identity.ts'
import { tempDir } from './support/nodes.ts'
import { SAMPLES } from './support/samples.ts'

const SEED = 20_250
const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 })

async function frameKeys () {
  const { peerId, privateKey } = await loadIdentity(await tempDir())
  return { peerId, key: signingKey(privateKey.raw), publicKey: verificationKey(peerId) }
}

function mutated (bytes: Uint8Array, changes: ReadonlyArray<readonly [number, number]>): Uint8Array {
  const copy = new Uint8Array(bytes)
  for (const [at, value] of changes) if (copy.length > 0) copy[at % copy.length] = value
  return copy
}

/** The frame opens, or is refused with the one typed error. */
function opensOrIsRefused (open: () => unknown): boolean {
  try {
    open()
    return true
  } catch (error) {
    if (error instanceof PeerFault) return false
    throw error
  }
}

describe('messages', () => {
  it.each(SAMPLES.map(sample => [Object.keys(sample)[0]!, sample] as const))('%s: encodes as the generated code does, and is valid', (_kind, sample) => {
    validateMessage(sample)
    expect(Buffer.from(encodeBody(sample)).equals(Message.encode(sample))).toBe(true)
    expect(Message.decode(encodeBody(sample))).toEqual(sample)
  })

  it('are refused by field when a bound is passed', () => {
    const attempt = { jobId: 'j-aaaaaaaaaaaaaaaa', chunk: 0, epoch: 1 }
    const hash = new Uint8Array(32)
    const refused: ReadonlyArray<readonly [Message, string]> = [
      [{ leaseAck: {} }, 'leaseAck.attempt is missing'],
      [{ leaseAck: { attempt: { ...attempt, jobId: 'j-../../x' } } }, 'no job id'],
      [{ leaseAck: { attempt: { ...attempt, chunk: 1_000_000 } } }, '999999'],
      [{ noBid: { jobId: attempt.jobId, round: 1 } }, 'noBid.reason is missing'],
      [{ recall: { attempt, reason: { code: 'X', text: 'x'.repeat(2001) } } }, '2001 characters, 2000'],
      [{ reveal: { batchId: 1, attempt, resultHash: hash, nonce: hash, exitCode: 0, attestation: new Uint8Array(63), files: [] } }, 'reveal.attestation has 63 bytes instead of 64'],
      [{ reveal: { batchId: 1, attempt, resultHash: hash, nonce: hash.subarray(1), exitCode: 0, attestation: new Uint8Array(64), files: [] } }, 'reveal.nonce has 31 bytes instead of 32'],
      [{ reveal: { batchId: 1, attempt, resultHash: hash, nonce: hash, exitCode: 0, attestation: new Uint8Array(64), files: [{ path: 'a', content: { sha256: hash, size: 9000, inline: new Uint8Array(9000) } }] } }, '9000 bytes of content, 8192'],
      [{ reveal: { batchId: 1, attempt, resultHash: hash, nonce: hash, exitCode: 0, attestation: new Uint8Array(64), files: [{ path: 'a', content: { sha256: hash, size: 5, inline: new Uint8Array(4) } }] } }, 'carries 4 bytes of content but says 5'],
      [{ verdict: { attempt, accepted: true, amount: 2n ** 63n } }, 'verdict.amount'],
      [{ heartbeatAck: { unknown: [], ttlMs: 2 ** 54 } }, 'heartbeatAck.ttlMs'],
      [{ revealRequest: { batchId: 1, merkleRoot: hash, attempts: [], drawFollows: false } }, 'revealRequest.attempts is empty']
    ]
    for (const [message, why] of refused) expect(() => { validateMessage(message) }).toThrow(why)
  })

  it('never bring more than the typed error, whatever the bytes', async () => {
    const { peerId, publicKey } = await frameKeys()
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
      opensOrIsRefused(() => openFrame(bytes, publicKey, peerId, peerId))
      opensOrIsRefused(() => openFrame(Frame.encode({ messages: [new Uint8Array(bytes)], signature: new Uint8Array(0) }), publicKey, peerId, peerId))
    }), { seed: SEED, numRuns: 3000 })
  })

  it('never bring more than the typed error when signed frames are changed on the way', async () => {
    const { peerId, key, publicKey } = await frameKeys()
    let refused = 0
    fc.assert(fc.property(fc.subarray([...SAMPLES], { minLength: 1 }), flips, (messages, changes) => {
      const encoded = messages.map(encodeBody)
      const frame = Frame.encode({ messages: encoded, signature: signDigests(key, peerId, peerId, encoded.map(digestOf)) })
      if (!opensOrIsRefused(() => openFrame(mutated(frame, changes), publicKey, peerId, peerId))) refused++
    }), { seed: SEED, numRuns: 1000 })
    expect(refused).toBeGreaterThan(900)
  })

  it('never bring more than the typed error when the sender itself signs nonsense', async () => {
    const { peerId, key, publicKey } = await frameKeys()
    fc.assert(fc.property(fc.constantFrom(...SAMPLES), flips, (message, changes) => {
      const encoded = [new Uint8Array(mutated(encodeBody(message), changes))]
      const frame = Frame.encode({ messages: encoded, signature: signDigests(key, peerId, peerId, encoded.map(digestOf)) })
      opensOrIsRefused(() => { for (const opened of openFrame(frame, publicKey, peerId, peerId).messages) validateMessage(opened) })
    }), { seed: SEED, numRuns: 2000 })
  })

  it('are signed by Ed25519 identities only', () => {
    expect(() => verificationKey(`16Uiu2HAm${createHash('sha256').digest('hex').slice(0, 44)}`)).toThrow(NightshiftError)
  })
})
