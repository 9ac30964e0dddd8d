import { PassThrough } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type Docker from 'dockerode'
import { describe, expect, it } from 'vitest'
import { runContainer } from '../../src/execution/docker/container.ts'
import type { ResultArea } from '../../src/execution/docker/result-area.ts'
import type { UsageReader } from '../../src/execution/docker/usage.ts'
import { LogBook } from '../../src/execution/task-logs.ts'

/** A container whose engine takes a while, and is as strict, as Docker is. */
class SlowContainer {
  readonly id = 'c0ffee'
  readonly asked: string[] = []
  isPaused = false
  #exit: (code: number) => void = () => undefined
  readonly #exited = new Promise<number>(resolve => { this.#exit = resolve })
  readonly #output = new PassThrough()

  attach = (): Promise<PassThrough> => Promise.resolve(this.#output)
  start = (): Promise<void> => Promise.resolve()
  wait = async (): Promise<{ StatusCode: number }> => ({ StatusCode: await this.#exited })
  inspect = () => Promise.resolve({ State: { OOMKilled: false, Pid: 1 } })
  pause = async (): Promise<void> => { await this.#turn('pause', true) }
  unpause = async (): Promise<void> => { await this.#turn('unpause', false) }

  /** Of a frozen container nothing ends. */
  kill = (): Promise<void> => {
    this.asked.push('kill')
    if (!this.isPaused) this.exits(137)
    return Promise.resolve()
  }

  exits (code: number): void {
    this.#output.end()
    this.#exit(code)
  }

  async #turn (what: string, to: boolean): Promise<void> {
    this.asked.push(what)
    await delay(30)
    if (this.isPaused === to) throw Object.assign(new Error(`cannot ${what}: it is so already`), { statusCode: 409 })
    this.isPaused = to
  }
}

function run (container: SlowContainer) {
  const listeners = new Set<() => void>()
  const gate = { isOpen: true, onChange: (listener: () => void) => { listeners.add(listener); return () => { listeners.delete(listener) } } }
  const ending = new AbortController()
  const ended = runContainer(container as unknown as Docker.Container, {
    limits: { wallMs: 10_000, memoryMiB: 64, outputBytes: 1, outputFiles: 1, logBytes: 10 },
    area: { fullness: () => Promise.resolve(undefined) } as unknown as ResultArea,
    usage: { read: () => Promise.resolve(undefined) } as unknown as UsageReader,
    used: { cpuMs: 0, trafficBytes: 0 }, hasNetwork: false, logs: new LogBook(10, undefined), signal: ending.signal, gate
  })
  const turn = (isOpen: boolean): void => {
    gate.isOpen = isOpen
    for (const listener of listeners) listener()
  }
  return { ended, turn, ending }
}

describe('a container that is held', () => {
  it('goes on as the gate is in the end, however often that turned while the engine was at it', async () => {
    const container = new SlowContainer()
    const { ended, turn } = run(container)
    await delay(10)
    turn(false)
    await delay(5)
    turn(true)
    turn(false)
    await delay(100)
    expect(container.isPaused).toBe(true)
    turn(true)
    await delay(100)
    container.exits(0)
    expect((await ended).stopped).toBeUndefined()
    expect(container.asked).toEqual(['pause', 'unpause'])
  })

  it('is ended although it is just being frozen', async () => {
    const container = new SlowContainer()
    const { ended, turn, ending } = run(container)
    await delay(10)
    turn(false)
    await delay(5)
    ending.abort()
    expect((await ended).stopped).toMatchObject({ code: 'CANCELLED' })
    expect(container.asked).toEqual(['pause', 'unpause', 'kill'])
  })
})
