import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { vi } from 'vitest'
import { connectEngine } from '../../../src/execution/docker/engine.ts'

const DAEMON = ['/usr/sbin/dockerd', '/usr/bin/dockerd'].find(path => existsSync(path))

/** A Docker engine of a test's own, which may be killed. */
export class PrivateEngine {
  readonly socket: string
  readonly #dir: string
  #child: ChildProcess | undefined

  private constructor (dir: string) {
    this.#dir = dir
    this.socket = join(dir, 'docker.sock')
  }

  /** Why there cannot be one here. */
  static whyNot (): string | undefined {
    if (process.getuid?.() !== 0) return 'only root can start an engine'
    return DAEMON === undefined ? 'dockerd is not installed' : undefined
  }

  static async start (dir: string): Promise<PrivateEngine> {
    const engine = new PrivateEngine(dir)
    await mkdir(dir, { recursive: true })
    await engine.restart()
    return engine
  }

  async restart (): Promise<void> {
    const log = await open(join(this.#dir, 'log'), 'a')
    this.#child = spawn(DAEMON ?? '', [
      '-H', `unix://${this.socket}`, '--data-root', join(this.#dir, 'data'), '--exec-root', join(this.#dir, 'exec'), '--pidfile', join(this.#dir, 'pid'),
      '--bridge', 'none', '--iptables=false', '--ip-forward=false'
    ], { stdio: ['ignore', log.fd, log.fd] })
    await log.close()
    await vi.waitUntil(async () => await connectEngine(this.socket, AbortSignal.timeout(2000)).then(() => true, () => false), { timeout: 60_000, interval: 200 })
  }

  async containers (): Promise<number> {
    const { api } = await connectEngine(this.socket, AbortSignal.timeout(5000))
    return (await api.listContainers({ all: true })).length
  }

  /** kill -9 of the engine and of the containerd it started. */
  async kill (): Promise<void> {
    const containerd = this.#containerd()
    await this.#end('SIGKILL')
    if (containerd !== undefined) {
      try {
        process.kill(containerd, 'SIGKILL')
      } catch {
        // it went with its parent
      }
    }
  }

  async stop (): Promise<void> {
    await this.#end('SIGTERM')
    this.#endShims()
    // one that was killed leaves its folder mounted
    for (const line of readFileSync('/proc/mounts', 'utf8').split('\n').reverse()) {
      const path = line.split(' ')[1] ?? ''
      if (path.startsWith(`${this.#dir}/`)) execFileSync('umount', ['--lazy', path])
    }
  }

  /** What watches a container of an engine that was killed outlives it, if nobody asks it to end. */
  #endShims (): void {
    for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
      try {
        const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
        if (args[0]?.includes('containerd-shim') === true && args.some(arg => arg.startsWith(`${this.#dir}/`))) process.kill(Number(pid), 'SIGKILL')
      } catch {
        // it has ended
      }
    }
  }

  async #end (signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise(resolve => { child.once('exit', resolve) })
    child.kill(signal)
    await gone
  }

  #containerd (): number | undefined {
    const file = join(this.#dir, 'exec', 'containerd', 'containerd.pid')
    return existsSync(file) ? Number(readFileSync(file, 'utf8')) : undefined
  }
}
