import type { Message } from '../../../src/model/messages/control.ts'

const jobId = 'j-abcdefghijklmn27'
const attempt = { jobId, chunk: 41, epoch: 3 }
const hash = new Uint8Array(32).fill(7)
const reason = { code: 'BUSY', text: '3 leases wait here already' }
const ref = { sha256: hash, size: 5, inline: new Uint8Array([1, 2, 3, 4, 5]) }
const bootId = new Uint8Array(16).fill(9)
const signature = new Uint8Array(64).fill(8)
const claim = { incarnation: 4, bootId, signature }
const receipt = { body: new Uint8Array([123, 125]), signature, countersignature: new Uint8Array() }

const attested = { worker: '12D3KooW', epoch: 3, resultHash: hash, exitCode: 0, signature }
const evidence = {
  jobId, chunk: 41, coordinator: '12D3KooX', inputHash: hash, appHash: hash, imageDigest: 'sha', paramsHash: hash, specHash: hash,
  accused: attested, witness: { ...attested, worker: '12D3KooY' }
}

/** One valid message of every kind. */
export const SAMPLES: readonly Message[] = [
  { hello: { version: 1, minVersion: 1, role: 'worker', agent: 'test/1', incarnation: 4, ledgerSeq: 9, ledgerHash: hash, bootId, sentAt: 1_700_000_000_000 } },
  { offer: {
    offerSeq: 2, slotsFree: 1, slotsTotal: 2, cores: 1.5, memoryMiB: 512, diskMiB: 100, gpus: [{ model: 'x', vramMiB: 1, driver: '1.2' }], platforms: ['wasm'], isolation: 'process',
    numericClass: 'x64/a', priceLevel: 1000, cachedApps: ['a'], operator: 'o', validForMs: 1000, cpuModel: 'a', arch: 'x64', runtimes: ['runsc'], egress: true, bandwidth: 6, freeFor: 5, speed: 7
  } },
  { announce: {
    jobId, round: 1, requirements: { platform: 'wasm', minCores: 1, minMemoryMiB: 1, minDiskMiB: 1, gpus: ['x'], isolation: 'process', network: 'none', gpuCount: 1, arch: 'x64', runtime: 'runsc', image: 'docker.io/library/x:1' },
    workMs: 5, chunksPending: 3, trust: 'open', maxPrice: 5n, deadline: 7, appHash: 'abc', appName: 'app'
  } },
  { bid: { jobId, round: 1, price: 12n, slots: 2, chunkMs: 100, validForMs: 1000 } },
  { noBid: { jobId, round: 1, reason } },
  { roundResult: { jobId, round: 1, outcome: 'lost', term: 'price', byUnits: 5n, byPerMille: 250, reason } },
  { lease: { attempt, incarnation: 1, spec: ref, input: ref, price: 4n, holdId: new Uint8Array(16).fill(1), ttlMs: 10_000, chunkSeed: hash, lotHash: hash } },
  { leaseAck: { attempt } },
  { decline: { attempt, reason } },
  { heartbeat: { live: [{ attempt, state: 'RUNNING', progress: 500 }], slotsFree: 1 } },
  { heartbeatAck: { unknown: [attempt], ttlMs: 10_000 } },
  { recall: { attempt, reason } },
  { commit: { attempt, commitment: hash } },
  { commitAck: { attempt } },
  { revealRequest: { batchId: 8, merkleRoot: hash, attempts: [attempt, { ...attempt, chunk: 42 }], drawFollows: true } },
  { reveal: {
    batchId: 8, attempt, resultHash: hash, nonce: hash, exitCode: 0, files: [{ path: 'a/b', content: ref }],
    usage: { wallMs: 1, cpuMs: 2, peakMemoryBytes: 3, outputBytes: 5 }, manifest: ref, attestation: signature
  } },
  { failed: { attempt, failureClass: 'app', reason, exitCode: 3, stderrTail: 'oh' } },
  { resume: { incarnation: 1, live: [{ attempt, state: 'RUNNING', progress: 1 }], receipt, seen: claim, netting: { document: receipt.body }, belonging: { owner: '12D3KooW', signature } } },
  { verdict: { attempt, accepted: true, reason, amount: 4n, evidence } },
  { resumeReply: { incarnation: 1, keep: [attempt], drop: [attempt], claim, receiptSeq: 3, receiptHash: hash } },
  { drain: { reason } },
  { log: { attempt, stream: 'stdout', text: 'hello' } },
  { receipt: { ...receipt, countersignature: signature } },
  { receiptAck: { seq: 3, hash, signature } },
  { settleRequest: { exposure: 5n, limit: 10n } },
  { refusal: { reason, seen: claim } },
  { equivocation: { payer: '12D3KooW', first: receipt, second: receipt } },
  { netting: { document: receipt.body } },
  { nettingAck: { hash } },
  { draw: { jobId, merkleRoot: hash, lots: [hash, hash], drawn: [1] } },
  { evidence }
]
