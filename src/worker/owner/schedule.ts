import { DateTime } from 'luxon'
import { WEEKDAYS } from '../../model/owner-rules.ts'
import type { OwnerRules } from '../../model/owner-rules.ts'

export interface ScheduleState {
  readonly open: boolean
  /** when that changes next, milliseconds since the epoch; absent when it never does */
  readonly changesAt?: number
}

/** Days looked at: a whole week round the one that is now. */
const DAYS = [-1, 0, 1, 2, 3, 4, 5, 6, 7, 8]

/** Whether the schedule is open at `now`, and until when. Clock changes are those of its time zone. */
export function scheduleAt (schedule: OwnerRules['schedule'], now: number): ScheduleState {
  if (schedule === null) return { open: true }
  const spans = spansAround(schedule, now)
  const current = spans.find(({ from, to }) => from <= now && now < to)
  if (current !== undefined) return current.to - current.from >= 7 * 86_400_000 ? { open: true } : { open: true, changesAt: current.to }
  const next = spans.find(({ from }) => from > now)
  return { open: false, ...next === undefined ? {} : { changesAt: next.from } }
}

interface Span { readonly from: number, readonly to: number }

/** Spans in order of time; those that touch are one. */
function spansAround ({ timeZone, hours }: NonNullable<OwnerRules['schedule']>, now: number): Span[] {
  const today = DateTime.fromMillis(now, { zone: timeZone }).startOf('day')
  const spans = DAYS.flatMap(offset => {
    const day = today.plus({ days: offset })
    const name = WEEKDAYS[day.weekday - 1] as typeof WEEKDAYS[number]
    return (hours[name] ?? []).map(text => spanOf(day, text))
  }).sort((a, b) => a.from - b.from)
  const joined: Span[] = []
  for (const span of spans) {
    const last = joined.at(-1)
    if (last !== undefined && span.from <= last.to) joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, span.to) }
    else joined.push(span)
  }
  return joined
}

function spanOf (day: DateTime, text: string): Span {
  const [from = '', to = ''] = text.split('-')
  const begins = at(day, from)
  const ends = at(day, to)
  return { from: begins, to: ends > begins ? ends : at(day.plus({ days: 1 }), to) }
}

function at (day: DateTime, clock: string): number {
  const [hour = 0, minute = 0] = clock.split(':').map(Number)
  return (hour === 24 ? day.plus({ days: 1 }).startOf('day') : day.set({ hour, minute })).toMillis()
}
