import { access, constants, mkdir, statfs } from 'node:fs/promises'
import { pc } from './colours.ts'
import { dataFolder } from '../config/paths.ts'
import { VERSION } from '../config/version.ts'
import type { NodeView } from '../coordinator/views.ts'
import { connectEngine, detectIsolation, findSocket } from '../execution/index.ts'
import { errorMessage } from '../model/errors.ts'
import { connect } from './connect.ts'
import { EXIT, bytes, print, printJson, printRows, shortPeer } from './output.ts'
import type { Format } from './output.ts'
import type { CoordinatorStatus } from './status.ts'

interface Common { readonly data?: string, readonly output: Format }

export async function nodes (command: Common): Promise<number> {
  const { nodes } = await (await connect(command.data)).get<{ nodes: NodeView[] }>('/v1/nodes')
  printRows(command.output, 'nodes', nodes, {
    worker: node => shortPeer(node.peer), state: node => node.banned ? 'banned' : node.trusted && node.connected ? 'trusted' : node.connected ? 'connected' : 'away', platforms: node => node.platforms.join(' '),
    isolation: node => node.isolation, cores: node => String(node.cores), slots: node => String(node.slots), running: node => String(node.running),
    accepted: node => String(node.accepted), strikes: node => String(node.strikes), evidence: node => node.evidence === 0 && node.doubts === 0 ? '' : `${node.evidence}${node.doubts === 0 ? '' : `, ${node.doubts} in doubt`}`, earned: node => `${node.earned} BYC`
  })
  return 0
}

export async function balance (command: Common): Promise<number> {
  const { accounts, books } = await (await connect(command.data)).get<{ accounts: { id: string, balance: string, available: string, pending: string }[], books: { balanced: true, issued: string } | { balanced: false, why: string } }>('/v1/wallet')
  const exit = books.balanced ? EXIT.done : EXIT.verification
  if (command.output === 'json') {
    printJson({ accounts, books })
    return exit
  }
  printRows('table', 'accounts', accounts, { account: row => row.id, balance: row => `${row.balance} BYC`, available: row => row.available, pending: row => row.pending })
  print(books.balanced ? `the books balance: ${books.issued} BYC issued, every credit has its debit` : books.why)
  return exit
}

export async function transactions (command: Common & { readonly account?: string, readonly limit: number }): Promise<number> {
  const query = new URLSearchParams({ limit: String(command.limit), ...(command.account === undefined ? {} : { account: command.account }) })
  const { entries } = await (await connect(command.data)).get<{ entries: { seq: number, at: number, key: string, transfers: { kind: string, debit: string, credit: string, amount: string, ref: object }[] }[] }>(`/v1/wallet/transactions?${query.toString()}`)
  if (command.output === 'json') {
    printJson({ entries })
    return 0
  }
  const rows = entries.flatMap(entry => entry.transfers.map(transfer => ({ ...transfer, seq: entry.seq, at: entry.at, key: entry.key })))
  printRows('table', 'transactions', rows, {
    seq: row => String(row.seq), at: row => new Date(row.at).toISOString().slice(0, 19).replace('T', ' '), kind: row => row.kind,
    from: row => row.debit, to: row => row.credit, amount: row => `${row.amount} BYC`, what: row => row.key
  })
  return 0
}

interface Check { readonly what: string, readonly ok: boolean, readonly found: string, readonly remedy?: string }

/** Checks what a node needs on this machine, each with what to do when it is missing. */
export async function doctor (command: Common): Promise<number> {
  const folder = command.data ?? dataFolder('worker')
  const checks = [nodeVersion(), await isolation(), await containers(), await writable(folder), await space(folder), await coordinator(command.data)]
  if (command.output === 'json') printJson({ checks })
  else {
    for (const check of checks) {
      print(`${check.ok ? pc.green('ok') : pc.yellow('--')}  ${check.what}: ${check.found}`)
      if (!check.ok && check.remedy !== undefined) print(`      what to do: ${check.remedy}`)
    }
  }
  return checks.every(check => check.ok) ? 0 : 1
}

function nodeVersion (): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return { what: 'Node', ok: major > 20 || (major === 20 && minor >= 19), found: process.versions.node, remedy: 'install Node 20.19 or newer' }
}

async function isolation (): Promise<Check> {
  const found = await detectIsolation()
  return { what: 'isolation of apps', ok: found === 'namespaces', found, remedy: 'install the package "bubblewrap"; without it a worker needs --allow-process-isolation' }
}

/** Whether an engine runs tasks here; a machine without one is no worse a worker, it only runs no containers. */
async function containers (): Promise<Check> {
  const socket = findSocket()
  if (socket === undefined) return { what: 'containers', ok: true, found: 'no engine: this machine runs python-wasm and wasm only. Docker or Podman would add containers' }
  try {
    const { info } = await connectEngine(socket, AbortSignal.timeout(10_000))
    return { what: 'containers', ok: true, found: `${info.name} ${info.version} at ${socket}` }
  } catch (error) {
    return { what: 'containers', ok: false, found: errorMessage(error), remedy: 'start the engine and see that this user may use its socket; or run the worker with --no-containers' }
  }
}

async function writable (folder: string): Promise<Check> {
  try {
    await mkdir(folder, { recursive: true })
    await access(folder, constants.W_OK)
    return { what: 'data folder', ok: true, found: folder }
  } catch (error) {
    return { what: 'data folder', ok: false, found: errorMessage(error), remedy: 'choose another with --data' }
  }
}

async function space (folder: string): Promise<Check> {
  const found = await statfs(folder).catch(() => undefined)
  if (found === undefined) return { what: 'free disk', ok: false, found: 'unknown' }
  const free = found.bavail * found.bsize
  return { what: 'free disk', ok: free > 1024 ** 3, found: bytes(free), remedy: 'make at least 1 GiB free' }
}

async function coordinator (data: string | undefined): Promise<Check> {
  try {
    const { workers, state, condition } = await (await connect(data)).get<CoordinatorStatus>('/v1/status')
    if (state === 'quarantined') return { what: 'coordinator', ok: false, found: `quarantined: ${condition?.text ?? ''}`, ...condition?.remedy === undefined ? {} : { remedy: condition.remedy } }
    return { what: 'coordinator', ok: true, found: `answers, with ${workers} workers` }
  } catch (error) {
    return { what: 'coordinator', ok: false, found: errorMessage(error), remedy: 'start one with "nightshift up"; a worker alone needs none here' }
  }
}

export async function version (command: { readonly output: Format }): Promise<number> {
  if (command.output === 'json') printJson({ version: VERSION, node: process.versions.node })
  else print(VERSION)
  return 0
}
