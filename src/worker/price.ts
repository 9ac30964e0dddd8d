import { chunkPrice, clampPrice, tariffPrice } from '../market/pricing.ts'
import type { Announce } from '../model/messages/control.ts'
import { formatByc, unitsOf } from '../model/money.ts'
import type { RequirementsView } from '../model/offer.ts'
import { DEFAULT_PRICES } from '../model/price-rules.ts'
import type { PriceRules } from '../model/price-rules.ts'
import { reason } from '../model/reasons.ts'
import type { Reason } from '../model/reasons.ts'
import type { WorkerState } from './state.ts'

/** What the owner's program is asked. */
export interface PriceQuestion {
  /** names the announcement it is about */
  readonly key: string
  readonly command: readonly string[]
  readonly timeoutMs: number
  /** what it gets on its standard input */
  readonly job: string
}

/** What came of asking it: a price in units, a no of the owner, or why there is neither. */
export type PriceAnswer =
  | { readonly kind: 'price', readonly price: bigint }
  | { readonly kind: 'no', readonly why: string }
  | { readonly kind: 'failed', readonly why: string }

/** The rules in force: the owner's settings before what the worker was started with. */
export function priceRules ({ config, owner }: WorkerState): PriceRules {
  return { ...DEFAULT_PRICES, level: config.priceLevel, ...config.price, ...owner.rules?.price }
}

/** The price by level or tariff, in units; undefined where a program decides. */
export function ownPrice (state: WorkerState, needs: RequirementsView, workMs: number): bigint | undefined {
  const rules = priceRules(state)
  if (rules.strategy === 'script') return undefined
  return bounded(rules, rules.strategy === 'level' ? chunkPrice(needs, workMs, rules.level) : tariffPrice(needs, workMs, rules))
}

export function bounded ({ minimum, maximum }: PriceRules, price: bigint): bigint {
  return clampPrice(price, minimum === null ? undefined : unitsOf(minimum), maximum === null ? undefined : unitsOf(maximum))
}

/** What offers say of the price: per mille of the suggested tariff for one core and one GiB. Bids are what counts. */
export function advertisedLevel (state: WorkerState): number {
  const { strategy, level, core, gib } = priceRules(state)
  return strategy === 'tariff' ? Math.max(1, Math.round((core + gib) * 1000)) : level
}

export function questionFor (rules: PriceRules, key: string, coordinator: string, announce: Announce): PriceQuestion {
  const { requirements, jobId, appName, appHash, workMs, chunksPending, maxPrice, trust } = announce
  return {
    key,
    command: rules.script ?? [],
    timeoutMs: rules.scriptMs,
    job: JSON.stringify({ job: jobId, coordinator, app: { name: appName, hash: appHash }, chunks: chunksPending, workMs, maxPrice: formatByc(maxPrice), trust, requirements })
  }
}

/** What the owner sees of a program that did not answer. Its output is nobody else's business. */
export function scriptTrouble (why: string): { readonly own: Reason, readonly told: Reason } {
  return { own: reason('PRICE_SCRIPT_FAILED', `the price script gave no price: ${why}`), told: reason('PRICE_SCRIPT_FAILED', 'its owner\'s price script gave no price') }
}
