import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nightshift } from '../support/command.ts'
import { crashRig } from '../support/crash.ts'
import type { CrashRig } from '../support/crash.ts'
import { DATABASE_FILES, damageLargest } from '../support/data-folder.ts'
import { Api } from '../support/nodes.ts'

/** Chunks of a job here. */
const CHUNKS = 4

interface Account { readonly receipted: string, readonly seq: number, readonly exposure: string }

describe('a worker whose disk lies', () => {
  let rig: CrashRig
  beforeEach(async () => { rig = await crashRig() })
  afterEach(async () => { await rig.close() })

  const account = async (data: string): Promise<Account | undefined> => (JSON.parse(await readFile(join(data, 'wallet.json'), 'utf8')) as { coordinators: Account[] }).coordinators[0]

  it('says so and takes no work; repaired from its mirror it has every receipt, and works on', async () => {
    const coordinator = await rig.start('coordinator', 'c')
    const flags = [...coordinator.addresses.flatMap(address => ['--peer', address]), '--slots', '1']
    const w1 = await rig.start('worker', 'w1', flags)
    const w2 = await rig.start('worker', 'w2', flags)
    const api = await Api.of(coordinator.dataDir)
    await rig.expectRight(api, await rig.submit(api, CHUNKS) ?? '', CHUNKS)
    const data = w1.dataDir
    await expect.poll(async () => await account(data), { timeout: 30_000 }).toMatchObject({ exposure: '0', seq: expect.any(Number) as number })
    expect(await nightshift('ledger', 'verify', '--data', data)).toMatchObject({ code: 0, stdout: expect.stringMatching(/database: in use[^]*mirror: {3}whole[^]*receipts: whole, \S+ BYC of 1 coordinator\n/) as string })
    await w1.stop('SIGKILL')
    const before = await account(data)
    expect(before?.seq).toBeGreaterThan(0)
    expect(await nightshift('ledger', 'verify', '--data', data)).toMatchObject({ code: 0, stdout: expect.stringMatching(new RegExp(`database: whole[^]*receipts: whole, ${before?.receipted ?? ''} BYC`)) as string })

    await damageLargest(join(data, 'state'), DATABASE_FILES)
    await expect(rig.start('worker', 'w1', flags)).rejects.toThrow(/NS_E_DATA_CORRUPT[^]*ledger repair --from-mirror --data [^]*w1/)
    expect(await nightshift('ledger', 'verify', '--data', data)).toMatchObject({ code: 4, stdout: expect.stringMatching(/database: DAMAGED/) as string })
    expect(await nightshift('ledger', 'repair', '--from-mirror', '--yes', '--data', data)).toMatchObject({ code: 0, stderr: expect.stringMatching(/start the node again/) as string })

    await w2.stop()
    await rig.start('worker', 'w1', flags)
    await expect.poll(async () => await account(data), { timeout: 30_000 }).toMatchObject({ receipted: before?.receipted, seq: before?.seq })
    await rig.start('worker', 'w3', flags)
    await rig.expectRight(api, await rig.submit(api, CHUNKS) ?? '', CHUNKS)
    await expect.poll(async () => (await account(data))?.seq, { timeout: 30_000 }).toBeGreaterThan(before?.seq ?? 0)
  }, 180_000)
})
