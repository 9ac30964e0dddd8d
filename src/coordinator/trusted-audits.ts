import { isAuditedThoughTrusted, lotOf } from '../verification/audit.ts'
import type { Vote } from '../verification/quorum.ts'
import { chunkClass } from './classes.ts'
import { comparesBytes } from './examination.ts'
import { endAttempt, idOf } from './attempts.ts'
import type { Found } from './attempts.ts'
import type { TrustedOutcome } from './events.ts'
import type { Attempt, Chunk } from './state.ts'
import { hasReferee, isAdaptive } from './tiers.ts'
import type { Turn } from './turn.ts'

/**
 * One in a hundred results of peers that the owner named is run again by the
 * coordinator itself: a machine that is trusted may break, or be taken over.
 * Where the coordinator cannot run the app nobody is trusted more than they are, and none is.
 */
export function drawTrusted (turn: Turn, { job, chunk, attempt }: Found): void {
  if (!attempt.trusted || chunk.audit !== undefined || !isAdaptive(job) || !comparesBytes(job) || !hasReferee(turn.state, job, chunkClass(chunk))) return
  if (!isAuditedThoughTrusted(lotOf(job.record.seed, idOf(job, chunk, attempt)), Buffer.from(attempt.commitment ?? '', 'hex'))) return
  attempt.drawn = 'trusted'
  chunk.audit = 'trusted'
  job.record.checks.audits++
}

/** True while a trusted peer's result waits for the coordinator's own run. */
export function awaitsOwnRun (self: string, chunk: Chunk, shown: readonly Attempt[]): boolean {
  return chunk.audit === 'trusted' && chunk.attempts.some(isDrawn) && !shown.some(attempt => attempt.worker === self)
}

/** The coordinator's own run decides over what a peer it trusts found. */
export function ownFirst (votes: readonly Vote[], self: string): readonly Vote[] {
  return [...votes].sort((a, b) => Number(b.group === self) - Number(a.group === self))
}

/** The coordinator could not run what it wanted to check: the trusted peer's word stands. False when the run was for something else. */
export function dropTrustedAudit (turn: Turn, { job, chunk, attempt }: Found, { reason }: TrustedOutcome & { readonly ok: false }): boolean {
  if (chunk.audit !== 'trusted' || !chunk.attempts.some(isDrawn)) return false
  delete chunk.audit
  endAttempt(turn, job, chunk, attempt, 'FAILED', reason)
  turn.effect({ kind: 'note', level: 'warn', text: `a trusted worker's result could not be checked here: ${reason.text}`, about: { job: job.record.id, chunk: chunk.index } })
  return true
}

function isDrawn (attempt: Attempt): boolean {
  return attempt.trusted && attempt.drawn !== undefined && (attempt.state === 'COMMITTED' || attempt.state === 'REVEALED')
}
