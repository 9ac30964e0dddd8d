import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'

const closed = { additionalProperties: false }
/** ByteChips */
const Amount = Type.Number({ minimum: 0, maximum: 1_000_000_000 })

/** Longest time a price script may take, milliseconds: a round is open for 2 s. */
const MOST_SCRIPT_MS = 1500

/** What a machine's owner asks for a chunk. */
export const PriceRulesSchema = Type.Object({
  /** `level`: the suggested tariff times `level`. `tariff`: `core`, `gib` and `gpu`. `script`: what the owner's program says */
  strategy: Type.Union([Type.Literal('level'), Type.Literal('tariff'), Type.Literal('script')]),
  /** per mille of the suggested tariff */
  level: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  /** ByteChips for an hour of one core, of one GiB of memory, and of one GPU */
  core: Amount,
  gib: Amount,
  gpu: Amount,
  /** a program and its arguments: it gets the job as JSON on its standard input and answers {"price": 0.5} or {"no": "why"} on its standard output */
  script: Type.Union([Type.Null(), Type.Array(Type.String({ minLength: 1, maxLength: 4096 }), { minItems: 1, maxItems: 32 })]),
  /** how long it may take, milliseconds */
  scriptMs: Type.Integer({ minimum: 10, maximum: MOST_SCRIPT_MS }),
  /** never less and never more than this for a chunk, ByteChips; null: no bound */
  minimum: Type.Union([Type.Null(), Amount]),
  maximum: Type.Union([Type.Null(), Amount])
}, closed)
export type PriceRules = Static<typeof PriceRulesSchema>

export const DEFAULT_PRICES: PriceRules = { strategy: 'level', level: 1000, core: 0.75, gib: 0.25, gpu: 0, script: null, scriptMs: 1000, minimum: null, maximum: null }

/** Two settings that cannot both be meant, and why; undefined when all is well. */
export function priceContradiction (rules: PriceRules): { readonly one: keyof PriceRules, readonly other: keyof PriceRules, readonly why: string } | undefined {
  const { strategy, script, minimum, maximum } = rules
  if (minimum !== null && maximum !== null && minimum > maximum) return { one: 'minimum', other: 'maximum', why: 'no price is both' }
  if (strategy === 'script' && script === null) return { one: 'strategy', other: 'script', why: 'there is no program to ask' }
  return undefined
}
