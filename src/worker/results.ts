import type { Usage } from '../model/executor.ts'
import type { RevealRequest } from '../model/messages/control.ts'
import { reason } from '../model/reasons.ts'
import { signAttestation } from '../verification/attestation.ts'
import { commitment, merkleRoot } from '../verification/commitment.ts'
import { note } from './conduct.ts'
import { expectDraw } from './draws.ts'
import type { TaskResult } from './events.ts'
import { remove } from './forget.ts'
import { KEYS, localKey } from './keys.ts'
import { encodeAttempt } from './records.ts'
import { endRun } from './share.ts'
import type { WorkerAttempt } from './state.ts'
import type { WorkerTurn } from './turn.ts'
import { toWire } from './wire.ts'

/** An image that could not be had is asked for again after this long, milliseconds. */
const IMAGE_RETRY_MS = 300_000

/** A task has ended: its result is kept and committed to, or its coordinator told why there is none. */
export function onTaskDone (turn: WorkerTurn, key: string, result: TaskResult, content: readonly string[]): void {
  const attempt = turn.state.attempts.get(key)
  turn.effect({ kind: 'release', key })
  if (attempt === undefined || !result.ok) turn.forget(content)
  if (attempt === undefined) return
  endRun(turn.state, attempt, result.usage.wallMs, turn.now)
  if (!result.ok) {
    remove(turn, key, attempt)
    rememberImage(turn, result)
    if (result.givenBack !== undefined) turn.send(attempt.coordinator, { decline: { attempt: attempt.id, reason: result.givenBack } })
    else turn.send(attempt.coordinator, {
      failed: {
        attempt: attempt.id,
        failureClass: result.failureClass,
        reason: { code: result.code, text: result.message },
        exitCode: result.exitCode,
        stderrTail: result.stderrTail,
        usage: usageReport(result.usage)
      }
    })
    return
  }
  const { value, nonce, files, ran, manifest, usage } = result
  attempt.outcome = { value, nonce, files, ran, usage, ...(manifest === undefined ? {} : { manifest }) }
  attempt.state = 'COMMITTED'
  attempt.doneAt = turn.now
  turn.put(KEYS.attempt + key, encodeAttempt(attempt))
  sendCommit(turn, attempt)
}

/** An image that could not be had is not bid for again at once. */
function rememberImage ({ state, now }: WorkerTurn, result: TaskResult & { readonly ok: false }): void {
  if (result.image === undefined || (result.code !== 'IMAGE_UNAVAILABLE' && result.code !== 'IMAGE_REFUSED')) return
  for (const [name, { until }] of state.failedImages) if (until <= now) state.failedImages.delete(name)
  state.failedImages.set(result.image, { until: now + IMAGE_RETRY_MS, reason: reason(result.code, result.message) })
}

/** Binds this worker to a result, without showing it. */
export function sendCommit (turn: WorkerTurn, attempt: WorkerAttempt): void {
  const bound = commitmentOf(turn.state.self, attempt)
  if (bound === undefined) return
  attempt.saidAt = turn.now
  turn.send(attempt.coordinator, { commit: { attempt: attempt.id, commitment: Uint8Array.from(bound) } })
}

function commitmentOf (self: string, attempt: WorkerAttempt): Uint8Array | undefined {
  if (attempt.outcome === undefined) return undefined
  return commitment(attempt.id, self, Buffer.from(attempt.outcome.value, 'hex'), Buffer.from(attempt.outcome.nonce, 'hex'))
}

/** Shows the results of a batch, but only when the request is bound to the commitments that were made. */
export function onRevealRequest (turn: WorkerTurn, peer: string, request: RevealRequest): void {
  const asked = request.attempts.map(wire => turn.state.attempts.get(localKey(peer, wire)))
  const bound = asked.map(attempt => attempt === undefined ? undefined : commitmentOf(turn.state.self, attempt))
  if (bound.some(value => value === undefined)) {
    turn.effect({ kind: 'note', level: 'warn', text: 'a reveal was asked of an attempt that is not here', about: { coordinator: peer, batch: request.batchId } })
  } else if (Buffer.compare(merkleRoot(bound as Uint8Array[]), request.merkleRoot) !== 0) {
    turn.effect({ kind: 'note', level: 'warn', text: 'a reveal request does not match the commitments made', about: { coordinator: peer, batch: request.batchId } })
    note(turn, peer, 'forged')
    return
  } else expectDraw(turn, peer, request, asked as WorkerAttempt[], bound as Uint8Array[])
  for (const attempt of asked) if (attempt?.outcome !== undefined) reveal(turn, attempt, request.batchId)
}

function reveal (turn: WorkerTurn, attempt: WorkerAttempt, batchId: number): void {
  if (attempt.outcome === undefined) return
  const { value, nonce, files, ran, manifest, usage } = attempt.outcome
  const { self, signer } = turn.state
  const work = { ...ran, inputHash: attempt.input.sha256, specHash: attempt.spec.sha256 }
  if (attempt.state !== 'ACCEPTED') attempt.state = 'REVEALED'
  turn.sendWithNext(attempt.coordinator, {
    reveal: {
      batchId,
      attempt: attempt.id,
      resultHash: Uint8Array.from(Buffer.from(value, 'hex')),
      nonce: Uint8Array.from(Buffer.from(nonce, 'hex')),
      exitCode: 0,
      files: manifest === undefined ? files.map(file => ({ path: file.path, content: toWire(file) })) : [],
      ...(manifest === undefined ? {} : { manifest: toWire(manifest) }),
      usage: usageReport(usage),
      attestation: signAttestation({ ...attempt.id, ...work, worker: self, coordinator: attempt.coordinator, resultHash: value, exitCode: 0 }, signer)
    }
  })
}

function usageReport (usage: Usage) {
  return { wallMs: Math.round(usage.wallMs), cpuMs: Math.round(usage.cpuMs), peakMemoryBytes: Math.round(usage.peakMemoryBytes), outputBytes: usage.outputBytes ?? 0 }
}
