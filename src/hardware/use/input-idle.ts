import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** A desktop that does not answer within this time is not asked for longer, milliseconds. */
const ASK_MS = 2000

/** How long ago somebody touched this machine, milliseconds; undefined where nobody is logged in, or nothing tells. */
export type InputIdle = (now: number) => Promise<number | undefined>

/**
 * Looks where the system tells: terminals by when they were last read from, as
 * `who -u` does; desktops by what they say themselves (logind on Linux, the HID
 * system on macOS). The latest touch counts.
 */
export function inputWatch (): InputIdle {
  const desktopIdle = desktopWatch()
  return async now => {
    const found = await Promise.all(process.platform === 'darwin' ? [hidIdle(), terminalIdle(now)] : [terminalIdle(now), desktopIdle(now)])
    const idle = found.filter(ms => ms !== undefined)
    return idle.length === 0 ? undefined : Math.max(0, Math.min(...idle))
  }
}

/** Terminals are read from when somebody types. Those nobody has open do not exist, but for the consoles, which count once somebody owns them. */
async function terminalIdle (now: number): Promise<number | undefined> {
  const reads = [...await lastRead('/dev/pts', /^\d+$/), ...await lastRead('/dev', /^tty[1-9]$/)]
  return reads.length === 0 ? undefined : now - Math.max(...reads)
}

async function lastRead (folder: string, names: RegExp): Promise<number[]> {
  const entries = await readdir(folder).catch(() => [])
  const stats = entries.filter(name => names.test(name)).map(name => look(join(folder, name)))
  return stats.filter(found => found !== undefined && (folder === '/dev/pts' || found.uid !== 0)).map(found => found?.atimeMs ?? 0)
}

/** Terminals are on no disk: to hand each to another thread and wait costs ten times as much as to look. */
function look (path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch {
    // it is gone
    return undefined
  }
}

/** logind keeps a file for each session there. */
const SESSIONS = '/run/systemd/sessions'
/** A desktop that was in use is asked again after this long, milliseconds: it takes minutes to say that it is not. One that was idle is asked each time. */
const IN_USE_MS = 10_000

/** A desktop's word, asked for no more often than it can have changed. */
function desktopWatch (): InputIdle {
  let askAgainAt = -Infinity
  return async now => {
    if (now < askAgainAt && askAgainAt <= now + IN_USE_MS) return 0
    const idle = await desktopIdle(now)
    askAgainAt = idle === 0 ? now + IN_USE_MS : -Infinity
    return idle
  }
}

/** Graphical sessions that are active, by what the desktop tells logind; one that is not idle is in use this moment. Asking starts a process, so nobody is asked in vain. */
async function desktopIdle (now: number): Promise<number | undefined> {
  const sessions = (await readdir(SESSIONS).catch(() => [])).filter(id => /^\w+$/.test(id))
  if (sessions.length === 0) return undefined
  const text = await answer('loginctl', ['show-session', ...sessions.slice(0, 32), '-p', 'Type', '-p', 'State', '-p', 'IdleHint', '-p', 'IdleSinceHint'])
  const idle = (text ?? '').split('\n\n').map(session => {
    const said = new Map(session.split('\n').map(line => line.split('=', 2) as [string, string]))
    if (!['x11', 'wayland', 'mir'].includes(said.get('Type') ?? '') || said.get('State') !== 'active') return undefined
    return said.get('IdleHint') === 'yes' ? now - Number(said.get('IdleSinceHint') ?? 0) / 1000 : 0
  }).filter(ms => ms !== undefined)
  return idle.length === 0 ? undefined : Math.min(...idle)
}

async function hidIdle (): Promise<number | undefined> {
  const nanoseconds = /"HIDIdleTime" = (\d+)/.exec(await answer('ioreg', ['-c', 'IOHIDSystem', '-d', '4']) ?? '')?.[1]
  return nanoseconds === undefined ? undefined : Number(nanoseconds) / 1e6
}

/** Undefined where there is no such program, or nothing that it could talk to. */
async function answer (program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    return (await run(program, [...args], { timeout: ASK_MS, maxBuffer: 1024 * 1024 })).stdout
  } catch {
    return undefined
  }
}
