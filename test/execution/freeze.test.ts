import { readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createPythonWasmExecutor } from '../../src/execution/index.ts'
import { RunClock } from '../../src/execution/run-clock.ts'
import type { Executor, RunGate } from '../../src/model/executor.ts'
import { buildRunners } from './support/runners.ts'
import { cacheDir, pythonTask } from './support/tasks.ts'

class Gate implements RunGate {
  isOpen = true
  readonly #listeners = new Set<() => void>()

  onChange (listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => { this.#listeners.delete(listener) }
  }

  turn (isOpen: boolean): void {
    this.isOpen = isOpen
    for (const listener of this.#listeners) listener()
  }
}

describe('a task that is held', () => {
  let executor: Executor
  beforeAll(async () => {
    buildRunners()
    executor = await createPythonWasmExecutor({ cacheDir, slots: 1 })
    await executor.selfTest(new AbortController().signal)
  }, 120_000)
  afterAll(() => executor.close())

  it('stands still, runs out of no time, and goes on where it was', async () => {
    const gate = new Gate()
    let said = ''
    const app = 'import time\nn = 0\nend = time.monotonic() + 1\nwhile time.monotonic() < end:\n  n += 1\n  if n % 20000 == 0: print(n, flush=True)\nprint("end")'
    const ended = executor.run(pythonTask(app, { limits: { wallMs: 2500 } }), {
      signal: new AbortController().signal,
      gate,
      onLog: (_, text) => { said += text },
      collect: async () => undefined
    })
    await vi.waitFor(() => { expect(said).not.toBe('') }, { timeout: 20_000, interval: 5 })
    gate.turn(false)
    await vi.waitFor(() => { expect(stopped()).toBeGreaterThan(0) }, { timeout: 5000, interval: 5 })
    const before = said
    const heldAt = performance.now()
    await vi.waitFor(() => { expect(performance.now() - heldAt).toBeGreaterThan(2600) }, { timeout: 5000 })
    expect(said.length - before.length).toBeLessThan(200)
    expect(said).not.toContain('end')
    gate.turn(true)
    const outcome = await ended
    expect(outcome).toMatchObject({ ok: true })
    expect(said).toContain('end')
    expect(outcome.usage.wallMs).toBeLessThan(2500)
  })

  it('ends when it is cancelled while it is held', async () => {
    const gate = new Gate()
    const abort = new AbortController()
    let said = ''
    const ended = executor.run(pythonTask('print("on", flush=True)\nwhile True: pass'), { signal: abort.signal, gate, onLog: (_, text) => { said += text }, collect: async () => undefined })
    await vi.waitFor(() => { expect(said).toBe('on\n') }, { timeout: 20_000, interval: 5 })
    gate.turn(false)
    abort.abort()
    expect(await ended).toMatchObject({ ok: false, code: 'CANCELLED' })
    expect(stopped()).toBe(0)
  })
})

/** All processes that this one has started, and that they have started. */
function started (pid = String(process.pid)): string[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(child => child !== '').flatMap(child => [child, ...started(child)])
  } catch {
    return []
  }
}

function read (pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

const stopped = (): number => started().filter(pid => read(pid, 'stat').includes(') T ')).length
const interpreters = (): number[] => started().filter(pid => read(pid, 'cmdline').includes('python-runner') && !read(pid, 'cmdline').startsWith('bwrap')).map(Number)

describe('a clock that can be held', () => {
  it('counts only what it ran', () => {
    vi.useFakeTimers()
    try {
      let ended = 0
      const clock = new RunClock(() => { ended++ })
      clock.set(1000)
      vi.advanceTimersByTime(600)
      clock.hold()
      vi.advanceTimersByTime(5000)
      expect([ended, Math.round(clock.ranMs)]).toEqual([0, 600])
      clock.go()
      vi.advanceTimersByTime(399)
      expect(ended).toBe(0)
      vi.advanceTimersByTime(2)
      expect(ended).toBe(1)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('an executor that rests', () => {
  it('keeps no interpreter ready, and has them ready again when it works on; they step back behind other programs', async () => {
    buildRunners()
    const executor = await createPythonWasmExecutor({ cacheDir, slots: 1, ready: 2, niceness: () => 7 })
    try {
      await executor.selfTest(new AbortController().signal)
      await executor.rest?.(true)
      await vi.waitFor(() => { expect(interpreters()).toEqual([]) }, { timeout: 20_000, interval: 20 })
      await executor.rest?.(false)
      await vi.waitFor(() => {
        expect(interpreters().length).toBeGreaterThanOrEqual(2)
        expect(interpreters().every(pid => getPriority(pid) === 7)).toBe(true)
      }, { timeout: 20_000, interval: 20 })
    } finally {
      await executor.close()
    }
  }, 120_000)
})
