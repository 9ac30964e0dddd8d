import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { block, pause, setConfig, unsetConfig } from '../../src/cli/owner.ts'
import { workerLines } from '../../src/cli/worker-status.ts'
import { writeOwnerSettings } from '../../src/composition/owner-watch.ts'
import type { WorkerStatus } from '../../src/worker/status.ts'
import { folder } from '../support/folder.ts'

async function worker (settings: object): Promise<{ readonly data: string, readonly written: () => Promise<unknown> }> {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const data = await folder()
  await writeFile(join(data, 'owner.json'), JSON.stringify(settings))
  return { data, written: async () => JSON.parse(await readFile(join(data, 'owner.json'), 'utf8')) as unknown }
}

describe('a setting that is taken back', () => {
  it('leaves no empty group behind, which would contradict others', async () => {
    const { data, written } = await worker({ inUse: { cpu: 20 } })
    await unsetConfig('inUse.cpu', { data, output: 'json' })
    expect(await written()).toEqual({})
    await setConfig('whenInUse', 'pause', { data, output: 'json' })
    expect(await written()).toEqual({ whenInUse: 'pause' })
  })

  it('is refused where there is none of that name', async () => {
    const { data } = await worker({})
    await expect(unsetConfig('idelAfter', { data, output: 'json' })).rejects.toMatchObject({ code: 'NS_E_CONFIG', message: expect.stringContaining('"idelAfter"') })
  })
})

it('a setting that is no plain value is refused with how it is written', async () => {
  const { data } = await worker({})
  await expect(setConfig('schedule', '22:00-06:00', { data, output: 'json' })).rejects.toMatchObject({ remedy: expect.stringContaining('"timeZone"') })
  await expect(setConfig('traffic', '50', { data, output: 'json' })).rejects.toMatchObject({ remedy: expect.stringContaining('"gib"') })
})

it('settings that cannot be written are refused with the file, not as a defect', async () => {
  await expect(writeOwnerSettings(join(await folder(), 'missing', 'owner.json'), {})).rejects.toMatchObject({ code: 'NS_E_CONFIG', message: expect.stringContaining('owner.json cannot be written') })
})

it('a pause for longer than a year is refused before anybody is asked', async () => {
  await expect(pause('9999999h', { output: 'json' })).rejects.toMatchObject({ code: 'NS_E_USAGE', remedy: expect.stringContaining('node resume') })
})

it('a worker that is suspended may use nothing, and says so', () => {
  const status = {
    peerId: 'p', state: 'suspended', reason: { code: 'ON_BATTERY', text: 'runs on battery' }, allowance: { tasks: 1, cores: 1, memoryMiB: 1024, gpus: false, inUse: false },
    capacity: { tasks: 1, cores: 2, memoryMiB: 2048 }, seen: { otherLoad: 0, onBattery: true, trafficBytes: 0, diskBytes: 0 },
    running: [], queued: 0, coordinators: [], today: { earned: '0', accepted: 0, rejected: 0 }, price: { strategy: 'level' }, pending: '0'
  } as unknown as WorkerStatus
  expect(workerLines(status, 0)).toContain('  may use now: nothing; what runs is held')
})

it('whoever reads only the beginning of what is printed gets no stack trace', async () => {
  const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
  const { stderr } = await promisify(execFile)('sh', ['-c', '"$0" "$1" config list --data "$2" | true', process.execPath, main, await folder()])
  expect(stderr).not.toContain('EPIPE')
})

it('a coordinator is blocked by the end of its id, as "status" shows it, and a strange name is refused', async () => {
  const { data, written } = await worker({})
  const peer = '12D3KooWKdxJmNJBGVkhBZGNmGFUSPcgHR892D59ZguPTZQJvUwV'
  const server = createServer((_, response) => response.end(JSON.stringify({ coordinators: [{ peer }] }))).listen(0, '127.0.0.1')
  onTestFinished(() => { server.close() })
  await once(server, 'listening')
  await writeFile(join(data, 'api.json'), JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 't' }))
  await block('TZQJvUwV', { data, output: 'json' })
  expect(await written()).toEqual({ coordinators: { allow: [], deny: [peer] } })
  await expect(block('nobody', { data, output: 'json' })).rejects.toMatchObject({ code: 'NS_E_USAGE' })
})
