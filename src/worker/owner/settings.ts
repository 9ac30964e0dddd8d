import { Value } from '@sinclair/typebox/value'
import type { ValueError } from '@sinclair/typebox/value'
import { IANAZone } from 'luxon'
import { NightshiftError } from '../../model/errors.ts'
import { OwnerSettingsSchema, PROFILE_RULES } from '../../model/owner-rules.ts'
import type { OwnerProfile, OwnerRules, OwnerSettings } from '../../model/owner-rules.ts'
import { DEFAULT_PRICES, priceContradiction } from '../../model/price-rules.ts'

/** What a machine does whose owner said nothing. */
const DEFAULT_PROFILE: OwnerProfile = 'desktop'

/**
 * The full rules of what an owner wrote.
 * @throws NS_E_CONFIG naming the setting that is malformed, or the two that contradict each other
 */
export function rulesOf (written: unknown): OwnerRules {
  if (!Value.Check(OwnerSettingsSchema, written)) {
    const { setting, why } = problemOf(Value.Errors(OwnerSettingsSchema, written).First())
    throw wrong(`the setting "${setting}" is not valid: ${why}`, remedyFor(setting))
  }
  const { profile = DEFAULT_PROFILE, inUse, idle, coordinators, apps, images, ...plain } = written as OwnerSettings
  const base = PROFILE_RULES[profile]
  const rules: OwnerRules = {
    ...base,
    ...plain,
    inUse: { ...base.inUse, ...inUse },
    idle: { ...base.idle, ...idle },
    coordinators: { ...base.coordinators, ...coordinators },
    apps: { ...base.apps, ...apps },
    images: { ...base.images, ...images }
  }
  checkContradictions(rules, written as OwnerSettings)
  return rules
}

/** Settings that cannot both be meant are refused by name: guessing which one counts is how owners come to regret. */
function checkContradictions (rules: OwnerRules, written: OwnerSettings): void {
  for (const what of ['cpu', 'memory'] as const) {
    if (rules.inUse[what] > rules.idle[what]) contradict(`inUse.${what}`, rules.inUse[what], `idle.${what}`, rules.idle[what], 'more would be taken while you use the machine than while you do not')
  }
  if (rules.whenInUse === 'pause' && written.inUse !== undefined) contradict('whenInUse', 'pause', 'inUse', written.inUse, 'what does not run at all needs no caps')
  if (rules.pauseAbove !== null && rules.pauseAbove < rules.inUseAbove) contradict('pauseAbove', rules.pauseAbove, 'inUseAbove', rules.inUseAbove, 'it would pause before it counts as in use')
  for (const list of ['coordinators', 'apps', 'images'] as const) {
    const both = rules[list].allow.find(pattern => rules[list].deny.includes(pattern))
    if (both !== undefined) contradict(`${list}.allow`, both, `${list}.deny`, both, 'it cannot be both')
  }
  const prices = { ...DEFAULT_PRICES, ...rules.price }
  const clash = priceContradiction(prices)
  if (clash !== undefined) contradict(`price.${clash.one}`, prices[clash.one], `price.${clash.other}`, prices[clash.other], clash.why)
  if (rules.schedule !== null) {
    const { timeZone, hours } = rules.schedule
    if (timeZone !== 'local' && !IANAZone.isValidZone(timeZone)) throw wrong(`the setting "schedule.timeZone" names no time zone: ${timeZone}`, 'write an IANA name like "Europe/Vienna", or "local"')
    if (Object.values(hours).every(spans => (spans ?? []).length === 0)) throw wrong('the setting "schedule.hours" has no hours: this machine would never work', 'name hours, or set "schedule" to null')
    for (const [day, spans] of Object.entries(hours)) {
      const empty = (spans ?? []).find(span => span.slice(0, 5) === span.slice(6))
      if (empty !== undefined) throw wrong(`the setting "schedule.hours.${day}" has the span ${empty}, which is empty`, 'a whole day is 00:00-24:00')
    }
  }
}

/** Settings that are no plain value, as a command line has them. */
const EXAMPLES: readonly (readonly [RegExp, string])[] = [
  [/^schedule/, `schedule '{"timeZone": "Europe/Vienna", "hours": {"monday": ["22:00-06:00"]}}'`],
  [/^traffic/, `traffic '{"gib": 50, "days": 30}'`],
  [/^(coordinators|apps|images)/, `apps.deny '["name*"]'`],
  [/^price\.script$/, `price.script '["/home/me/price", "--night"]'`]
]

function remedyFor (setting: string): string {
  const example = EXAMPLES.find(([pattern]) => pattern.test(setting))?.[1]
  return example === undefined ? 'see "nightshift config list" for the settings there are' : `write it like: nightshift config set ${example}`
}

/** What is wrong, as deep inside as it can be told. */
function problemOf (error: ValueError | undefined): { readonly setting: string, readonly why: string } {
  if (error === undefined) return { setting: '', why: 'malformed' }
  const choices = (error.schema['anyOf'] as { const?: unknown }[] | undefined)?.map(one => one.const)
  const inner = error.errors.flatMap(each => [...each]).sort((a, b) => b.path.length - a.path.length)[0]
  if (inner !== undefined && inner.path.length > error.path.length) return problemOf(inner)
  const why = choices?.every(choice => choice !== undefined) === true ? `it must be one of ${choices.map(choice => JSON.stringify(choice)).join(', ')}` : error.message
  return { setting: error.path.slice(1).replaceAll('/', '.'), why: `${why}${error.value === undefined ? '' : `; it is ${JSON.stringify(error.value).slice(0, 100)}`}` }
}

function contradict (one: string, value: unknown, other: string, otherValue: unknown, why: string): never {
  throw wrong(`the settings "${one}" (${JSON.stringify(value)}) and "${other}" (${JSON.stringify(otherValue)}) contradict each other: ${why}`, `change "${one}" or "${other}"`)
}

function wrong (what: string, remedy: string): NightshiftError {
  return new NightshiftError('NS_E_CONFIG', what, { remedy })
}
