import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Admission } from '../../../src/worker/admission.ts'
import type { Admitted } from '../../../src/worker/admission.ts'
import { TwoStores } from '../support.ts'

const ALL: Admitted = { tasks: 4, memoryMiB: 4096, suspended: false, release: false }

describe('what an owner admits', () => {
  it('is decided by the sandboxes as long as they may use all their slots', () => {
    const admission = new Admission(4, ALL)
    const passes = Array.from({ length: 20 }, () => admission.enter(512))
    expect(passes.every(({ gate }) => gate.isOpen)).toBe(true)
  })

  it('goes on with the oldest when less may run, and with the next when one has ended', () => {
    const admission = new Admission(4, ALL)
    const passes = Array.from({ length: 4 }, () => admission.enter(512))
    admission.set({ ...ALL, tasks: 2 })
    expect(passes.map(({ gate }) => gate.isOpen)).toEqual([true, true, false, false])
    passes[0]?.leave()
    expect(passes.map(({ gate }) => gate.isOpen)).toEqual([true, true, true, false])
    admission.set(ALL)
    expect(passes.every(({ gate }) => gate.isOpen)).toBe(true)
  })

  it('never exceeds the memory that is lent', () => {
    const admission = new Admission(4, { ...ALL, memoryMiB: 1500 })
    const passes = [1000, 1000, 500].map(memory => admission.enter(memory))
    expect(passes.map(({ gate }) => gate.isOpen)).toEqual([true, false, true])
  })

  it('tells of each change once, until nobody listens', () => {
    const admission = new Admission(1, ALL)
    const pass = admission.enter(1)
    const told: boolean[] = []
    const leave = pass.gate.onChange(() => { told.push(pass.gate.isOpen) })
    admission.set({ ...ALL, suspended: true })
    admission.set({ ...ALL, suspended: true })
    admission.set(ALL)
    leave()
    admission.set({ ...ALL, suspended: true })
    expect(told).toEqual([false, true])
  })

  it('gives back what it has held for long, and at once when memory is asked for', async () => {
    const slowly = new Admission(1, ALL, 20)
    const pass = slowly.enter(1)
    slowly.set({ ...ALL, suspended: true })
    await new Promise<void>(resolve => { pass.givesUp.addEventListener('abort', () => { resolve() }) })
    const atOnce = new Admission(1, ALL, 1_000_000)
    const other = atOnce.enter(1)
    atOnce.set({ ...ALL, suspended: true, release: true })
    expect(other.givesUp.aborted).toBe(true)
  })

  describe('over time', () => {
    beforeEach(() => { vi.useFakeTimers() })
    afterEach(() => { vi.useRealTimers() })

    it('gives back what was held for long in all, however often it went on between: its coordinator would think it broken', () => {
      const admission = new Admission(1, ALL, 60_000)
      const pass = admission.enter(1)
      for (let i = 0; i < 2; i++) {
        admission.set({ ...ALL, suspended: true })
        vi.advanceTimersByTime(29_000)
        admission.set(ALL)
        vi.advanceTimersByTime(100_000)
      }
      expect(pass.givesUp.aborted).toBe(false)
      admission.set({ ...ALL, suspended: true })
      vi.advanceTimersByTime(3000)
      expect(pass.givesUp.aborted).toBe(true)
    })

    it('lets what has not begun wait its turn for as long as others run', () => {
      const admission = new Admission(2, { ...ALL, tasks: 1 }, 60_000)
      const [first, second] = [admission.enter(1), admission.enter(1)]
      vi.advanceTimersByTime(600_000)
      expect(second.givesUp.aborted).toBe(false)
      first.leave()
      expect(second.gate.isOpen).toBe(true)
    })
  })
})

describe('a worker whose owner paused it', () => {
  let stores: TwoStores
  beforeEach(async () => { stores = await TwoStores.open() })
  afterEach(async () => { await stores.close() })

  it('begins nothing, and gives the chunk back with the reason and without blame', async () => {
    stores.admission.set({ tasks: 2, memoryMiB: 2048, suspended: true, release: false, reason: { code: 'ON_BATTERY', text: 'runs on battery' } })
    const result = await stores.run(await stores.attempt(0, await stores.spec()))
    expect(result).toMatchObject({ ok: false, failureClass: 'transport', code: 'CANCELLED', message: 'given back: runs on battery', givenBack: { code: 'ON_BATTERY' } })
    expect(stores.tasks).toEqual([])
  })
})
