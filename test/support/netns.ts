import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Api } from './nodes.ts'

const run = promisify(execFile)
const PREFIX = 'nightshift-reach'

/** Why networks cannot be made here; undefined when they can. */
export async function whyNoNetworks (): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'network namespaces need root'
  const probe = `${PREFIX}-${process.pid}-probe`
  try {
    await ip('netns', 'add', probe)
    await within(probe, 'iptables', '-w', '-t', 'nat', '-L', '-n')
    return undefined
  } catch (error) {
    return `network namespaces do not work here: ${error instanceof Error ? error.message.split('\n')[0] ?? '' : String(error)}`
  } finally {
    await ip('netns', 'del', probe).catch(() => undefined)
  }
}

async function ip (...args: readonly string[]): Promise<string> {
  return (await run('ip', args)).stdout
}

async function within (namespace: string, ...command: readonly string[]): Promise<string> {
  return await ip('netns', 'exec', namespace, ...command)
}

/** An internet of its own: one segment of public addresses, with hosts on it and routers that hide others. Links live and die with their namespaces. */
export class Internet {
  readonly dir: string
  readonly #gates: (() => Promise<void>)[] = []
  readonly #names = new Set<string>()

  private constructor (dir: string) {
    this.dir = dir
  }

  static async make (): Promise<Internet> {
    await removeLeftovers()
    const internet = new Internet(await mkdtemp(join(tmpdir(), `${PREFIX}-${process.pid}-`)))
    try {
      await internet.#namespace('wan')
      await internet.#in('wan', 'ip', 'link', 'add', 'name', 'segment', 'type', 'bridge')
      await internet.#in('wan', 'ip', 'link', 'set', 'segment', 'up')
      return internet
    } catch (error) {
      await internet.close()
      throw error
    }
  }

  /** A host with an address of its own, `11.22.33.<last>`. */
  async host (name: string, last: number): Promise<void> {
    await this.#namespace(name)
    await this.#plug(name, last)
  }

  /** A host that can dial out and that nobody can dial: its router, at `11.22.33.<last>`, translates addresses and drops what nobody inside asked for. */
  async hidden (name: string, last: number): Promise<void> {
    const router = `${name}-nat`
    await this.#namespace(router)
    await this.#plug(router, last)
    await this.#namespace(name)
    await ip('link', 'add', 'name', 'lan', 'netns', this.of(router), 'type', 'veth', 'peer', 'name', 'eth', 'netns', this.of(name))
    await this.#in(router, 'ip', 'addr', 'add', '10.77.0.1/24', 'dev', 'lan')
    await this.#in(router, 'ip', 'link', 'set', 'lan', 'up')
    await this.#in(name, 'ip', 'addr', 'add', '10.77.0.2/24', 'dev', 'eth')
    await this.#in(name, 'ip', 'link', 'set', 'eth', 'up')
    await this.#in(name, 'ip', 'route', 'add', 'default', 'via', '10.77.0.1')
    await this.#in(router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1')
    const table = (...rule: string[]): Promise<string> => this.#in(router, 'iptables', '-w', ...rule)
    await table('-t', 'nat', '-A', 'POSTROUTING', '-o', 'eth', '-j', 'MASQUERADE')
    for (const chain of ['FORWARD', 'INPUT']) {
      await table('-P', chain, 'DROP')
      await table('-A', chain, '-m', 'conntrack', '--ctstate', 'ESTABLISHED,RELATED', '-j', 'ACCEPT')
      await table('-A', chain, '-i', 'lan', '-j', 'ACCEPT')
    }
  }

  /** Pulls a host's or a router's plug, or puts it back. */
  async link (name: string, state: 'up' | 'down'): Promise<void> {
    await this.#in('wan', 'ip', 'link', 'set', this.#port(name), state)
  }

  /** Gives a host another address; connections from and to the old one die without a word. */
  async move (name: string, last: number): Promise<void> {
    await this.#in(name, 'ip', 'addr', 'flush', 'dev', 'eth')
    await this.#in(name, 'ip', 'addr', 'add', `11.22.33.${last}/24`, 'dev', 'eth')
  }

  /** The command that runs another one on a host. */
  on (name: string): readonly string[] {
    return ['ip', 'netns', 'exec', this.of(name)]
  }

  of (name: string): string {
    return `${PREFIX}-${process.pid}-${name}`
  }

  /** The HTTP API of a node on a host, which listens on the loopback of its own namespace. */
  async api (name: string, dataDir: string): Promise<Api> {
    const { url, token } = JSON.parse(await readFile(join(dataDir, 'api.json'), 'utf8')) as { url: string, token: string }
    const path = join(this.dir, `gate-${this.#gates.length}`)
    const script = `const net = require('node:net')
      process.stdin.once('close', () => process.exit()).resume()
      net.createServer(from => { const to = net.connect(${new URL(url).port}, '127.0.0.1'); from.pipe(to).pipe(from); from.on('error', () => to.destroy()); to.on('error', () => from.destroy()) }).listen(${JSON.stringify(path)}, () => console.log('open'))`
    const [command = '', ...args] = [...this.on(name), process.execPath, '-e', script]
    const gate = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    await once(gate.stdout, 'data')
    const server = createServer(from => {
      const to = connect(path)
      from.pipe(to).pipe(from)
      from.on('error', () => to.destroy())
      to.on('error', () => from.destroy())
    })
    await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
    this.#gates.push(async () => {
      server.close()
      const gone = once(gate, 'exit')
      gate.kill('SIGKILL')
      await gone
    })
    const seen = join(this.dir, `api-${this.#gates.length}`)
    await mkdir(seen)
    await writeFile(join(seen, 'api.json'), JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token }))
    return await Api.of(seen)
  }

  /** Takes it all away; nodes on it must have ended. */
  async close (): Promise<void> {
    for (const close of this.#gates) await close()
    for (const name of this.#names) await ip('netns', 'del', this.of(name))
    await rm(this.dir, { recursive: true, force: true })
  }

  async #namespace (name: string): Promise<void> {
    await ip('netns', 'add', this.of(name))
    this.#names.add(name)
    await this.#in(name, 'ip', 'link', 'set', 'lo', 'up')
  }

  async #plug (name: string, last: number): Promise<void> {
    await ip('link', 'add', 'name', 'eth', 'netns', this.of(name), 'type', 'veth', 'peer', 'name', this.#port(name), 'netns', this.of('wan'))
    await this.#in('wan', 'ip', 'link', 'set', this.#port(name), 'master', 'segment', 'up')
    await this.#in(name, 'ip', 'addr', 'add', `11.22.33.${last}/24`, 'dev', 'eth')
    await this.#in(name, 'ip', 'link', 'set', 'eth', 'up')
  }

  #port (name: string): string {
    return `p-${this.#names.has(`${name}-nat`) ? `${name}-nat` : name}`
  }

  async #in (name: string, ...command: readonly string[]): Promise<string> {
    return await within(this.of(name), ...command)
  }
}

/** Ends and removes what a test that was killed has left: its nodes have ended with it, its namespaces have not. */
export async function removeLeftovers (): Promise<void> {
  const names = (await ip('netns', 'list')).split('\n').map(line => line.split(' ')[0] ?? '')
  for (const name of names) {
    const owner = new RegExp(`^${PREFIX}-(\\d+)-`).exec(name)?.[1]
    if (owner === undefined || alive(Number(owner))) continue
    for (const pid of (await ip('netns', 'pids', name)).split('\n').filter(line => line !== '')) process.kill(Number(pid), 'SIGKILL')
    await ip('netns', 'del', name)
  }
  for (const folder of await readdir(tmpdir())) {
    const owner = new RegExp(`^${PREFIX}-(\\d+)-`).exec(folder)?.[1]
    if (owner !== undefined && !alive(Number(owner))) await rm(join(tmpdir(), folder), { recursive: true, force: true })
  }
}

function alive (pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}
