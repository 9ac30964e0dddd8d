import { Type } from '@sinclair/typebox'
import type { Static, TSchema } from '@sinclair/typebox'
import { PriceRulesSchema } from './price-rules.ts'

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
export type Weekday = typeof WEEKDAYS[number]

const closed = { additionalProperties: false }
const Percent = Type.Number({ minimum: 1, maximum: 100 })
const Caps = Type.Object({ cpu: Percent, memory: Percent }, closed)
const Patterns = Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 1000 })
const Lists = Type.Object({ allow: Patterns, deny: Patterns }, closed)
/** `22:00-24:00`; one that ends before it begins goes on into the next day */
const Hours = Type.Array(Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d-(([01]\\d|2[0-3]):[0-5]\\d|24:00)$' }), { maxItems: 24 })

const fields = {
  /** most that strangers' apps may take while the machine is used, percent of all cores and of all memory */
  inUse: Caps,
  /** the same while nobody uses it */
  idle: Caps,
  /** nobody has touched keyboard, mouse or terminal for so long: the machine is idle, seconds */
  idleAfter: Type.Number({ minimum: 10, maximum: 86_400 }),
  /** while it is used: go on within the `inUse` caps, or not at all */
  whenInUse: Type.Union([Type.Literal('reduce'), Type.Literal('pause')]),
  /** where no one is logged in: in use when other programs take more than this, percent of all cores */
  inUseAbove: Percent,
  /** not at all when other programs take more than this, percent of all cores; null: whatever they take */
  pauseAbove: Type.Union([Percent, Type.Null()]),
  onBattery: Type.Union([Type.Literal('pause'), Type.Literal('run')]),
  /** when to work; null: always. Days that are not named have no hours. `timeZone`: IANA name, or `local` */
  schedule: Type.Union([Type.Null(), Type.Object({
    timeZone: Type.String({ minLength: 1, maxLength: 64 }),
    hours: Type.Partial(Type.Object({ monday: Hours, tuesday: Hours, wednesday: Hours, thursday: Hours, friday: Hours, saturday: Hours, sunday: Hours }), closed)
  }, closed)]),
  /** most bytes in and out within the last `days` days, containers included, GiB; null: as many as it takes */
  traffic: Type.Union([Type.Null(), Type.Object({ gib: Type.Number({ exclusiveMinimum: 0, maximum: 1_000_000 }), days: Type.Integer({ minimum: 1, maximum: 366 }) }, closed)]),
  /** most room for content, images and results, GiB */
  diskGib: Type.Number({ exclusiveMinimum: 0, maximum: 1_000_000 }),
  /** GPUs are lent never, while the machine is idle, or always */
  gpu: Type.Union([Type.Literal('never'), Type.Literal('idle'), Type.Literal('always')]),
  /** scheduling priority of apps, 0 (like any program) to 19 (only what is left over) */
  nice: Type.Integer({ minimum: 0, maximum: 19 }),
  /** whom and what to work for: peer ids of coordinators, names of apps and images; `*` for any characters, `deny` wins, an empty `allow` means all */
  coordinators: Lists,
  apps: Lists,
  images: Lists,
  /** what a chunk costs, as far as it differs from what the worker was started with */
  price: Type.Partial(PriceRulesSchema, closed)
}

/** What the owner of a machine allows on it, complete. */
export const OwnerRulesSchema = Type.Object(fields, closed)
export type OwnerRules = Static<typeof OwnerRulesSchema>

export const PROFILES = ['desktop', 'always', 'nights'] as const
export type OwnerProfile = typeof PROFILES[number]

/** What the owner wrote: a profile, and what differs from it. Caps and lists may name one of their two fields. */
export const OwnerSettingsSchema: TSchema = Type.Partial(Type.Object({
  profile: Type.Union(PROFILES.map(name => Type.Literal(name))),
  ...fields,
  inUse: Type.Partial(Caps, closed),
  idle: Type.Partial(Caps, closed),
  coordinators: Type.Partial(Lists, closed),
  apps: Type.Partial(Lists, closed),
  images: Type.Partial(Lists, closed)
}), closed)

/** Is there a setting, or a group of them, of this name. */
export function isSetting (name: string): boolean {
  return Object.hasOwn(OwnerSettingsSchema['properties'] as object, name)
}

type InParts = 'inUse' | 'idle' | 'coordinators' | 'apps' | 'images'
export type OwnerSettings = { readonly profile?: OwnerProfile } & Partial<Omit<OwnerRules, InParts>> & { readonly [K in InParts]?: Partial<OwnerRules[K]> }

const EVERYTHING: Static<typeof Lists> = { allow: [], deny: [] }
const EVERY_DAY = (hours: readonly string[]): Record<Weekday, string[]> => Object.fromEntries(WEEKDAYS.map(day => [day, [...hours]])) as Record<Weekday, string[]>

const DESKTOP: OwnerRules = {
  inUse: { cpu: 50, memory: 50 },
  idle: { cpu: 90, memory: 90 },
  idleAfter: 300,
  whenInUse: 'reduce',
  inUseAbove: 25,
  pauseAbove: 75,
  onBattery: 'pause',
  schedule: null,
  traffic: null,
  diskGib: 10,
  gpu: 'idle',
  nice: 10,
  coordinators: EVERYTHING,
  apps: EVERYTHING,
  images: EVERYTHING,
  price: {}
}

/**
 * `desktop`: a machine somebody works at. `always`: one that is there for this
 * alone. `nights`: one that is free from 22:00 to 06:00, and used by day.
 */
export const PROFILE_RULES: Readonly<Record<OwnerProfile, OwnerRules>> = {
  desktop: DESKTOP,
  always: { ...DESKTOP, inUse: { cpu: 100, memory: 90 }, idle: { cpu: 100, memory: 90 }, pauseAbove: null, onBattery: 'run', gpu: 'always', nice: 5 },
  nights: { ...DESKTOP, whenInUse: 'pause', schedule: { timeZone: 'local', hours: EVERY_DAY(['22:00-06:00']) } }
}
