import { describe, expect, it } from 'vitest'
import { resultHash } from '../../src/model/result.ts'
import { openBlobStore } from '../../src/storage/index.ts'
import { behaviourOf } from '../../src/worker/behaviour.ts'
import type { TaskResult } from '../../src/worker/events.ts'
import { folder } from '../support/folder.ts'

const USAGE = { wallMs: 1, cpuMs: 1, peakMemoryBytes: 1, outputBytes: 1 }
const signal = new AbortController().signal

describe('the behaviour of a worker of a test cluster', () => {
  async function results (options: Parameters<typeof behaviourOf>[0], count: number, fractions: readonly number[] = [0]): Promise<{ readonly honest: string, readonly results: readonly TaskResult[] }> {
    const blobs = await openBlobStore(await folder())
    try {
      const file = { path: 'out', ...await blobs.put(Buffer.from('right')) }
      const honest: TaskResult = { ok: true, value: resultHash({ exitCode: 0, files: [file] }), files: [file], ran: { appHash: '0'.repeat(64), paramsHash: '0'.repeat(64) }, usage: USAGE, nonce: '00' }
      let next = 0
      const behaviour = behaviourOf(options, { bytes: length => new Uint8Array(length), fraction: () => fractions[next++ % fractions.length] ?? 0 })
      const made: TaskResult[] = []
      for (let i = 0; i < count; i++) made.push(await behaviour.after(honest, blobs, signal))
      return { honest: honest.value, results: made }
    } finally {
      await blobs.close()
    }
  }

  const values = (all: readonly TaskResult[]): readonly (string | undefined)[] => all.map(result => result.ok ? result.value : undefined)

  it('is honest by default', async () => {
    const { honest, results: all } = await results({}, 3)
    expect(values(all)).toEqual([honest, honest, honest])
  })

  it('lies always, or every other time after it was honest for a while', async () => {
    const liar = await results({ lie: true }, 2)
    for (const value of values(liar.results)) expect(value).not.toBe(liar.honest)
    const onOff = await results({ onOff: 3 }, 8)
    expect(values(onOff.results).map(value => value === onOff.honest)).toEqual([true, true, true, false, true, false, true, false])
  })

  it('fails its share of tasks, in more than one way', async () => {
    const { honest, results: all } = await results({ flaky: 0.5 }, 3, [0.9, 0.1, 0.5, 0.1, 0.9])
    expect(values(all)).toEqual([honest, undefined, undefined])
    expect(all.map(result => result.ok ? 'ok' : result.failureClass)).toEqual(['ok', 'node', 'app'])
  })

  it('says everything but what was asked not to be', () => {
    const says = (options: Parameters<typeof behaviourOf>[0], message: object): boolean => behaviourOf(options, { bytes: () => new Uint8Array(), fraction: () => 0 }).says(message)
    expect([says({}, { reveal: {} }), says({ secretive: true }, { reveal: {} }), says({ secretive: true }, { commit: {} })]).toEqual([true, false, true])
  })
})
