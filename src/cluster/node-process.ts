import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { NightshiftError } from '../model/errors.ts'

/** A node that was started as a process of its own. */
export interface NodeProcess {
  readonly pid: number
  readonly peerId: string
  readonly addresses: readonly string[]
  readonly dataDir: string
}

export interface StartedProcess extends NodeProcess {
  /** the workers it holds, when it holds several */
  readonly crew?: readonly NodeProcess[]
}

/** What a process says when it is up: of itself, or of the workers it holds. */
interface Ready {
  readonly event: 'ready' | 'quarantined'
  readonly peerId: string
  readonly addresses: string[]
  readonly crew?: readonly Omit<NodeProcess, 'pid'>[]
}

/** A node has this long to come up, milliseconds; the first start on a machine also makes the interpreter's snapshot. */
const START_MS = 120_000
/** A node asked to end has this long before it is killed, milliseconds. */
const STOP_MS = 15_000
const LOG_TAIL = 2000

/**
 * Starts `nightshift <args>` and waits until it says that it is ready. Its output
 * goes to `logFile`. With `owned` the node ends as soon as this process is gone,
 * however that happens; without, it lives on.
 * @throws NS_E_CLUSTER with the end of its log when it does not come up
 */
export async function startNodeProcess (args: readonly string[], options: { dataDir: string, logFile: string, owned: boolean }): Promise<StartedProcess> {
  await mkdir(dirname(options.logFile), { recursive: true })
  const log = openSync(options.logFile, 'a', 0o600)
  const main = fileURLToPath(new URL('../cli/main.js', import.meta.url))
  const child = spawn(process.execPath, [main, ...args, '--data', options.dataDir, ...options.owned ? ['--exit-with-parent'] : []], {
    stdio: ['ignore', log, log, 'ipc'],
    detached: true
  })
  closeSync(log)
  const waiting = new AbortController()
  try {
    const signal = AbortSignal.any([waiting.signal, AbortSignal.timeout(START_MS)])
    const [message] = await Promise.race([
      once(child, 'message', { signal }) as Promise<[Ready]>,
      once(child, 'exit', { signal }).then(([code]) => { throw new Error(`it ended with ${String(code)}`) })
    ])
    if (message.event !== 'ready') throw new Error(`it is ${message.event}`)
    child.unref()
    if (options.owned) child.channel?.unref()
    else child.disconnect()
    const pid = child.pid as number
    const crew = message.crew?.map(worker => ({ pid, ...worker }))
    return { pid, peerId: message.peerId, addresses: message.addresses, dataDir: options.dataDir, ...crew === undefined ? {} : { crew } }
  } catch (error) {
    child.kill('SIGKILL')
    const tail = (await readFile(options.logFile, 'utf8').catch(() => '')).slice(-LOG_TAIL)
    throw new NightshiftError('NS_E_CLUSTER', `a node did not come up: ${(error as Error).message}${tail === '' ? '' : `; its log ends with\n${tail}`}`, { cause: error })
  } finally {
    waiting.abort()
  }
}

/** True while this very node runs: its process is there and works on its data folder, or on the one that holds those of its crew. */
export async function nodeIsRunning (node: Pick<NodeProcess, 'pid' | 'dataDir'>): Promise<boolean> {
  try {
    process.kill(node.pid, 0)
  } catch {
    return false
  }
  if (process.platform !== 'linux') return true
  const command = await readFile(`/proc/${node.pid}/cmdline`, 'utf8').catch(() => '')
  const argv = command.split('\0')
  return argv.includes(node.dataDir) || (argv.includes('--crew') && argv.includes(dirname(node.dataDir)))
}

/** Ends a node gracefully, or by force when it takes too long. Never touches a process that is not this node. */
export async function stopNodeProcess (node: Pick<NodeProcess, 'pid' | 'dataDir'>): Promise<void> {
  for (const [signal, patience] of [['SIGTERM', STOP_MS], ['SIGKILL', STOP_MS]] as const) {
    if (!await nodeIsRunning(node)) return
    process.kill(node.pid, signal)
    const end = Date.now() + patience
    while (Date.now() < end && await nodeIsRunning(node)) await delay(50)
  }
  if (await nodeIsRunning(node)) throw new NightshiftError('NS_E_CLUSTER', `process ${node.pid} does not end`, { remedy: `kill -9 ${node.pid}` })
}
