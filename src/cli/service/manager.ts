import { execFile } from 'node:child_process'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { NightshiftError } from '../../model/errors.ts'
import { launchdLabel, launchdPlist } from './plist.ts'
import { systemdUnit, unitName } from './unit.ts'
import type { ServiceSpec } from './unit.ts'

const run = promisify(execFile)
/** Starting waits until the program was executed, stopping until it has drained, milliseconds. */
const PATIENCE_MS = 120_000

type Role = ServiceSpec['role']

export interface ServiceState { readonly active: boolean, readonly failed: boolean, readonly text: string, readonly pid?: number }

/** What keeps services of a user running on this system. */
export interface Manager {
  readonly file: (role: Role) => string
  readonly text: (spec: ServiceSpec) => string
  /** @throws NS_E_CONFIG when it cannot be talked to */
  readonly check: () => Promise<void>
  /** the file was written, or written anew: it runs, now and after every login or boot */
  readonly start: (role: Role) => Promise<void>
  /** it ends in order, and its file is about to go */
  readonly stop: (role: Role) => Promise<void>
  readonly forget: () => Promise<void>
  readonly state: (role: Role) => Promise<ServiceState>
  readonly logs: (role: Role) => string
}

/** @throws NS_E_CONFIG where there is none */
export function managerHere (): Manager {
  if (process.platform === 'linux') return SYSTEMD
  if (process.platform === 'darwin') return LAUNCHD
  throw new NightshiftError('NS_E_CONFIG', `services are known here for systemd and launchd, and this is ${process.platform}`, { remedy: 'let your system\'s own service manager run "nightshift worker"' })
}

const SYSTEMD: Manager = {
  file: role => join(process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'systemd', 'user', unitName(role)),
  text: systemdUnit,
  check: async () => {
    try {
      await run('systemctl', ['--user', 'show-environment'], { timeout: PATIENCE_MS })
    } catch (error) {
      throw new NightshiftError('NS_E_CONFIG', `this user has no systemd session: ${reasonOf(error)}`, {
        remedy: `log in as this user rather than with su or sudo, or as root: "loginctl enable-linger ${userInfo().username}". --dry-run prints the unit, to put where you want it`
      })
    }
  },
  start: async role => {
    await told('systemctl', ['--user', 'daemon-reload'])
    await told('systemctl', ['--user', 'enable', unitName(role)])
    await told('systemctl', ['--user', 'restart', unitName(role)])
  },
  stop: async role => { await told('systemctl', ['--user', 'disable', '--now', unitName(role)]) },
  forget: async () => { await told('systemctl', ['--user', 'daemon-reload']) },
  state: async role => {
    const text = await told('systemctl', ['--user', 'show', unitName(role), '-p', 'ActiveState', '-p', 'SubState', '-p', 'MainPID', '-p', 'NRestarts', '-p', 'UnitFileState'])
    const said = new Map(text.split('\n').map(line => line.split('=', 2) as [string, string]))
    const [state = 'unknown', pid = 0] = [said.get('ActiveState'), Number(said.get('MainPID'))]
    return { active: state === 'active', failed: state === 'failed', text: `${state} (${said.get('SubState') ?? ''}), ${said.get('UnitFileState') ?? ''}, started again ${said.get('NRestarts') ?? '0'} times`, ...pid > 0 ? { pid } : {} }
  },
  logs: role => `journalctl --user -u ${unitName(role)} -f`
}

const logFile = (role: Role): string => join(homedir(), 'Library', 'Logs', `nightshift-${role}.log`)
const domain = (): string => `gui/${userInfo().uid}`

const LAUNCHD: Manager = {
  file: role => join(homedir(), 'Library', 'LaunchAgents', `${launchdLabel(role)}.plist`),
  text: spec => launchdPlist(spec, logFile(spec.role)),
  check: async () => {
    try {
      await run('launchctl', ['print', domain()], { timeout: PATIENCE_MS, maxBuffer: 16 * 1024 * 1024 })
    } catch (error) {
      throw new NightshiftError('NS_E_CONFIG', `this user has no launchd session: ${reasonOf(error)}`, { remedy: 'log in at the screen as this user; --dry-run prints the agent' })
    }
  },
  start: async role => {
    await run('launchctl', ['bootout', `${domain()}/${launchdLabel(role)}`], { timeout: PATIENCE_MS }).catch(() => undefined)
    await told('launchctl', ['bootstrap', domain(), LAUNCHD.file(role)])
  },
  stop: async role => { await told('launchctl', ['bootout', `${domain()}/${launchdLabel(role)}`]) },
  forget: async () => undefined,
  state: async role => {
    const text = await told('launchctl', ['print', `${domain()}/${launchdLabel(role)}`])
    const state = /^\s*state = (.+)$/m.exec(text)?.[1] ?? 'unknown'
    const pid = Number(/^\s*pid = (\d+)$/m.exec(text)?.[1] ?? 0)
    return { active: state === 'running', failed: state !== 'running', text: state, ...pid > 0 ? { pid } : {} }
  },
  logs: role => `tail -f ${logFile(role)}`
}

async function told (program: string, args: readonly string[]): Promise<string> {
  try {
    return (await run(program, [...args], { timeout: PATIENCE_MS, maxBuffer: 1024 * 1024 })).stdout
  } catch (error) {
    throw new NightshiftError('NS_E_CONFIG', `"${program} ${args.join(' ')}" failed: ${reasonOf(error)}`, { remedy: 'what it says tells what is wrong; --dry-run prints the service' })
  }
}

/** What the program said last, else why it could not be run. */
function reasonOf (error: unknown): string {
  const { stderr, code, message } = error as { readonly stderr?: string, readonly code?: string | number, readonly message: string }
  if (code === 'ENOENT') return 'there is no such program'
  const said = stderr?.trim().split('\n').at(-1)
  return said === undefined || said === '' ? message : said
}
