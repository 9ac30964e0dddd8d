import { describe, expect, it } from 'vitest'
import { checkAuctions } from '../../src/cli/doctor/auctions.ts'
import type { SeenAuction } from '../../src/cli/doctor/auctions.ts'
import { checkFolder, checkOpenFiles } from '../../src/cli/doctor/folder.ts'
import { checkClock, checkVersions } from '../../src/cli/doctor/peers.ts'
import { checkReachability } from '../../src/cli/doctor/reachability.ts'
import { checkOwnerFile, checkWorker } from '../../src/cli/doctor/worker.ts'
import { rulesOf } from '../../src/worker/owner/settings.ts'
import { viewAuctions } from '../../src/worker/auctions.ts'
import type { WorkerState } from '../../src/worker/state.ts'
import type { WorkerStatus } from '../../src/worker/status.ts'
import { folder } from '../support/folder.ts'

const NOW = 10_000_000
const HOUR = 3_600_000
const peer = (name: string, clockAheadMs?: number, agent = 'nightshift/0.1.0') => ({ peer: name, role: 'coordinator', agent, ...clockAheadMs === undefined ? {} : { clockAheadMs } })

describe('the auctions of the last hour', () => {
  const lost = (byPerMille: number): SeenAuction => ({ at: NOW - 1, state: 'lost', lostOn: { term: 'price', by: '0.1', perMille: byPerMille } })

  it('are told with the terms on which they were lost, by how much, and what to do', () => {
    const auctions: SeenAuction[] = [
      { at: NOW - 2 * HOUR, state: 'won' }, lost(100), lost(180), lost(900),
      { at: NOW, state: 'won' }, { at: NOW, state: 'unneeded' }, { at: NOW, state: 'bid' },
      ...Array.from({ length: 5 }, (): SeenAuction => ({ at: NOW, state: 'no-bid', reason: { code: 'GPU_MISSING', text: 'needs GPU a100, offers none' } }))
    ]
    const [summary, ...more] = checkAuctions(auctions, NOW)
    expect(summary?.text).toBe('saw 11 auctions in the last hour: won 1, lost 3 on price by 18 % (median), did not bid in 5 (GPU_MISSING), was not needed in 1, waits for the outcome of 1')
    expect(more).toMatchObject([{ code: 'AUCTIONS_LOST', severity: 'warning', remedy: expect.stringContaining('price.level') }, { code: 'AUCTIONS_NOT_ENTERED', text: expect.stringContaining('needs GPU a100, offers none') }])
  })

  it('are those that a worker remembers, as it tells them', () => {
    const state = { auctions: new Map([['a', { coordinator: 'c', jobId: 'j', app: 'hello', round: 1, at: NOW, times: 1, asked: { chunks: 1, workMs: 1000, maxPrice: 1n }, bid: { price: 1n, slots: 1 }, outcome: { kind: 'lost', term: 'time', byUnits: 1n, byPerMille: 120 } }]]) } as unknown as WorkerState
    expect(checkAuctions(JSON.parse(JSON.stringify(viewAuctions(state))) as SeenAuction[], NOW)).toMatchObject([{ text: 'saw 1 auction in the last hour: won 0, lost 1 on time by 12 %' }])
  })

  it('are no reason to worry while most are won, and a note where there were none', () => {
    expect(checkAuctions([lost(10), lost(10), lost(10), ...Array.from({ length: 4 }, (): SeenAuction => ({ at: NOW, state: 'won' }))], NOW)).toHaveLength(1)
    expect(checkAuctions([{ at: NOW, state: 'lost' }], NOW)).toMatchObject([{ severity: 'ok', text: 'saw 1 auction in the last hour: won 0, lost 1 on no reason given' }])
    expect(checkAuctions([{ at: NOW - 2 * HOUR, state: 'won' }], NOW)).toMatchObject([{ code: 'NO_AUCTIONS', severity: 'note' }])
  })
})

describe('the clock', () => {
  it('is wrong when most peers say so, and by how much and which way', () => {
    expect(checkClock([peer('a', 90_000), peer('b', 91_000), peer('c', 0)])).toMatchObject({ code: 'CLOCK_DRIFT', severity: 'warning', text: expect.stringMatching(/1 min 30 s behind the middle of 3 peers/) })
    expect(checkClock([peer('a', -7000)])).toMatchObject({ code: 'CLOCK_DRIFT', text: expect.stringContaining('7 s ahead of that of the one peer') })
  })

  it('is right when one peer of many says otherwise, and unknown where no peer tells the time', () => {
    expect(checkClock([peer('a', 600_000), peer('b', 100), peer('c', -200)])).toMatchObject({ code: 'CLOCK', severity: 'ok' })
    expect(checkClock([peer('a')])).toMatchObject({ code: 'CLOCK_UNKNOWN' })
    expect(checkClock([])).toMatchObject({ code: 'CLOCK_UNKNOWN', text: expect.stringContaining('no peer is connected') })
  })
})

it('versions are compared with what is installed and with what peers run', () => {
  expect(checkVersions([peer('a')], '0.1.0', '0.1.0')).toMatchObject([{ code: 'VERSION', severity: 'ok' }])
  expect(checkVersions([peer('a', 0, 'nightshift/0.10.0'), peer('b', 0, 'nightshift/0.0.9'), peer('c', 0, 'x/9')], '0.2.0', '0.3.0')).toMatchObject([
    { code: 'VERSION_OLD', severity: 'warning' }, { code: 'PEERS_NEWER', text: expect.stringContaining('1 of 2 peers') }
  ])
})

it('whom nobody can dial is broken as a coordinator, and not as a worker', () => {
  const found = { dialable: false, addresses: [{ address: '/ip4/1.2.3.4/tcp/1', dialable: false, reason: 'timed out' }] } as const
  expect(checkReachability(found, 'coordinator')).toMatchObject({ severity: 'broken', text: expect.stringContaining('/ip4/1.2.3.4/tcp/1: timed out') })
  expect(checkReachability(found, 'worker')).toMatchObject({ severity: 'note' })
  expect(checkReachability({ ...found, relay: { peer: 'r' } }, 'coordinator')).toMatchObject({ severity: 'note' })
  expect(checkReachability({ dialable: 'unknown' }, 'worker')).toMatchObject({ code: 'DIALABLE_UNKNOWN', severity: 'note' })
  expect(checkReachability(undefined, 'worker')).toMatchObject({ code: 'DIALABLE_UNKNOWN', text: expect.stringContaining('this version') })
  expect(checkReachability({ dialable: true, addresses: [{ address: '/ip4/1.2.3.4/tcp/1', dialable: true }] }, 'worker')).toMatchObject({ severity: 'ok', text: expect.stringContaining('/ip4/1.2.3.4/tcp/1') })
})

describe('a worker', () => {
  const status = (some: object): WorkerStatus => ({ state: 'ready', coordinators: [{ peer: '12D3KooWabcdefgh', admitted: true }], platforms: ['wasm'], ...some }) as unknown as WorkerStatus
  const codes = (some: object): readonly string[] => checkWorker(status(some)).filter(({ severity }) => severity !== 'ok').map(({ severity, code }) => `${severity} ${code}`)

  it('is well when it is let work for somebody', () => { expect(codes({})).toEqual([]) })
  it('is broken without a coordinator or a platform', () => {
    expect(codes({ coordinators: [], platforms: [] })).toEqual(['broken NO_COORDINATOR', 'broken NO_PLATFORM'])
    expect(codes({ coordinators: [{ peer: '12D3KooWabcdefgh', admitted: false, refusal: { code: 'COORDINATOR_UNFAIR', text: 'it cheats' } }] })).toEqual(['broken NO_COORDINATOR', 'warning COORDINATOR_REFUSED'])
  })
  it('is warned of what its owner stops', () => {
    expect(codes({ state: 'suspended', reason: { code: 'OWNER_PAUSED', text: 'paused by its owner' } })).toEqual(['warning OWNER_STOPS'])
    expect(codes({ state: 'reduced', reason: { code: 'MACHINE_IN_USE', text: 'in use' } })).toEqual(['note OWNER_LIMITS'])
  })

  it('that does not run is told what its settings would do', async () => {
    expect(rulesOf({ profile: 'always', schedule: { timeZone: 'UTC', hours: { monday: ['08:00-09:00'] } } })).toBeDefined()
    const shut = await folder({ 'owner.json': { profile: 'always', schedule: { timeZone: 'UTC', hours: { monday: ['08:00-09:00'] } } } })
    expect(await checkOwnerFile(shut, Date.parse('2026-03-03T08:30:00Z'))).toMatchObject([{ code: 'OWNER_STOPS', severity: 'note', text: expect.stringContaining('OUTSIDE_HOURS') }])
    expect(await checkOwnerFile(shut, Date.parse('2026-03-02T08:30:00Z'))).toEqual([])
    expect(await checkOwnerFile(await folder({ 'owner.json': '{' }), 0)).toMatchObject([{ code: 'OWNER_CONFIG', severity: 'broken' }])
  })
})

describe('a data folder', () => {
  it('is measured, and left as it was', async () => {
    const dir = await folder({ 'identity.key': 'x' })
    expect((await checkFolder(dir)).map(({ code }) => code)).toEqual(expect.arrayContaining(['DATA_FOLDER', expect.stringMatching(/^DISK_(SYNC|SLOW)$/)]))
    const { readdir } = await import('node:fs/promises')
    expect(await readdir(dir)).toEqual(['identity.key'])
  })

  it('is not made by looking for it, and broken where it cannot be', async () => {
    const dir = await folder({ file: 'x' })
    expect(await checkFolder(`${dir}/a/b`)).toMatchObject([{ code: 'DATA_FOLDER', severity: 'note' }, {}])
    expect(await checkFolder(`${dir}/file`)).toMatchObject([{ code: 'DATA_FOLDER', severity: 'broken' }])
  })

  it.skipIf(process.platform !== 'linux')('comes with the open files of the node', async () => {
    expect(await checkOpenFiles(process.pid)).toMatchObject([{ code: 'OPEN_FILES', text: expect.stringMatching(/^\d+ of (\d+|unlimited) files/) }])
    expect(await checkOpenFiles(2 ** 30)).toMatchObject([{ severity: 'note' }])
  })
})
