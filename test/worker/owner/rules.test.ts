import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PROFILES, PROFILE_RULES, WEEKDAYS } from '../../../src/model/owner-rules.ts'
import { allowanceOf } from '../../../src/worker/owner/allowance.ts'
import type { Allowance } from '../../../src/worker/owner/allowance.ts'
import { NOTHING_SEEN } from '../../../src/worker/owner/conditions.ts'
import type { Conditions } from '../../../src/worker/owner/conditions.ts'
import { scheduleAt } from '../../../src/worker/owner/schedule.ts'
import { rulesOf } from '../../../src/worker/owner/settings.ts'

const CAPACITY = { cores: 8, memoryMiB: 16_384, tasks: 8 }
const NOON = Date.parse('2026-03-04T12:00:00Z')
const seen = (some: Partial<Conditions>): Conditions => ({ ...NOTHING_SEEN, ...some })
const allowed = (settings: object, some: Partial<Conditions> = {}, now = NOON, before?: Allowance): Allowance => allowanceOf(rulesOf(settings), CAPACITY, seen(some), undefined, now, before)

describe('an owner\'s settings', () => {
  it('take the rest from their profile', () => {
    for (const profile of PROFILES) expect(rulesOf({ profile })).toEqual(PROFILE_RULES[profile])
    expect(rulesOf({ inUse: { cpu: 20 } })).toEqual({ ...PROFILE_RULES.desktop, inUse: { cpu: 20, memory: 50 } })
  })

  it.each([
    [{ inUse: { cpu: 95 } }, 'inUse.cpu', 'idle.cpu'],
    [{ idle: { memory: 10 } }, 'inUse.memory', 'idle.memory'],
    [{ whenInUse: 'pause', inUse: { cpu: 10 } }, 'whenInUse', 'inUse'],
    [{ pauseAbove: 10 }, 'pauseAbove', 'inUseAbove'],
    [{ coordinators: { allow: ['a'], deny: ['a'] } }, 'coordinators.allow', 'coordinators.deny'],
    [{ images: { allow: ['x*', 'y'], deny: ['y'] } }, 'images.allow', 'images.deny']
  ])('are refused where two contradict each other, and both are named: %j', (settings, one, other) => {
    expect(() => rulesOf(settings)).toThrow(expect.objectContaining({ code: 'NS_E_CONFIG', message: expect.stringMatching(new RegExp(`"${one}".*"${other}".*contradict`)) }))
  })

  it.each([
    [{ idleAfter: 'soon' }, 'idleAfter'],
    [{ inUse: { cpu: 0 } }, 'inUse.cpu'],
    [{ cpus: 3 }, 'cpus'],
    [{ profile: 'mornings' }, 'profile'],
    [{ schedule: { timeZone: 'Mars/Olympus', hours: { monday: ['08:00-09:00'] } } }, 'schedule.timeZone'],
    [{ schedule: { timeZone: 'UTC', hours: {} } }, 'schedule.hours'],
    [{ schedule: { timeZone: 'UTC', hours: { monday: ['09:00-09:00'] } } }, 'schedule.hours.monday'],
    [{ schedule: { timeZone: 'UTC', hours: { monday: ['25:00-26:00'] } } }, 'schedule.hours.monday']
  ])('are refused by name when malformed: %j', (settings, name) => {
    expect(() => rulesOf(settings)).toThrow(expect.objectContaining({ code: 'NS_E_CONFIG', message: expect.stringContaining(`"${name}`) }))
  })
})

describe('an allowance', () => {
  it('is less while the machine is in use, by its input where somebody is logged in', () => {
    expect(allowed({}, { inputIdleMs: 5000 })).toMatchObject({ tasks: 4, memoryMiB: 8192, takesWork: true, inUse: true, gpus: false, reason: { code: 'MACHINE_IN_USE' } })
    expect(allowed({}, { inputIdleMs: 600_000 })).toMatchObject({ tasks: 7, memoryMiB: 14_745, inUse: false, gpus: true })
  })

  it('is less while the machine is in use, by its load where nobody is', () => {
    expect(allowed({}, { otherLoad: 30 })).toMatchObject({ tasks: 4, inUse: true })
    expect(allowed({}, { otherLoad: 20 })).toMatchObject({ tasks: 7, inUse: false })
  })

  it('says that less than a core is lent, which most jobs cannot use', () => {
    const small = { cores: 2, memoryMiB: 4096, tasks: 1 }
    expect(allowanceOf(rulesOf({ inUse: { cpu: 25 } }), small, seen({ inputIdleMs: 0 }), undefined, NOON).reason).toMatchObject({ code: 'MACHINE_IN_USE', text: expect.stringContaining('0.5 of 2 cores') })
    expect(allowanceOf(rulesOf({}), { ...small, cores: 1 }, seen({}), undefined, NOON)).toMatchObject({ takesWork: true, reason: { code: 'CORES_TOO_FEW', text: expect.stringContaining('0.9 of 1 cores') } })
    expect(allowanceOf(rulesOf({}), small, seen({ inputIdleMs: 0 }), undefined, NOON).reason).toBeUndefined()
  })

  it('says how much of a small quota is used', () => {
    expect(allowed({ traffic: { gib: 0.001, days: 1 } }, { trafficBytes: 2_000_000 }).reason?.text).toBe('0.002 of 0.001 GiB of traffic in 1 days are used up')
  })

  it.each([
    ['ON_BATTERY', {}, { onBattery: true }],
    ['OTHER_LOAD', {}, { otherLoad: 80 }],
    ['MACHINE_IN_USE', { whenInUse: 'pause' }, { inputIdleMs: 100 }],
    ['OUTSIDE_HOURS', { schedule: { timeZone: 'UTC', hours: { wednesday: ['13:00-14:00'] } } }, {}]
  ])('holds what runs and says why: %s', (code, settings, some) => {
    expect(allowed(settings, some)).toMatchObject({ takesWork: false, suspended: true, reason: { code } })
  })

  it.each([
    ['TRAFFIC_QUOTA', { traffic: { gib: 1, days: 30 } }, { trafficBytes: 2 ** 30 }],
    ['DISK_QUOTA', { diskGib: 2 }, { diskBytes: 2 * 2 ** 30 }]
  ])('takes nothing more, but lets run what runs: %s', (code, settings, some) => {
    expect(allowed(settings, some)).toMatchObject({ takesWork: false, suspended: false, reason: { code } })
  })

  it('does not flicker around the load it pauses above', () => {
    const paused = allowed({}, { otherLoad: 80 })
    expect(allowed({}, { otherLoad: 70 }, NOON, paused)).toMatchObject({ suspended: true, reason: { code: 'OTHER_LOAD' } })
    expect(allowed({}, { otherLoad: 55 }, NOON, paused)).toMatchObject({ suspended: false })
  })

  it('is nothing while its owner says so, and comes back by itself', () => {
    const pause = { kind: 'pause' as const, until: NOON + 1000, release: true }
    const at = (now: number): Allowance => allowanceOf(rulesOf({}), CAPACITY, NOTHING_SEEN, pause, now)
    expect(at(NOON)).toMatchObject({ suspended: true, release: true, until: NOON + 1000, reason: { code: 'OWNER_PAUSED' } })
    expect(at(NOON + 1000)).toMatchObject({ suspended: false, takesWork: true })
  })

  it('never exceeds the caps, and always says why it takes no work', () => {
    fc.assert(fc.property(
      fc.record({ otherLoad: fc.float({ min: 0, max: 100, noNaN: true }), onBattery: fc.boolean(), trafficBytes: fc.nat(), diskBytes: fc.nat() }),
      fc.option(fc.nat(1_000_000), { nil: undefined }), fc.constantFrom(...PROFILES), fc.nat(7 * 86_400_000),
      (some, inputIdleMs, profile, later) => {
        const rules = rulesOf({ profile })
        const got = allowanceOf(rules, CAPACITY, { ...some, ...inputIdleMs === undefined ? {} : { inputIdleMs } }, undefined, NOON + later)
        const caps = got.inUse ? rules.inUse : rules.idle
        expect(got.tasks).toBeLessThanOrEqual(Math.max(1, CAPACITY.cores * caps.cpu / 100))
        expect(got.memoryMiB).toBeLessThanOrEqual(CAPACITY.memoryMiB * caps.memory / 100)
        expect(got.takesWork || got.reason !== undefined).toBe(true)
        expect(got.suspended && got.takesWork).toBe(false)
      }
    ))
  })
})

describe('a schedule', () => {
  const nights = { timeZone: 'Europe/Vienna', hours: Object.fromEntries(WEEKDAYS.map(day => [day, ['22:00-06:00']])) }
  const vienna = (text: string): number => Date.parse(text)

  it('goes on past midnight', () => {
    expect(scheduleAt(nights, vienna('2026-03-04T23:30:00+01:00'))).toEqual({ open: true, changesAt: vienna('2026-03-05T06:00:00+01:00') })
    expect(scheduleAt(nights, vienna('2026-03-05T05:59:59+01:00'))).toEqual({ open: true, changesAt: vienna('2026-03-05T06:00:00+01:00') })
    expect(scheduleAt(nights, vienna('2026-03-05T12:00:00+01:00'))).toEqual({ open: false, changesAt: vienna('2026-03-05T22:00:00+01:00') })
  })

  it('follows the clock changes of its zone', () => {
    expect(scheduleAt(nights, vienna('2026-03-28T23:00:00+01:00')).changesAt).toBe(vienna('2026-03-29T06:00:00+02:00'))
    expect(scheduleAt(nights, vienna('2026-10-24T23:00:00+02:00')).changesAt).toBe(vienna('2026-10-25T06:00:00+01:00'))
  })

  it('joins spans that touch, and knows days without hours', () => {
    const weekend = { timeZone: 'UTC', hours: { saturday: ['00:00-24:00'], sunday: ['00:00-24:00'] } }
    expect(scheduleAt(weekend, Date.parse('2026-03-07T10:00:00Z'))).toEqual({ open: true, changesAt: Date.parse('2026-03-09T00:00:00Z') })
    expect(scheduleAt(weekend, Date.parse('2026-03-09T00:00:00Z'))).toEqual({ open: false, changesAt: Date.parse('2026-03-14T00:00:00Z') })
    const always = { timeZone: 'UTC', hours: Object.fromEntries(WEEKDAYS.map(day => [day, ['00:00-24:00']])) }
    expect(scheduleAt(always, NOON)).toEqual({ open: true })
  })
})
