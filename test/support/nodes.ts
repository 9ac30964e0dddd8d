import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

export interface StartedNode {
  readonly process: ChildProcess
  readonly peerId: string
  readonly addresses: readonly string[]
  readonly dataDir: string
  /** Everything the node wrote to stderr so far. */
  readonly log: () => string
  /** Ends the node and waits until it is gone. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>
}

/** What a node says once it is up. */
export type UpAs = 'ready' | 'quarantined'

/** Starts a node of the built command as a process of its own and waits until it says it is up, as what it is expected to be. */
export async function startNode (role: 'coordinator' | 'worker', dataDir: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}, expected: UpAs = 'ready'): Promise<StartedNode> {
  return await launch([], role, dataDir, ['--listen', '/ip4/127.0.0.1/tcp/0', '--profile', 'local', ...args], env, expected)
}

/** The same with nothing decided of addresses and profile; `within` is a command that runs the node's own, such as one that puts it into a network namespace. */
export async function launch (within: readonly string[], role: 'coordinator' | 'worker', dataDir: string, args: readonly string[], env: NodeJS.ProcessEnv = {}, expected: UpAs = 'ready'): Promise<StartedNode> {
  const [command = process.execPath, ...rest] = [...within, process.execPath, MAIN, role, '--data', dataDir, '--no-mdns', '--exit-with-parent', '--output', 'json', ...args]
  const child = spawn(command, rest, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => { log += text })
  const lines = createInterface({ input: child.stdout })
  const ready = (async () => {
    for await (const line of lines) {
      const message = JSON.parse(line) as { event: string, peerId: string, addresses: string[] }
      if (message.event === expected) return message
      child.kill('SIGKILL')
      throw new Error(`the ${role} is up, but ${line}`)
    }
    throw new Error(`the ${role} ended before it was ready:\n${log}`)
  })()
  const { peerId, addresses } = await ready
  child.stdout.resume()
  return {
    process: child,
    peerId,
    addresses,
    dataDir,
    log: () => log,
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill(signal)
      await gone
    }
  }
}

/** The HTTP API of a coordinator by its data folder. */
export class Api {
  readonly #url: string
  readonly #token: string

  private constructor (url: string, token: string) {
    this.#url = url
    this.#token = token
  }

  static async of (dataDir: string): Promise<Api> {
    const { url, token } = JSON.parse(await readFile(join(dataDir, 'api.json'), 'utf8')) as { url: string, token: string }
    return new Api(url, token)
  }

  async request (method: string, path: string, body?: unknown): Promise<{ readonly status: number, readonly body: any }> {
    const raw = body instanceof Uint8Array
    const response = await fetch(this.#url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { 'content-type': raw ? 'application/octet-stream' : 'application/json' })
      },
      ...(body === undefined ? {} : { body: raw ? Uint8Array.from(body) : JSON.stringify(body) })
    })
    const text = await response.text()
    return { status: response.status, body: response.headers.get('content-type')?.startsWith('application/json') === true ? JSON.parse(text) as unknown : text }
  }

  /** A request that must succeed. */
  async call (method: string, path: string, body?: unknown): Promise<any> {
    const answer = await this.request(method, path, body)
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  async upload (content: Uint8Array): Promise<{ sha256: string, size: number }> {
    return await this.call('PUT', '/v1/blobs', content) as { sha256: string, size: number }
  }

  /** Asks for a job until `done` says so; the server's event stream would do the same. */
  async waitFor (id: string, done: (job: any) => boolean, timeoutMs: number): Promise<any> {
    const end = Date.now() + timeoutMs
    for (;;) {
      const job = await this.call('GET', `/v1/jobs/${id}`) as unknown
      if (done(job)) return job
      if (Date.now() > end) throw new Error(`job ${id} did not get there in ${timeoutMs} ms: ${JSON.stringify(job)}`)
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }
}

export const ended = (job: { state: string }): boolean => ['COMPLETED', 'FAILED', 'CANCELLED'].includes(job.state)
