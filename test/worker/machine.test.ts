import { beforeEach, describe, expect, it } from 'vitest'
import { DEFAULT_IMAGE_RULES } from '../../src/model/image-rules.ts'
import type { Offer } from '../../src/model/messages/control.ts'
import { step } from '../../src/worker/core.ts'
import { freshWorker } from '../../src/worker/load.ts'
import type { Machine } from '../../src/worker/machine.ts'
import { rulesOf } from '../../src/worker/owner/settings.ts'
import type { WorkerState } from '../../src/worker/state.ts'
import { WorkerTurn } from '../../src/worker/turn.ts'
import { namedSigner } from '../support/signer.ts'

const GPU = { model: 'NVIDIA A100', vramMiB: 40_960, driver: '550.1' }
const HARDWARE = { cores: 4, cpuModel: 'sim', arch: 'x64', platform: 'linux', memoryMiB: 8192, memoryAvailableMiB: 8192, diskFreeMiB: 10_000, gpus: [GPU, { model: 'UHD Graphics', vramMiB: 0, driver: 'i915' }] }
const MONDAY_NOON = Date.parse('2026-03-02T12:00:00Z')

describe('a machine that changes', () => {
  let state: WorkerState
  beforeEach(() => {
    state = freshWorker(namedSigner('w'), {
      slots: 4, priceLevel: 1000, images: DEFAULT_IMAGE_RULES, isolation: 'namespaces', operator: '', hardware: HARDWARE, memoryMiB: 8192, cores: 4, creditLimit: 1n
    }, { platforms: ['wasm'], runtimes: [], egress: false })
    state.coordinators.set('c', { peer: 'c', incarnation: 1, nextHeartbeat: Infinity, nextOffer: Infinity, nextSettleAsk: 0, admitted: true })
  })

  function offersAfter (event: Parameters<typeof step>[1], now = MONDAY_NOON): readonly Offer[] {
    const turn = new WorkerTurn(state, now)
    step(turn, event)
    return turn.sends.flatMap(({ message }) => message.offer === undefined ? [] : [message.offer])
  }
  const sees = (machine: Partial<Machine>): readonly Offer[] => offersAfter({ kind: 'machine', machine })

  it('tells its coordinators once of what matters, and not of what does not', () => {
    expect(sees({ speed: 1200, bandwidth: 5_000_000 })).toMatchObject([{ speed: 1200, bandwidth: 5_000_000 }])
    expect(sees({ speed: 1200, bandwidth: 5_500_000 })).toEqual([])
    expect(sees({ bandwidth: 8_000_000 })).toMatchObject([{ bandwidth: 8_000_000 }])
    expect(sees({ hardware: { ...HARDWARE, diskFreeMiB: 9500, memoryAvailableMiB: 1 } })).toEqual([])
    expect(sees({ hardware: { ...HARDWARE, diskFreeMiB: 300 } })).toMatchObject([{ diskMiB: 300 }])
    expect(sees({ hardware: { ...HARDWARE, diskFreeMiB: 250 } })).toEqual([])
    expect(sees({ hardware: { ...HARDWARE, diskFreeMiB: 100 } })).toMatchObject([{ diskMiB: 100 }])
  })

  it('notices a disk that fills slowly', () => {
    const offers = Array.from({ length: 100 }, (_, i) => sees({ hardware: { ...HARDWARE, diskFreeMiB: 10_000 - i * 50 } })).flat()
    expect(offers.length).toBeGreaterThan(3)
    expect(offers.length).toBeLessThan(12)
    expect(offers.at(-1)?.diskMiB).toBeLessThan(5700)
  })

  it('lends only what its cgroup still has, once', () => {
    const [offer, ...more] = sees({ cores: 0.5, memoryMiB: 1024 })
    expect(more).toEqual([])
    expect(offer).toMatchObject({ cores: 0.5, memoryMiB: 1024 })
    expect(state.owner.allowance).toMatchObject({ cores: 0.5, memoryMiB: 1024 })
  })

  it('offers only GPUs that apps can be given, and none when their driver is gone', () => {
    expect(sees({ speed: 1 })).toMatchObject([{ gpus: [GPU] }])
    expect(sees({ hardware: { ...HARDWARE, gpus: [] }, numericClass: 'x64 other' })).toMatchObject([{ gpus: [], numericClass: 'x64 other' }])
  })

  it('lends no more of the disk than its owner gives', () => {
    offersAfter({ kind: 'owner', news: { rules: rulesOf({ profile: 'always', diskGib: 2 }), seen: { ...state.owner.seen, diskBytes: 1024 ** 3 } } })
    expect(sees({ speed: 2 })).toMatchObject([{ diskMiB: 1024 }])
    expect(sees({ hardware: { ...HARDWARE, diskFreeMiB: 500 } })).toMatchObject([{ diskMiB: 500 }])
  })

  it('says how long it stays, by its owner\'s schedule', () => {
    expect(sees({ speed: 3 })).toMatchObject([{ freeFor: 0 }])
    const offers = offersAfter({ kind: 'owner', news: { rules: rulesOf({ profile: 'always', schedule: { timeZone: 'UTC', hours: { monday: ['08:00-14:30'] } } }) } })
    expect(offers.at(-1)).toMatchObject({ freeFor: 2.5 * 3_600_000 })
    // said at once, although nothing else has changed
    expect(offersAfter({ kind: 'owner', news: { rules: rulesOf({ profile: 'always', schedule: { timeZone: 'UTC', hours: { monday: ['08:00-13:00'] } } }) } })).toMatchObject([{ freeFor: 3_600_000 }])
    offersAfter({ kind: 'owner', news: { rules: rulesOf({ profile: 'always', schedule: { timeZone: 'UTC', hours: { monday: ['08:00-14:30'] } } }) } })
    expect(offersAfter({ kind: 'tick' }, MONDAY_NOON + 3 * 3_600_000)).toMatchObject([{ freeFor: 0, slotsTotal: 0, suspended: { code: 'OUTSIDE_HOURS' } }])
  })
})
