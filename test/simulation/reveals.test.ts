import { describe, expect, it } from 'vitest'
import type { FileRef } from '../../src/model/block.ts'
import { simulatedJob } from './jobs.ts'
import { SimulatedNetwork } from './network.ts'

const ID = 'j-aaaaaaaaaaaaaaaa'
const GIB = 1024 ** 3

describe('what a worker shows', () => {
  it.each<[string, RegExp, (files: readonly FileRef[]) => readonly FileRef[]]>([
    ['leaves its folder', /unsafe path/, files => files.map(file => ({ ...file, path: '../../etc/passwd' }))],
    ['is an absolute path', /unsafe path/, files => files.map(file => ({ ...file, path: '/etc/passwd' }))],
    ['is listed twice', /twice/, files => [...files, ...files]],
    ['is a file and a folder', /both as a file and as a folder/, files => [...files, ...files.map(file => ({ ...file, path: `${file.path}/x` }))]],
    ['is over the size limit', /3221225472 bytes, 2147483648 are allowed/, files => files.map(file => ({ ...file, size: 3 * GIB }))]
  ])('is refused with its reason when it %s, even where one result decides', (_, text, shows) => {
    const network = new SimulatedNetwork(51)
    network.addWorker('hostile', { taskMs: 10, shows })
    network.addWorker('w1', { taskMs: 500 })
    network.submit(simulatedJob(ID, { replicas: 1 }), 10)
    network.run(600_000)
    const job = network.coordinator.jobs.get(ID)
    expect(job?.record.state).toBe('COMPLETED')
    expect(network.earned('hostile')).toBe(0n)
    const [incident] = network.coordinator.incidents
    expect(incident).toMatchObject({ worker: 'hostile', reason: { code: 'BAD_REVEAL' } })
    expect(incident?.reason.text).toMatch(text)
    expect(network.coordinator.standings.get('w1')?.strikes).toEqual([])
  })
  it.each<[string, (attestation: Uint8Array) => Uint8Array]>([
    ['without a signature', () => new Uint8Array()],
    ['with one for something else', attestation => attestation.map((byte, i) => i === 9 ? byte ^ 1 : byte)]
  ])('is refused %s of what it ran, and its worker struck', (_, attests) => {
    const network = new SimulatedNetwork(54)
    network.addWorker('hostile', { taskMs: 10, attests })
    network.addWorker('w1', { taskMs: 500 })
    network.submit(simulatedJob(ID, { replicas: 1 }), 10)
    network.run(600_000)
    expect(network.coordinator.jobs.get(ID)?.record.state).toBe('COMPLETED')
    expect(network.earned('hostile')).toBe(0n)
    expect(network.coordinator.incidents[0]).toMatchObject({ worker: 'hostile', reason: { code: 'BAD_REVEAL', text: expect.stringMatching(/did not sign/) } })
    expect(network.coordinator.standings.get('w1')?.strikes).toEqual([])
  })
  it('counts by itself when it was shown while the files of another result could not be had', () => {
    const network = new SimulatedNetwork(52, { fetchMs: 5000 })
    network.addWorker('hoarder', { taskMs: 10_000, withholds: true })
    network.submit(simulatedJob(ID, { replicas: 1 }), 1)
    network.run(1000)
    network.addWorker('w1', { taskMs: 9000 })
    network.run(40_000)
    const job = network.coordinator.jobs.get(ID)
    expect(job?.record).toMatchObject({ state: 'COMPLETED', executions: 2 })
    expect(network.earned('w1')).toBeGreaterThan(0n)
    expect(network.earned('hoarder')).toBe(0n)
  })
  it.each([
    [2, 1],
    [3, 2]
  ])('is asked for again when fetching it broke off %i times, without a strike', (losesReveals, executions) => {
    const network = new SimulatedNetwork(53, { platforms: [] })
    network.addWorker('unlucky', { taskMs: 100, losesReveals })
    network.submit(simulatedJob(ID, { replicas: 1 }), 1)
    network.run(60_000)
    network.addWorker('w1', { taskMs: 100 })
    network.run(200_000)
    expect(network.coordinator.jobs.get(ID)?.record).toMatchObject({ state: 'COMPLETED', executions })
    expect(network.coordinator.incidents).toEqual([])
    expect(network.coordinator.standings.get('unlucky')?.strikes ?? []).toEqual([])
    expect(network.earned('unlucky') > 0n).toBe(losesReveals < 3)
  })
})
