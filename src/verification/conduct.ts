import { reason } from '../model/reasons.ts'
import type { Reason } from '../model/reasons.ts'

/** What a coordinator may do to a worker, for better or worse. Counts are of results, but for draws, which are of batches. */
export interface Deeds {
  /** judged right */
  readonly accepted: number
  /** covered by a receipt */
  readonly paid: number
  /** accepted, and not paid within a day */
  readonly unpaid: number
  /** taken back without a judgement after the worker was bound to them */
  readonly late: number
  /** refused without evidence, or with evidence that proves nothing */
  readonly unexplained: number
  /** refused with evidence: somebody signed for another result */
  readonly contested: number
  /** batches of which what was audited is what was drawn */
  readonly fairDraws: number
  /** batches of which it is not, and requests to show results that are not bound to what was committed */
  readonly forged: number
  /** batches of which it was never said what was audited */
  readonly missingDraws: number
}

/** What a worker remembers of how a coordinator treated it. The mirror image of a standing: kept by the worker, for itself. */
export interface Conduct extends Deeds {
  /** when it last changed, milliseconds */
  readonly at: number
}

/** Everything counts half after this long, milliseconds: whoever behaves better is worked for again. */
const HALF_LIFE_MS = 7 * 24 * 3600 * 1000
/** Faults that are needed before any coordinator is refused: a few may be bad luck. */
export const LEAST_FAULTS = 3
/** Share of faults among everything that ended, well or not, above which a coordinator is unfair. */
export const UNFAIR_SHARE = 0.2
/** An honest coordinator cannot do that by mistake: once is too often, until it has faded by half. */
const FORGED = 0.5

const NO_DEEDS: Deeds = { accepted: 0, paid: 0, unpaid: 0, late: 0, unexplained: 0, contested: 0, fairDraws: 0, forged: 0, missingDraws: 0 }

/**
 * How much of a fault each deed is. A result that is refused with evidence may be
 * wrong, whatever its worker believes; a draw that was not shown may be lost on
 * the way: such weigh little, and only their number tells.
 */
const FAULTS: Partial<Record<keyof Deeds, number>> = { unpaid: 1, late: 1, unexplained: 1, contested: 0.25, missingDraws: 0.25 }

export function newConduct (): Conduct {
  return { ...NO_DEEDS, at: 0 }
}

/** Conduct as it counts now. */
export function faded (conduct: Conduct, now: number): Conduct {
  const fade = 0.5 ** (Math.max(0, now - conduct.at) / HALF_LIFE_MS)
  const counts = Object.fromEntries(DEEDS.map(deed => [deed, conduct[deed] * fade])) as unknown as Deeds
  return { ...counts, at: Math.max(now, conduct.at) }
}

const DEEDS = Object.keys(NO_DEEDS) as readonly (keyof Deeds)[]

export function withDeed (conduct: Conduct, deed: keyof Deeds, now: number, weight = 1): Conduct {
  const before = faded(conduct, now)
  return { ...before, [deed]: before[deed] + weight }
}

/** Weighted faults of a coordinator. */
export function faultsOf (deeds: Deeds): number {
  return DEEDS.reduce((sum, deed) => sum + (FAULTS[deed] ?? 0) * deeds[deed], 0)
}

/** Why a coordinator is not worked for any more, with the figures; undefined while it is. */
export function unfairness (conduct: Conduct, now: number): Reason | undefined {
  const deeds = faded(conduct, now)
  if (deeds.forged >= FORGED) return reason('COORDINATOR_UNFAIR', `it audited results that did not draw it, or asked for others than were committed to${figures(deeds)}`)
  const faults = faultsOf(deeds)
  if (faults < LEAST_FAULTS || faults <= UNFAIR_SHARE * (faults + Math.max(deeds.paid, deeds.accepted))) return undefined
  return reason('COORDINATOR_UNFAIR', `of what was done for it too much was not paid for without a reason that can be checked${figures(deeds)}`)
}

function figures (deeds: Deeds): string {
  const round = (count: number): number => Math.round(count * 10) / 10
  return `: accepted ${round(deeds.accepted)}, paid ${round(deeds.paid)}, accepted and never paid ${round(deeds.unpaid)}, taken back late ${round(deeds.late)}, refused without evidence ${round(deeds.unexplained)}, with evidence ${round(deeds.contested)}, ` +
    `forged ${round(deeds.forged)}, draws shown ${round(deeds.fairDraws)}, not shown ${round(deeds.missingDraws)}; each counts half after a week`
}
