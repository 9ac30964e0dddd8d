import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nightshift } from '../support/command.ts'
import { crashRig } from '../support/crash.ts'
import type { CrashRig } from '../support/crash.ts'
import { DATABASE_FILES, damageLargest, filesIn } from '../support/data-folder.ts'
import { Api } from '../support/nodes.ts'
import type { StartedNode } from '../support/nodes.ts'

/** Chunks of a job here. */
const CHUNKS = 6
const FULL = process.env['NIGHTSHIFT_TEST_FULL'] === '1'

interface Status { readonly state: string, readonly condition?: { readonly code: string, readonly remedy?: string } }

describe('a coordinator whose data does not verify', () => {
  let rig: CrashRig
  beforeEach(async () => { rig = await crashRig() })
  afterEach(async () => { await rig.close() })

  async function withWorkers (crash?: string): Promise<{ readonly coordinator: StartedNode, readonly api: Api, readonly data: string }> {
    const coordinator = await rig.start('coordinator', 'c', [], crash)
    const dial = coordinator.addresses.flatMap(address => ['--peer', address])
    for (const name of ['w1', 'w2']) await rig.start('worker', name, [...dial, '--slots', '1', '--slow', '300'])
    return { coordinator, api: await Api.of(coordinator.dataDir), data: coordinator.dataDir }
  }

  const statusOf = async (data: string): Promise<Status> => await (await Api.of(data)).call('GET', '/v1/status') as Status

  it('shows what it has, changes nothing, and works on by itself once it is repaired', async () => {
    const { coordinator, api, data } = await withWorkers()
    const done = await rig.submit(api, CHUNKS) ?? ''
    await rig.expectRight(api, done, CHUNKS)
    await api.call('POST', '/v1/ledger/checkpoint')
    const open = await rig.submit(api, CHUNKS) ?? ''
    await api.waitFor(open, job => job.executions >= 2, 30_000)
    await api.call('POST', '/v1/ledger/checkpoint')
    await expect.poll(async () => await readdir(join(data, 'archive')), { timeout: 30_000 }).toHaveLength(1)
    await coordinator.stop('SIGKILL')
    await damageLargest(join(data, 'state'), DATABASE_FILES)

    const quarantined = await rig.start('coordinator', 'c', [], undefined, 'quarantined')
    const before = { ...await filesIn(join(data, 'state')), ...await filesIn(join(data, 'mirror')), ...await filesIn(join(data, 'archive')), ...await filesIn(join(data, 'blobs')) }
    expect(quarantined.addresses, 'it listens nowhere').toEqual([])
    expect(quarantined.log()).toMatch(/"code":"NS_E_QUARANTINED"[^\n]*quarantined: this coordinator answers questions/)
    const status = await nightshift('status', '--data', data)
    expect(status).toMatchObject({ code: 4, stdout: expect.stringMatching(/QUARANTINED: the database .* is damaged[^]*what to do: .*ledger repair --from-mirror --data /) as string })
    const again = await Api.of(data)
    expect(await again.call('GET', `/v1/jobs/${done}`)).toMatchObject({ state: 'COMPLETED', chunks: { done: CHUNKS } })
    expect((await again.call('GET', `/v1/jobs/${done}/outputs`) as { files: unknown[] }).files).toHaveLength(1)
    expect((await again.call('GET', `/v1/jobs/${done}/tasks`) as { tasks: unknown[] }).tasks.length).toBeGreaterThanOrEqual(2 * CHUNKS)
    expect(await again.call('GET', `/v1/jobs/${open}`)).toMatchObject({ state: 'HELD', reason: { code: 'QUARANTINED' } })
    expect((await nightshift('wallet', 'balance', '--data', data)).stdout).toMatch(/the books balance: 1000 BYC issued/)
    const journal = join(rig.dir, 'journal.ndjson')
    expect((await nightshift('ledger', 'export', '--data', data, '--out', journal)).code).toBe(0)
    expect((await nightshift('ledger', 'verify', journal)).code).toBe(0)
    for (const [method, path, body] of [
      ['POST', '/v1/jobs', { name: 'x', app: 'hasher' }], ['POST', `/v1/jobs/${open}/abort`, undefined], ['PUT', '/v1/blobs', Buffer.from('x')],
      ['GET', `/v1/blobs/${'0'.repeat(64)}`, undefined], ['POST', '/v1/ledger/adopt-receipts', undefined], ['DELETE', '/v1/images?name=x', undefined]
    ] as const) {
      const answer = await again.request(method, path, body)
      expect(answer, `${method} ${path}`).toMatchObject({ status: 503, body: { error: { code: 'NS_E_QUARANTINED', remedy: expect.stringMatching(/ledger repair/) as string } } })
    }
    expect({ ...await filesIn(join(data, 'state')), ...await filesIn(join(data, 'mirror')), ...await filesIn(join(data, 'archive')), ...await filesIn(join(data, 'blobs')) }, 'nothing was changed').toEqual(before)

    expect(await nightshift('ledger', 'repair', '--from-mirror', '--yes', '--data', data)).toMatchObject({ code: 0, stderr: expect.stringMatching(/is told, and goes back to work/) as string })
    await expect.poll(async () => await statusOf(data).catch(() => undefined), { timeout: 30_000 }).toMatchObject({ state: 'serving' })
    expect(quarantined.process.exitCode, 'it is the same process').toBeNull()
    await rig.expectRight(await Api.of(data), open, CHUNKS)
    for (const [chunk, times] of rig.runs()) expect(times, `${chunk} ran once`).toBe(1)
    expect((await nightshift('status', '--data', data)).code).toBe(0)
  }, 180_000)

  it('is quarantined in the middle of its work when the books are found wrong, and leaves everything to its next start', async () => {
    const { coordinator, api, data } = await withWorkers('lease:decided:3:NS_E_LEDGER')
    const id = await rig.submit(api, CHUNKS) ?? ''
    await expect.poll(async () => await statusOf(data).catch(() => undefined), { timeout: 60_000 }).toMatchObject({ state: 'quarantined', condition: { code: 'QUARANTINED' } })
    expect(await (await Api.of(data)).call('GET', `/v1/jobs/${id}`)).toMatchObject({ state: 'HELD', reason: { code: 'QUARANTINED' } })
    expect(coordinator.process.exitCode).toBeNull()
    await coordinator.stop()
    expect(coordinator.process.exitCode).toBe(0)
    const again = await rig.start('coordinator', 'c')
    await rig.expectRight(await Api.of(again.dataDir), id, CHUNKS)
  }, 180_000)

  it('ends when its disk fails, and goes on at its next start', async () => {
    const { coordinator, api } = await withWorkers('commit:decided:2:NS_E_DISK')
    const gone = once(coordinator.process, 'exit')
    const id = await rig.submit(api, CHUNKS) ?? ''
    expect(await gone).toEqual([1, null])
    expect(coordinator.log()).toMatch(/error NS_E_DISK/)
    const again = await rig.start('coordinator', 'c')
    await rig.expectRight(await Api.of(again.dataDir), id, CHUNKS)
  }, 180_000)

  it.runIf(FULL)('says so when the mirror is no better, and shows only that', async () => {
    const { coordinator, api, data } = await withWorkers()
    await rig.expectRight(api, await rig.submit(api, CHUNKS) ?? '', CHUNKS)
    await coordinator.stop('SIGKILL')
    await damageLargest(join(data, 'state'), DATABASE_FILES)
    await damageLargest(join(data, 'mirror'), /^batches/, 64)
    await rig.start('coordinator', 'c', [], undefined, 'quarantined')
    expect((await nightshift('status', '--data', data)).stdout).toMatch(/The mirror would not help[^]*a backup in its place/)
    expect(await (await Api.of(data)).request('GET', '/v1/jobs')).toMatchObject({ status: 503, body: { error: { code: 'NS_E_QUARANTINED', message: expect.stringMatching(/the mirror cannot be read either/) as string } } })
    expect((await nightshift('ledger', 'repair', '--from-mirror', '--yes', '--data', data)).stderr).toMatch(/NS_E_DATA_CORRUPT[^]*holds no whole snapshot/)
    expect(await statusOf(data)).toMatchObject({ state: 'quarantined' })
  }, 180_000)
})
