import { LIMITS } from '../limits.ts'
import { amount, attempt, attempts, bytes, count, fraction, jobId, reason, ref, refuse, required, text, texts, whole } from './checks.ts'
import type { Announce, Attested, BootClaim, Draw, Evidence, Failed, Hello, LiveAttempt, Lease, Log, Message, Netting, Offer, Receipt, Reveal, RevealRequest, RoundResult, UsageReport } from './control.ts'

const NAME_CHARS = 256
/** longest name of an image */
const IMAGE_CHARS = 512
const PATH_CHARS = 1024
const STATE_CHARS = 32
const LIVE_ATTEMPTS = 8192
const BATCH_ATTEMPTS = 4096
const GPUS = 64
const PLATFORMS = 64
const CACHED_APPS = 1024
const STDERR_CHARS = 64 * 1024
const CORES = 65_536
/** two of them fit in a frame */
const RECEIPT_BYTES = 96 * 1024
/** one of them and a receipt fit in a frame */
const NETTING_BYTES = 48 * 1024
const SLOTS = 65_536
/** a bid is said to cost so much more at most */
const PER_MILLE = 1_000_000

/**
 * Checks every bound of a decoded message. A message whose body this version
 * does not know passes: it is to be ignored.
 *
 * @throws NS_E_PROTOCOL naming the field and the figures compared
 */
export function validateMessage (message: Message): void {
  if (message.heartbeat !== undefined) return live('heartbeat.live', message.heartbeat.live)
  if (message.heartbeatAck !== undefined) {
    attempts('heartbeatAck.unknown', message.heartbeatAck.unknown, LIVE_ATTEMPTS)
    return whole('heartbeatAck.ttlMs', message.heartbeatAck.ttlMs)
  }
  if (message.lease !== undefined) return lease(message.lease)
  if (message.leaseAck !== undefined) return attempt('leaseAck.attempt', message.leaseAck.attempt)
  if (message.commit !== undefined) {
    attempt('commit.attempt', message.commit.attempt)
    return bytes('commit.commitment', message.commit.commitment, 32)
  }
  if (message.commitAck !== undefined) return attempt('commitAck.attempt', message.commitAck.attempt)
  if (message.revealRequest !== undefined) return revealRequest(message.revealRequest)
  if (message.reveal !== undefined) return reveal(message.reveal)
  if (message.verdict !== undefined) {
    attempt('verdict.attempt', message.verdict.attempt)
    amount('verdict.amount', message.verdict.amount)
    if (message.verdict.evidence !== undefined) evidence('verdict.evidence', message.verdict.evidence)
    return reason('verdict.reason', message.verdict.reason)
  }
  if (message.log !== undefined) return log(message.log)
  return validateRareMessage(message)
}

function validateRareMessage (message: Message): void {
  if (message.hello !== undefined) return hello(message.hello)
  if (message.offer !== undefined) return offer(message.offer)
  if (message.announce !== undefined) return announce(message.announce)
  if (message.bid !== undefined) {
    jobId('bid.jobId', message.bid.jobId)
    amount('bid.price', message.bid.price)
    whole('bid.slots', message.bid.slots, SLOTS)
    whole('bid.chunkMs', message.bid.chunkMs)
    return whole('bid.validForMs', message.bid.validForMs)
  }
  if (message.noBid !== undefined) {
    jobId('noBid.jobId', message.noBid.jobId)
    return reason('noBid.reason', required('noBid.reason', message.noBid.reason))
  }
  if (message.roundResult !== undefined) return roundResult(message.roundResult)
  if (message.decline !== undefined) {
    attempt('decline.attempt', message.decline.attempt)
    return reason('decline.reason', required('decline.reason', message.decline.reason))
  }
  if (message.recall !== undefined) {
    attempt('recall.attempt', message.recall.attempt)
    return reason('recall.reason', message.recall.reason)
  }
  if (message.failed !== undefined) return failed(message.failed)
  if (message.resume !== undefined) {
    whole('resume.incarnation', message.resume.incarnation)
    if (message.resume.receipt !== undefined) receipt('resume.receipt', message.resume.receipt)
    if (message.resume.seen !== undefined) bootClaim('resume.seen', message.resume.seen)
    if (message.resume.netting !== undefined) netting('resume.netting', message.resume.netting)
    if (message.resume.belonging !== undefined) {
      text('resume.belonging.owner', message.resume.belonging.owner, NAME_CHARS)
      bytes('resume.belonging.signature', message.resume.belonging.signature, 64)
    }
    return live('resume.live', message.resume.live)
  }
  if (message.resumeReply !== undefined) {
    whole('resumeReply.incarnation', message.resumeReply.incarnation)
    bootClaim('resumeReply.claim', message.resumeReply.claim)
    whole('resumeReply.receiptSeq', message.resumeReply.receiptSeq)
    if (message.resumeReply.receiptSeq > 0) bytes('resumeReply.receiptHash', message.resumeReply.receiptHash, 32)
    attempts('resumeReply.keep', message.resumeReply.keep, LIVE_ATTEMPTS)
    return attempts('resumeReply.drop', message.resumeReply.drop, LIVE_ATTEMPTS)
  }
  if (message.drain !== undefined) return reason('drain.reason', message.drain.reason)
  validateMoney(message)
}

function validateMoney (message: Message): void {
  if (message.receipt !== undefined) return receipt('receipt', message.receipt)
  if (message.receiptAck !== undefined) {
    whole('receiptAck.seq', message.receiptAck.seq)
    bytes('receiptAck.hash', message.receiptAck.hash, 32)
    return bytes('receiptAck.signature', message.receiptAck.signature, 64)
  }
  if (message.settleRequest !== undefined) {
    amount('settleRequest.exposure', message.settleRequest.exposure)
    return amount('settleRequest.limit', message.settleRequest.limit)
  }
  if (message.refusal !== undefined) {
    if (message.refusal.seen !== undefined) bootClaim('refusal.seen', message.refusal.seen)
    return reason('refusal.reason', required('refusal.reason', message.refusal.reason))
  }
  if (message.draw !== undefined) return draw(message.draw)
  if (message.evidence !== undefined) return evidence('evidence', message.evidence)
  if (message.equivocation !== undefined) {
    text('equivocation.payer', message.equivocation.payer, NAME_CHARS)
    receipt('equivocation.first', message.equivocation.first)
    return receipt('equivocation.second', message.equivocation.second)
  }
  if (message.netting !== undefined) return netting('netting', message.netting)
  if (message.nettingAck !== undefined) bytes('nettingAck.hash', message.nettingAck.hash, 32)
}

/** Its text is read, and its signatures checked, by whom it concerns. */
function netting (field: string, { document }: Netting): void {
  if (document.length === 0 || document.length > NETTING_BYTES) refuse(`${field}.document`, `has ${document.length} bytes, 1 to ${NETTING_BYTES} are allowed`)
}

function draw (value: Draw): void {
  jobId('draw.jobId', value.jobId)
  bytes('draw.merkleRoot', value.merkleRoot, 32)
  count('draw.lots', value.lots, BATCH_ATTEMPTS)
  for (const lot of value.lots) bytes('draw.lots', lot, 32)
  count('draw.drawn', value.drawn, value.lots.length)
  for (const place of value.drawn) whole('draw.drawn', place, value.lots.length - 1)
}

/** What it proves is checked by whom it concerns. */
function evidence (field: string, value: Evidence): void {
  jobId(`${field}.jobId`, value.jobId)
  whole(`${field}.chunk`, value.chunk, LIMITS.chunksPerJob - 1)
  text(`${field}.coordinator`, value.coordinator, NAME_CHARS)
  for (const name of ['inputHash', 'appHash', 'paramsHash', 'specHash'] as const) bytes(`${field}.${name}`, value[name], 32)
  text(`${field}.imageDigest`, value.imageDigest, NAME_CHARS)
  attested(`${field}.accused`, value.accused)
  attested(`${field}.witness`, value.witness)
}

function attested (field: string, value: Attested | undefined): void {
  const { worker, epoch, resultHash, exitCode, signature } = required(field, value)
  text(`${field}.worker`, worker, NAME_CHARS)
  whole(`${field}.epoch`, epoch)
  bytes(`${field}.resultHash`, resultHash, 32)
  whole(`${field}.exitCode`, exitCode)
  bytes(`${field}.signature`, signature, 64)
}

/** Its text is read, and its signature checked, by whom it concerns. */
function receipt (field: string, value: Receipt | undefined): void {
  const { body, signature, countersignature } = required(field, value)
  if (body.length === 0 || body.length > RECEIPT_BYTES) refuse(`${field}.body`, `has ${body.length} bytes, 1 to ${RECEIPT_BYTES} are allowed`)
  bytes(`${field}.signature`, signature, 64)
  if (countersignature.length !== 0) bytes(`${field}.countersignature`, countersignature, 64)
}

function bootClaim (field: string, value: BootClaim | undefined): void {
  const { incarnation, bootId, signature } = required(field, value)
  whole(`${field}.incarnation`, incarnation)
  bytes(`${field}.bootId`, bootId, 16)
  bytes(`${field}.signature`, signature, 64)
}

function hello (value: Hello): void {
  if (value.version < 1 || value.minVersion > value.version) {
    refuse('hello.version', `says versions ${value.minVersion} to ${value.version}, which is no range`)
  }
  text('hello.role', value.role, STATE_CHARS)
  text('hello.agent', value.agent, NAME_CHARS)
  whole('hello.incarnation', value.incarnation)
  whole('hello.ledgerSeq', value.ledgerSeq)
  if (value.ledgerHash.length !== 0) bytes('hello.ledgerHash', value.ledgerHash, 32)
  if (value.sentAt !== undefined) whole('hello.sentAt', value.sentAt)
  if (value.bootId !== undefined && value.bootId.length !== 0) bytes('hello.bootId', value.bootId, 16)
}

function offer (value: Offer): void {
  whole('offer.offerSeq', value.offerSeq)
  whole('offer.slotsTotal', value.slotsTotal, SLOTS)
  whole('offer.slotsFree', value.slotsFree, value.slotsTotal)
  fraction('offer.cores', value.cores, CORES)
  count('offer.gpus', value.gpus, GPUS)
  for (const gpu of value.gpus) {
    text('offer.gpus.model', gpu.model, NAME_CHARS)
    text('offer.gpus.driver', gpu.driver, NAME_CHARS)
  }
  texts('offer.platforms', value.platforms, PLATFORMS, NAME_CHARS)
  texts('offer.runtimes', value.runtimes, PLATFORMS, NAME_CHARS)
  texts('offer.cachedApps', value.cachedApps, CACHED_APPS, NAME_CHARS)
  for (const name of ['isolation', 'numericClass', 'operator', 'cpuModel', 'arch'] as const) text(`offer.${name}`, value[name], NAME_CHARS)
  whole('offer.validForMs', value.validForMs)
  if (value.suspended !== undefined) reason('offer.suspended', value.suspended)
  for (const name of ['bandwidth', 'freeFor', 'speed'] as const) whole(`offer.${name}`, value[name])
}

function roundResult (value: RoundResult): void {
  jobId('roundResult.jobId', value.jobId)
  text('roundResult.outcome', value.outcome, STATE_CHARS)
  text('roundResult.term', value.term, STATE_CHARS)
  amount('roundResult.byUnits', value.byUnits)
  whole('roundResult.byPerMille', value.byPerMille, PER_MILLE)
  reason('roundResult.reason', value.reason)
}

function announce (value: Announce): void {
  jobId('announce.jobId', value.jobId)
  const needs = required('announce.requirements', value.requirements)
  for (const name of ['platform', 'isolation', 'network', 'arch', 'runtime'] as const) text(`announce.requirements.${name}`, needs[name], NAME_CHARS)
  text('announce.requirements.image', needs.image, IMAGE_CHARS)
  whole('announce.requirements.gpuCount', needs.gpuCount, GPUS)
  fraction('announce.requirements.minCores', needs.minCores, CORES)
  texts('announce.requirements.gpus', needs.gpus, GPUS, NAME_CHARS)
  whole('announce.workMs', value.workMs)
  whole('announce.chunksPending', value.chunksPending, LIMITS.chunksPerJob)
  text('announce.trust', value.trust, STATE_CHARS)
  amount('announce.maxPrice', value.maxPrice)
  whole('announce.deadline', value.deadline)
  text('announce.appHash', value.appHash, NAME_CHARS)
  text('announce.appName', value.appName, NAME_CHARS)
}

function lease (value: Lease): void {
  attempt('lease.attempt', value.attempt)
  whole('lease.incarnation', value.incarnation)
  ref('lease.spec', value.spec)
  ref('lease.input', value.input)
  amount('lease.price', value.price)
  bytes('lease.holdId', value.holdId, 16)
  whole('lease.ttlMs', value.ttlMs)
  bytes('lease.chunkSeed', value.chunkSeed, 32)
  bytes('lease.lotHash', value.lotHash, 32)
}

function live (field: string, values: readonly LiveAttempt[]): void {
  count(field, values, LIVE_ATTEMPTS)
  for (const value of values) {
    attempt(field, value.attempt)
    text(field, value.state, STATE_CHARS)
    whole(field, value.progress, 1000)
  }
}

function revealRequest (value: RevealRequest): void {
  whole('revealRequest.batchId', value.batchId)
  bytes('revealRequest.merkleRoot', value.merkleRoot, 32)
  if (value.attempts.length === 0) refuse('revealRequest.attempts', 'is empty')
  attempts('revealRequest.attempts', value.attempts, BATCH_ATTEMPTS)
}

function reveal (value: Reveal): void {
  whole('reveal.batchId', value.batchId)
  attempt('reveal.attempt', value.attempt)
  bytes('reveal.resultHash', value.resultHash, 32)
  bytes('reveal.nonce', value.nonce, 32)
  count('reveal.files', value.files, LIMITS.resultFiles)
  for (const file of value.files) {
    text('reveal.files.path', file.path, PATH_CHARS)
    ref('reveal.files.content', file.content)
  }
  if (value.manifest !== undefined) ref('reveal.manifest', value.manifest)
  // one that is missing is judged by who asked for the result
  if (value.attestation.length !== 0) bytes('reveal.attestation', value.attestation, 64)
  if (value.usage !== undefined) usage('reveal.usage', value.usage)
}

function failed (value: Failed): void {
  attempt('failed.attempt', value.attempt)
  text('failed.failureClass', value.failureClass, STATE_CHARS)
  reason('failed.reason', required('failed.reason', value.reason))
  text('failed.stderrTail', value.stderrTail, STDERR_CHARS)
  if (value.usage !== undefined) usage('failed.usage', value.usage)
}

function usage (field: string, value: UsageReport): void {
  for (const name of ['wallMs', 'cpuMs', 'peakMemoryBytes', 'outputBytes'] as const) whole(`${field}.${name}`, value[name])
}

function log (value: Log): void {
  attempt('log.attempt', value.attempt)
  text('log.stream', value.stream, STATE_CHARS)
  text('log.text', value.text, LIMITS.attemptLogBytes)
}
