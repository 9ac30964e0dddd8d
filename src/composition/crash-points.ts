import { NightshiftError } from '../model/errors.ts'
import type { ErrorCode } from '../model/errors.ts'

/** Where in a turn a node may be made to die: decided but not written, written but not spoken of, spoken of. */
export type CrashPhase = 'decided' | 'written' | 'spoken'

interface Speaks { readonly kind: string, readonly message?: object }
interface Turns { readonly sends: readonly { readonly message: object }[], readonly effects: readonly { readonly kind: string }[] }

export type CrashHook = (events: readonly Speaks[], turn: Turns, phase: CrashPhase) => void

/**
 * For tests of what survives: NIGHTSHIFT_CRASH=`what:phase[:n[:code]]` ends this
 * process with SIGKILL the n-th time (default the first) a turn takes the event,
 * sends the message or has the effect `what`; with `code` the turn fails with that
 * error instead, as when the disk or the books do. Undefined when nothing was asked for.
 */
export function crashHook (spec: string | undefined = process.env['NIGHTSHIFT_CRASH']): CrashHook | undefined {
  if (spec === undefined || spec === '') return undefined
  const [what = '', when = '', times = '1', code] = spec.split(':')
  let left = Number(times)
  return (events, turn, phase) => {
    if (phase !== when || !labels(events, turn).has(what) || --left > 0) return
    if (code !== undefined) throw new NightshiftError(code as ErrorCode, `a test has made ${what} fail`)
    process.kill(process.pid, 'SIGKILL')
  }
}

function labels (events: readonly Speaks[], turn: Turns): ReadonlySet<string> {
  return new Set([
    ...events.flatMap(event => event.message === undefined ? [event.kind] : Object.keys(event.message)),
    ...turn.sends.flatMap(({ message }) => Object.keys(message)),
    ...turn.effects.map(({ kind }) => kind)
  ])
}
