import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { RestingExecutor } from '../../src/composition/resting-executor.ts'
import type { Executor, Task, TaskIo, TaskOutcome } from '../../src/model/executor.ts'

const TASK = {} as Task
const IO = {} as TaskIo
const DONE = {} as TaskOutcome

describe('an executor without work', () => {
  let told: string[] = []
  let end: ((outcome: TaskOutcome) => void) = () => undefined
  let executor: RestingExecutor

  beforeEach(() => {
    vi.useFakeTimers()
    told = []
    const inner: Executor = {
      platform: 'wasm',
      isolation: 'namespaces',
      selfTest: async () => undefined,
      run: async () => { told.push('run'); return await new Promise(resolve => { end = resolve }) },
      rest: async resting => { told.push(resting ? 'rest' : 'ready') },
      close: async () => { told.push('close') }
    }
    executor = new RestingExecutor(inner, error => { throw error }, 1000)
  })
  afterEach(async () => {
    await executor.close()
    vi.useRealTimers()
  })

  async function runOnce (): Promise<void> {
    const running = executor.run(TASK, IO)
    await vi.advanceTimersByTimeAsync(5000)
    end(DONE)
    await running
  }

  it('rests after a while, is made ready by a task before it runs, and does not rest while it runs', async () => {
    await vi.advanceTimersByTimeAsync(999)
    expect(told).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(told).toEqual(['rest'])
    await runOnce()
    expect(told).toEqual(['rest', 'ready', 'run'])
    await vi.advanceTimersByTimeAsync(1000)
    expect(told).toEqual(['rest', 'ready', 'run', 'rest'])
  })

  it('is not made ready by a task while its owner says that it rests', async () => {
    await executor.rest(false)
    expect(told).toEqual([])
    await executor.rest(true)
    await runOnce()
    expect(told).toEqual(['rest', 'run'])
    await executor.rest(false)
    expect(told).toEqual(['rest', 'run', 'ready'])
    await vi.advanceTimersByTimeAsync(1000)
    expect(told.at(-1)).toBe('rest')
  })

  it('leaves nothing behind when it is closed', async () => {
    await executor.close()
    expect(vi.getTimerCount()).toBe(0)
  })
})
