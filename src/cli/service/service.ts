import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join, resolve } from 'node:path'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { DRAIN_SECONDS } from '../../composition/worker-node.ts'
import { dataFolder } from '../../config/paths.ts'
import { detectIsolation } from '../../execution/index.ts'
import { NightshiftError } from '../../model/errors.ts'
import { EXIT, print, printJson, say } from '../output.ts'
import type { Format } from '../output.ts'
import { managerHere } from './manager.ts'
import type { ServiceSpec } from './unit.ts'

type Role = ServiceSpec['role']
interface Common { readonly output: Format }
interface Install extends Common { readonly dryRun?: boolean, readonly memoryMax: string }

/** A node has its drain, then a few seconds to close its files, then this much more. */
const STOP_MARGIN_SECONDS = 22
/** Options whose values are paths; those of a service are absolute. */
const PATHS = ['--data', '--config', '--network-key', '--price-script']

/**
 * `nightshift service install worker|coordinator [options of that command]`: again with the same options it changes nothing.
 * @param accepts rejects when a command line would be refused
 */
export const installer = (accepts: (args: readonly string[]) => Promise<void>) => async (role: string, given: readonly string[], command: Install): Promise<number> => {
  const checked = roleOf(role)
  const options = given.filter(option => option !== '--dry-run')
  // what the command itself would refuse is refused here, before it is refused at every start
  await accepts([checked, ...options])
  const manager = managerHere()
  const text = manager.text(await specOf(checked, options, command.memoryMax))
  const file = manager.file(checked)
  if (command.dryRun === true || options.length < given.length) {
    if (command.output === 'json') printJson({ file, text })
    else print(text)
    return EXIT.done
  }
  await manager.check()
  const before = await readFile(file, 'utf8').catch(() => undefined)
  const running = before === text && (await manager.state(checked)).active
  if (!running) {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(`${file}.new`, text, { mode: 0o644 })
    await rename(`${file}.new`, file)
    await manager.start(checked)
  }
  if (command.output === 'json') printJson({ file, changed: !running })
  else {
    print(running ? `${file} is installed so already, and runs` : `${file} is installed, and runs`)
    say(`  its log: ${manager.logs(checked)}`)
    if (process.platform === 'linux') say('  it runs while you are logged in; "loginctl enable-linger" lets it run always')
  }
  return EXIT.done
}

/** `nightshift service uninstall worker|coordinator`: it drains first; its data stays. */
export async function uninstall (role: string, command: Common): Promise<number> {
  const checked = roleOf(role)
  const manager = managerHere()
  const file = manager.file(checked)
  const installed = await isFile(file)
  if (installed) {
    await manager.check()
    await manager.stop(checked)
    await rm(file)
    await manager.forget()
  }
  if (command.output === 'json') printJson({ file, changed: installed })
  else print(installed ? `${file} is gone; the node's data stays where it is` : `no ${checked} is installed as a service`)
  return EXIT.done
}

/** `nightshift service status [role]`: exit code 1 when one that is installed does not run. */
export async function status (role: string | undefined, command: Common): Promise<number> {
  const manager = managerHere()
  const roles: readonly Role[] = role === undefined ? ['coordinator', 'worker'] : [roleOf(role)]
  const found = []
  for (const each of roles) {
    const file = manager.file(each)
    if (!await isFile(file)) found.push({ role: each, installed: false, active: false })
    else {
      await manager.check()
      found.push({ role: each, installed: true, file, ...await manager.state(each) })
    }
  }
  if (command.output === 'json') printJson({ services: found })
  else for (const each of found) print(`${each.role}: ${'text' in each ? `${each.text}${each.pid === undefined ? '' : `, process ${each.pid}`}; its log: ${manager.logs(each.role)}` : 'not installed'}`)
  return found.every(({ installed, active }) => active || !installed) ? EXIT.done : EXIT.error
}

async function specOf (role: Role, options: readonly string[], memoryMax: string): Promise<ServiceSpec> {
  if (!/^(\d{1,2}%|100%|\d{1,9}[KMGT]?|infinity)$/.test(memoryMax)) throw new NightshiftError('NS_E_USAGE', `${memoryMax} is no memory limit`, { remedy: 'write a share like 90%, or a size like 8G' })
  const args = absolute(options)
  const main = fileURLToPath(new URL('../main.js', import.meta.url))
  return {
    role,
    command: [process.execPath, main, role, ...args, ...args.some(arg => arg === '--data' || arg.startsWith('--data=')) ? [] : ['--data', dataFolder(role)]],
    memoryMax,
    stopSeconds: Math.ceil(DRAIN_SECONDS) + STOP_MARGIN_SECONDS,
    namespaces: await detectIsolation() === 'namespaces',
    setuidBwrap: await isSetuid('bwrap'),
    systemd: await systemdVersion()
  }
}

function absolute (options: readonly string[]): readonly string[] {
  return options.map((option, i) => {
    if (PATHS.includes(options[i - 1] ?? '')) return resolve(option)
    const name = PATHS.find(path => option.startsWith(`${path}=`))
    return name === undefined ? option : `${name}=${resolve(option.slice(name.length + 1))}`
  })
}

async function isSetuid (program: string): Promise<boolean> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const found = await stat(join(folder, program)).catch(() => undefined)
    if (found !== undefined) return (found.mode & 0o4000) !== 0
  }
  return false
}

/** 0 where there is none, or it does not say. */
async function systemdVersion (): Promise<number> {
  const text = await promisify(execFile)('systemctl', ['--version'], { timeout: 10_000 }).then(({ stdout }) => stdout, () => '')
  return Number(/^systemd (\d+)/.exec(text)?.[1] ?? 0)
}

function roleOf (role: string): Role {
  if (role !== 'worker' && role !== 'coordinator') throw new NightshiftError('NS_E_USAGE', `a service is a worker or a coordinator, not ${role}`, { remedy: 'nightshift service install worker' })
  return role
}

async function isFile (path: string): Promise<boolean> {
  return await stat(path).then(found => found.isFile(), () => false)
}
