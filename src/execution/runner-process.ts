import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { setPriority } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import type { FileContent } from '../model/executor.ts'
import { FrameDecoder } from './frames.ts'
import type { TaskHeader } from './runner/wire.ts'
import type { SandboxCommand } from './sandbox.ts'

const STDERR_KEPT = 8 * 1024
const PAGE_BYTES = 4096
const TICKS_PER_SECOND = 100
const PIECE = 256 * 1024

export interface RunnerExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** the last words of the process itself, never of the app */
  readonly stderr: string
}

export interface RunnerEvents {
  onFrame: (kind: number, payload: Buffer) => void
  /** the process is gone and all its frames were delivered */
  onExit: (exit: RunnerExit) => void
}

/** An input that could not be read from this machine while a task was being sent. */
class InputError extends Error {}

/** One sandboxed child process and its pipes. */
export class RunnerProcess {
  readonly #child: ChildProcess
  readonly #stdin: Writable
  readonly #stdout: Readable
  readonly #diesWithParent: boolean
  readonly #niceness: number
  #pid: number | undefined
  #stderr = ''
  #killed = false
  #frozen = false
  #protocolError: string | undefined
  #sending: Promise<void> | undefined
  /** resolves once the process and its descriptors are gone */
  readonly exited: Promise<RunnerExit>
  events: RunnerEvents

  constructor (command: SandboxCommand, events: RunnerEvents) {
    this.events = events
    const info = command.infoFd === undefined ? [] : ['pipe' as const]
    this.#niceness = command.niceness?.() ?? 0
    this.#child = spawn(command.file, command.args, { stdio: ['pipe', 'pipe', 'pipe', ...info], env: { ...command.env }, cwd: '/' })
    const [stdin, stdout, stderr, infoPipe] = this.#child.stdio
    this.#stdin = stdin as Writable
    this.#stdout = stdout as Readable
    this.#diesWithParent = command.diesWithParent
    this.#pid = command.infoFd === undefined ? this.#child.pid : undefined
    this.#lower(this.#child.pid)
    if (infoPipe !== null && infoPipe !== undefined) this.#readPid(infoPipe as Readable)
    this.#stdin.on('error', () => { /* the exit of the process says more */ })
    const keep = (text: string): void => { this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT) }
    ;(stderr as Readable).setEncoding('utf8').on('data', keep)
    this.#readFrames()
    this.exited = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null): void => {
        const exit = { code, signal, stderr: this.#protocolError ?? this.#stderr }
        resolve(exit)
        this.events.onExit(exit)
      }
      this.#child.once('error', (error) => { keep(error.message); if (this.#child.pid === undefined) end(null, null) })
      this.#child.once('close', end)
    })
  }

  /** Sends a task. Tasks go out in the order of the calls. Rejects with InputError, after which the runner is unusable. */
  send (header: TaskHeader, contents: ReadonlyArray<{ size: number, content: FileContent }>): Promise<void> | undefined {
    const head = Buffer.from(JSON.stringify(header))
    const length = Buffer.allocUnsafe(4)
    length.writeUInt32LE(head.byteLength)
    if (this.#sending === undefined && contents.every(({ content }) => content instanceof Uint8Array)) {
      if (this.#stdin.writableCorked === 0) {
        this.#stdin.cork()
        process.nextTick(() => { this.#stdin.uncork() })
      }
      this.#stdin.write(length)
      this.#stdin.write(head)
      for (const { content } of contents) if ((content as Uint8Array).byteLength > 0) this.#stdin.write(content)
      return undefined
    }
    const sent = (this.#sending ?? Promise.resolve()).then(async () => {
      await this.#write(length)
      await this.#write(head)
      for (const { size, content } of contents) await (content instanceof Uint8Array ? this.#write(content) : this.#stream(content.hostPath, size))
    })
    const settled = sent.catch(() => undefined).then(() => { if (this.#sending === settled) this.#sending = undefined })
    this.#sending = settled
    return sent
  }

  pause (): void { this.#stdout.pause() }
  resume (): void { this.#stdout.resume() }

  /** Ends the process at once; frames it already sent are dropped. */
  kill (): void {
    if (this.#killed) return
    this.#killed = true
    this.#child.kill('SIGKILL')
    this.#stdin.destroy()
    this.#stdout.resume()
  }

  /**
   * Stops the process where it stands. False when that is not possible, or when
   * nothing would end it should this process die meanwhile.
   */
  freeze (): boolean {
    if (!this.#diesWithParent || this.#killed) return false
    this.#frozen ||= this.#signal('SIGSTOP')
    return this.#frozen
  }

  thaw (): void {
    if (!this.#frozen) return
    this.#frozen = false
    this.#signal('SIGCONT')
  }

  get isKilled (): boolean { return this.#killed }

  /** Resident memory in bytes, where the system tells. */
  residentBytes (): number | undefined {
    const pages = this.#proc('statm')?.split(' ')[1]
    return pages === undefined ? undefined : Number(pages) * PAGE_BYTES
  }

  /** Processor time used so far in milliseconds, where the system tells. */
  cpuMs (): number | undefined {
    const stat = this.#proc('stat')
    if (stat === undefined) return undefined
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * 1000 / TICKS_PER_SECOND
  }

  /** Done before the runner has threads: they inherit it. */
  #lower (pid: number | undefined): void {
    if (pid === undefined || this.#niceness === 0) return
    try {
      setPriority(pid, this.#niceness)
    } catch {
      // it has ended by itself
    }
  }

  #signal (signal: NodeJS.Signals): boolean {
    if (this.#pid === undefined) return false
    try {
      return process.kill(this.#pid, signal)
    } catch {
      // it has ended by itself
      return false
    }
  }

  #proc (file: string): string | undefined {
    if (process.platform !== 'linux' || this.#pid === undefined) return undefined
    try {
      return readFileSync(`/proc/${this.#pid}/${file}`, 'utf8')
    } catch {
      return undefined
    }
  }

  #readFrames (): void {
    const decoder = new FrameDecoder()
    this.#stdout.on('data', (chunk: Buffer) => {
      if (this.#killed) return
      try {
        decoder.push(chunk, (kind, payload) => { if (!this.#killed) this.events.onFrame(kind, payload) })
      } catch (error) {
        this.#protocolError = `The runner sent ${(error as Error).message}.`
        this.kill()
      }
    })
  }

  #readPid (pipe: Readable): void {
    let text = ''
    pipe.setEncoding('utf8').on('error', () => undefined).on('data', (part: string) => {
      text = (text + part).slice(0, 4096)
      const match = /"child-pid":\s*(\d+)/.exec(text)
      if (match === null || this.#pid !== undefined) return
      this.#pid = Number(match[1])
      this.#lower(this.#pid)
    })
  }

  async #stream (path: string, size: number): Promise<void> {
    try {
      const file = await open(path, 'r')
      try {
        for (let left = size; left > 0;) {
          const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(Math.min(PIECE, left)))
          if (bytesRead === 0) throw new Error(`has only ${size - left} of ${size} bytes`)
          await this.#write(buffer.subarray(0, bytesRead))
          left -= bytesRead
        }
      } finally {
        await file.close()
      }
    } catch (error) {
      throw new InputError((error as Error).message)
    }
  }

  async #write (bytes: Uint8Array): Promise<void> {
    if (this.#killed || this.#stdin.destroyed || bytes.byteLength === 0) return
    if (this.#stdin.write(bytes)) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#stdin.off('drain', done).off('close', done)
        resolve()
      }
      this.#stdin.on('drain', done).on('close', done)
    })
  }
}
