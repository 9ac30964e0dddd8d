import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cleanUp } from '../../src/coordinator/cleanup.ts'
import { fetchResults } from '../../src/coordinator/fetch.ts'
import { partitionJob } from '../../src/coordinator/partition.ts'
import type { Job } from '../../src/coordinator/state.ts'
import { Bench } from './support.ts'

const never = new AbortController().signal

describe('cleaning up after a job', () => {
  let bench: Bench
  beforeEach(async () => { bench = await Bench.open() })
  afterEach(async () => { await bench.close() })

  it('deletes what only it needed, just made or not', async () => {
    const input = await bench.put('input')
    const kept = bench.services.pins.keep('j-old', bench.services.blobs)
    const result = { path: 'out.bin', ...await kept.put(Buffer.from('result')) }
    kept.end()
    const job = await bench.job('j-old', 'COMPLETED', input, [result])
    await cleanUp(bench.services, job)
    expect([await bench.has(input), await bench.has(result)]).toEqual([false, false])
  })

  it('leaves a result that another job is just bringing in, until that job has ended too', async () => {
    const [input, shared, second] = [await bench.put('input'), await bench.put('shared'), await bench.put('second')]
    const old = await bench.job('j-old', 'COMPLETED', input, [shared])
    const young = await bench.job('j-new', 'RUNNING', await bench.put('other'))
    await bench.services.blobs.delete(second.sha256)
    let arrived: () => void = () => undefined
    const inFlight = new Promise<void>(resolve => { arrived = resolve })
    let deliver: () => void = () => undefined
    const mayArrive = new Promise<void>(resolve => { deliver = resolve })
    bench.fetch = async (_, __, into) => {
      arrived()
      await mayArrive
      await into.put(Buffer.from('second'))
    }
    const fetching = fetchResults(bench.services, { jobId: 'j-new', chunk: 0, from: ['w1'], files: [shared, { ...second, path: 'b' }] }, never)
    await inFlight
    await cleanUp(bench.services, old)
    deliver()
    await fetching
    expect(bench.posted).toMatchObject([{ kind: 'results-stored', stored: true }])
    expect([await bench.has(shared), await bench.has(second), await bench.has(input)]).toEqual([true, true, false])
    const ended: Job = { ...young, record: { ...young.record, state: 'CANCELLED' } }
    bench.services.pins.forget('j-new')
    await bench.services.pins.delete(shared.sha256, bench.services.blobs)
    await cleanUp(bench.services, ended)
    expect(await bench.has(shared)).toBe(false)
  })

  it('leaves the chunks of a job whose partition no store names yet', async () => {
    const chunk = await bench.put('the same input')
    const old = await bench.job('j-old', 'COMPLETED', chunk)
    const young = await bench.job('j-new', 'PARTITIONING')
    await partitionJob(bench.services, { ...young, record: { ...young.record, spec: { ...young.record.spec, source: [{ ...chunk, path: 'in.txt' }] } } }, 1, never)
    const inputs = bench.posted.flatMap(event => event.kind === 'chunks' ? event.inputs : [])
    expect(inputs.map(({ sha256 }) => sha256)).toEqual([chunk.sha256])
    await cleanUp(bench.services, old)
    expect(await bench.has(chunk)).toBe(true)
  })
})
