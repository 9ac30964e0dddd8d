import { execFile } from 'node:child_process'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { NightshiftError } from '../model/errors.ts'

export type RunnerIsolation = 'namespaces' | 'process'
export type RunnerKind = 'python-runner' | 'wasm-runner'

/** How to start a runner: the program, its arguments and its whole environment. */
export interface SandboxCommand {
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** the runner's process id arrives on this descriptor, as JSON `child-pid` */
  readonly infoFd: number | undefined
  /** ended by the system when this process dies, even while it is stopped */
  readonly diesWithParent: boolean
  /** scheduling priority of the next runner, 0 to 19; default 0 */
  readonly niceness?: () => number
}

export interface SandboxOptions {
  readonly kind: RunnerKind
  readonly isolation: RunnerIsolation
  /** further files the runner may read, given to it as arguments after `args` */
  readonly files?: readonly string[]
  readonly args?: readonly string[]
  readonly nodeFlags?: readonly string[]
}

const run = promisify(execFile)
const ENVIRONMENT = { TZ: 'UTC', LANG: 'C.UTF-8' } as const
const NOBODY = '65534'
const ROOT = '/runtime'

/** cached per process: the machine does not change under a running node */
let detected: Promise<RunnerIsolation> | undefined
let libraries: Promise<readonly string[]> | undefined

/**
 * The strongest isolation runner processes can have on this machine:
 * `namespaces` where bubblewrap is installed and works, `process` otherwise.
 */
export function detectIsolation (): Promise<RunnerIsolation> {
  detected ??= probe()
  return detected
}

async function probe (): Promise<RunnerIsolation> {
  if (process.platform !== 'linux') return 'process'
  try {
    const libs = await nodeLibraries()
    await run('bwrap', [...namespaceArgs(libs), '--', `${ROOT}/node`, '--version'], { env: { PATH: process.env['PATH'] ?? '' }, timeout: 10_000 })
    return 'namespaces'
  } catch {
    return 'process'
  }
}

/** The command line of a runner with every layer that `isolation` names. */
export async function sandboxCommand (options: SandboxOptions): Promise<SandboxCommand> {
  const runtime = runtimeFiles(options.kind)
  const files = options.files ?? []
  return options.isolation === 'namespaces' ? await inNamespaces(options, runtime, files) : await asProcess(options, runtime, files)
}

async function inNamespaces (options: SandboxOptions, runtime: Runtime, files: readonly string[]): Promise<SandboxCommand> {
  const binds = [...runtime.folders, runtime.manifest].flatMap((path) => ['--ro-bind', path, ROOT + path.slice(runtime.base.length)])
  const shown = files.map((path, index) => [path, `${ROOT}/file${index}`] as const)
  binds.push(...shown.flatMap(([path, inside]) => ['--ro-bind', path, inside]))
  return {
    file: 'bwrap',
    args: [
      ...namespaceArgs(await nodeLibraries()), ...binds, '--info-fd', '3', '--',
      `${ROOT}/node`, ...nodeFlags([`${ROOT}/*`]), ...options.nodeFlags ?? [],
      ROOT + runtime.entry.slice(runtime.base.length), ...options.args ?? [], ...shown.map(([, inside]) => inside)
    ],
    env: { PATH: process.env['PATH'] ?? '' },
    infoFd: 3,
    diesWithParent: true
  }
}

async function asProcess (options: SandboxOptions, runtime: Runtime, files: readonly string[]): Promise<SandboxCommand> {
  const readable = [...runtime.folders.map((path) => `${path}/*`), runtime.manifest, ...files]
  const node = [process.execPath, ...nodeFlags(readable), ...options.nodeFlags ?? [], runtime.entry, ...options.args ?? [], ...files]
  const dying = await diesWithParent()
  const [file = process.execPath, ...args] = [...dying, ...node]
  return { file, args, env: ENVIRONMENT, infoFd: undefined, diesWithParent: dying.length > 0 }
}

/** On Linux the kernel ends a runner whose node died, even one in an endless loop. */
async function diesWithParent (): Promise<readonly string[]> {
  if (process.platform !== 'linux') return []
  const prefix = ['setpriv', '--pdeathsig', 'KILL', '--no-new-privs']
  launcher ??= run('setpriv', [...prefix.slice(1), process.execPath, '--version'], { timeout: 10_000 }).then(() => true, () => false)
  return await launcher ? prefix : []
}
let launcher: Promise<boolean> | undefined

function nodeFlags (readable: readonly string[]): string[] {
  const permission = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission'
  return [permission, ...readable.map((path) => `--allow-fs-read=${path}`), '--disallow-code-generation-from-strings', '--no-warnings', '--no-addons']
}

function namespaceArgs (libs: readonly string[]): string[] {
  return [
    '--unshare-user', '--unshare-all', '--die-with-parent', '--new-session', '--as-pid-1', '--clearenv',
    '--uid', NOBODY, '--gid', NOBODY, '--cap-drop', 'ALL', '--hostname', 'nightshift',
    ...Object.entries(ENVIRONMENT).flatMap(([name, value]) => ['--setenv', name, value]),
    ...libs.flatMap((path) => ['--ro-bind', path, path]),
    '--ro-bind', process.execPath, `${ROOT}/node`, '--chdir', '/'
  ]
}

/** The shared libraries this node is linked with, the only system files a runner sees. */
function nodeLibraries (): Promise<readonly string[]> {
  libraries ??= run('ldd', [process.execPath]).then(
    ({ stdout }) => [...stdout.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].map((match) => match[1] ?? ''),
    () => ['/lib', '/lib64', '/usr/lib'].filter((path) => existsSync(path)))
  return libraries
}

interface Runtime {
  /** common parent folder of all the paths below */
  readonly base: string
  readonly folders: readonly string[]
  readonly entry: string
  /** the package.json that says the built files are ES modules */
  readonly manifest: string
}

function runtimeFiles (kind: RunnerKind): Runtime {
  const require = createRequire(import.meta.url)
  const entry = childEntry(kind)
  const library = packageFolder(require.resolve(kind === 'python-runner' ? 'pyodide' : '@bjorn3/browser_wasi_shim'))
  const manifest = join(packageFolder(entry), 'package.json')
  const folders = [dirname(entry), library]
  return { base: commonFolder([manifest, ...folders]), folders, entry, manifest }
}

/** The built runner, both when this file runs built and when it runs from its source. */
function childEntry (kind: RunnerKind): string {
  const here = dirname(fileURLToPath(import.meta.url))
  const folder = import.meta.url.endsWith('.ts') ? join(here, '..', '..', 'dist', 'execution') : here
  const path = join(folder, 'runner', `${kind}.js`)
  if (!existsSync(path)) {
    throw new NightshiftError('NS_E_PLATFORM', `The runner program ${basename(path)} is missing from this installation.`, { remedy: 'Run `npm run build`, or install the package again.' })
  }
  return realpathSync(path)
}

function packageFolder (file: string): string {
  let folder = dirname(realpathSync(file))
  while (!isPackage(folder)) {
    if (folder === dirname(folder)) throw new NightshiftError('NS_E_PLATFORM', `No package.json above ${basename(file)}.`, { remedy: 'Install the package again.' })
    folder = dirname(folder)
  }
  return folder
}

function isPackage (folder: string): boolean {
  const path = join(folder, 'package.json')
  return existsSync(path) && 'name' in (JSON.parse(readFileSync(path, 'utf8')) as object)
}

function commonFolder (paths: readonly string[]): string {
  let base = dirname(paths[0] ?? '/')
  while (base !== '/' && !paths.every((path) => path.startsWith(`${base}/`))) base = dirname(base)
  return base === '/' ? '' : base
}
