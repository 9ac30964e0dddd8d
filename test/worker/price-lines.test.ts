import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Announce } from '../../src/model/messages/control.ts'
import { step } from '../../src/worker/core.ts'
import { MOST_ASKED, MOST_ASKED_FOR_ONE, MOST_WAITING, PriceLines } from '../../src/worker/price-lines.ts'
import type { PriceAnswer } from '../../src/worker/price.ts'
import { rulesOf } from '../../src/worker/owner/settings.ts'
import type { WorkerState } from '../../src/worker/state.ts'
import { WorkerTurn } from '../../src/worker/turn.ts'
import { SimulatedNetwork } from '../simulation/network.ts'

const SCRIPT_MS = 1000

function announceOf (jobId: string, round = 1): Announce {
  return {
    jobId, round, workMs: 1, chunksPending: 1, trust: 'open', maxPrice: 1000n, deadline: 0, appHash: '', appName: '', requirements: {
      platform: 'wasm', minCores: 0, minMemoryMiB: 0, minDiskMiB: 0, gpus: [], isolation: 'process', network: 'none', gpuCount: 0, arch: '', runtime: '', image: ''
    }
  }
}

/** What waits may be asked about now, by coordinator. */
function begun (lines: PriceLines): string[] {
  const all: string[] = []
  for (let next = lines.next(); next !== undefined; next = lines.next()) {
    lines.ask(next)
    all.push(next.coordinator)
  }
  return all
}

describe('the lines for an owner\'s price script', () => {
  it('leave a script for whoever comes next, and then take turns', () => {
    const lines = new PriceLines()
    const wait = (coordinator: string, jobId: string): boolean => lines.wait({ coordinator, announce: announceOf(jobId), since: 0 })
    for (let i = 0; i < 100; i++) wait('greedy', `j${i}`)
    expect(begun(lines)).toEqual(['greedy', 'greedy', 'greedy'])
    for (const coordinator of ['a', 'b', 'c']) wait(coordinator, 'j')
    expect(begun(lines)).toEqual(['a'])
    const order = Array.from({ length: 3 }, (_, i) => {
      lines.answered(`greedy/j${i}/1`)
      return begun(lines)
    }).flat()
    expect(order, 'whoever holds none comes before whoever holds some').toEqual(['b', 'c', 'greedy'])
  })

  it('never let one hold more than its part while another waits', () => {
    const coordinator = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
    const event = fc.oneof(fc.record({ coordinator, job: fc.nat({ max: 20 }), round: fc.nat({ max: 2 }) }), fc.record({ answers: fc.nat({ max: 3 }) }), fc.record({ leaves: coordinator }))
    fc.assert(fc.property(fc.array(event, { maxLength: 200 }), events => {
      const lines = new PriceLines()
      const waiting = new Set<string>()
      const held = (of: string): number => [...lines.asked.values()].filter(({ coordinator: whose }) => whose === of).length
      for (const it of events) {
        if ('answers' in it) lines.answered([...lines.asked.keys()][it.answers] ?? '')
        else if ('leaves' in it) {
          lines.leave(it.leaves)
          for (const one of waiting) if (one.startsWith(`${it.leaves}/`)) waiting.delete(one)
        } else {
          const known = lines.asked.has(`${it.coordinator}/j${it.job}/${it.round}`)
          if (lines.wait({ coordinator: it.coordinator, announce: announceOf(`j${it.job}`, it.round), since: 0 }) && !known) waiting.add(`${it.coordinator}/j${it.job}`)
        }
        for (let next = lines.next(); next !== undefined; next = lines.next()) {
          const least = Math.min(...[...waiting].map(one => held(one.split('/')[0] ?? '')))
          expect(held(next.coordinator), 'who holds least comes first').toBe(least)
          expect(waiting.delete(`${next.coordinator}/${next.announce.jobId}`), 'what waited, and once').toBe(true)
          lines.ask(next)
        }
        const counts = [...new Set([...lines.asked.values()].map(({ coordinator: whose }) => whose))].map(held)
        expect(lines.asked.size).toBeLessThanOrEqual(MOST_ASKED)
        expect(Math.max(0, ...counts)).toBeLessThanOrEqual(MOST_ASKED_FOR_ONE)
        expect(waiting.size > 0 && lines.asked.size === 0, 'nobody waits for nothing').toBe(false)
        for (const of of 'abcdef') expect([...waiting].filter(one => one.startsWith(`${of}/`)).length).toBeLessThanOrEqual(MOST_WAITING)
      }
    }))
  })
})

describe('a worker whose owner has a price script', () => {
  function worker (): { readonly state: WorkerState, readonly hear: (peer: string, announce: Announce, at?: number) => WorkerTurn, readonly answer: (key: string, at?: number, answer?: PriceAnswer) => WorkerTurn, readonly now: number } {
    const network = new SimulatedNetwork(53)
    network.addWorker('w1', { taskMs: 100 })
    network.onWorker('w1', { kind: 'owner', news: { rules: rulesOf({ profile: 'always', price: { strategy: 'script', script: ['/bin/price'], scriptMs: SCRIPT_MS } }) } })
    network.quiet(500)
    const state = network.worker('w1')
    const view = state.coordinators.get('coordinator')
    if (view === undefined) throw new Error('the worker knows no coordinator')
    state.coordinators.set('other', { ...view, peer: 'other' })
    const turn = (at: number, event: Parameters<typeof step>[1]): WorkerTurn => {
      const made = new WorkerTurn(state, at)
      step(made, event)
      return made
    }
    return {
      state,
      now: network.now,
      hear: (peer, announce, at = network.now) => turn(at, { kind: 'message', peer, message: { announce } }),
      answer: (key, at = network.now, answer = { kind: 'price', price: 5n }) => turn(at, { kind: 'priced', key, answer })
    }
  }
  const asked = ({ effects }: WorkerTurn): string[] => effects.flatMap(effect => effect.kind === 'price' ? [effect.question.key] : [])
  const said = ({ sends }: WorkerTurn): unknown[] => sends.map(({ peer, message }) => [peer, message.bid?.price ?? message.noBid?.reason?.code])

  it('bids for one coordinator at once while another announces all it can', () => {
    const { state, hear, answer } = worker()
    for (let i = 0; i < 100; i++) hear('coordinator', announceOf(`j${i}`))
    expect(state.awaitedPrices.asked.size).toBe(MOST_ASKED_FOR_ONE)
    expect(said(hear('coordinator', announceOf('j-more')))).toEqual([['coordinator', 'PRICE_SCRIPT_FAILED']])
    expect(asked(hear('other', announceOf('mine')))).toEqual(['other/mine/1'])
    expect(said(answer('other/mine/1'))).toEqual([['other', 5n]])
    const turn = answer('coordinator/j0/1')
    expect([said(turn), asked(turn)]).toEqual([[['coordinator', 5n]], ['coordinator/j3/1']])
  })

  it('asks once about what it is told again and again', () => {
    const { hear } = worker()
    expect(Array.from({ length: 20 }, () => asked(hear('coordinator', announceOf('j')))).flat()).toHaveLength(1)
  })

  it('asks nothing whose answer would come after the round, nor for whom is gone, and says so', () => {
    const { state, hear, answer, now } = worker()
    for (let i = 0; i < 5; i++) hear('coordinator', announceOf(`j${i}`), now)
    hear('coordinator', announceOf('j4', 2), now + SCRIPT_MS)
    const turn = answer('coordinator/j0/1', now + SCRIPT_MS + 1)
    expect([said(turn), asked(turn)]).toEqual([[['coordinator', 5n], ['coordinator', 'PRICE_SCRIPT_FAILED']], ['coordinator/j4/2']])
    hear('coordinator', announceOf('j5'))
    step(new WorkerTurn(state, now), { kind: 'peer-down', peer: 'coordinator' })
    expect(asked(answer('coordinator/j1/1'))).toEqual([])
  })
})
