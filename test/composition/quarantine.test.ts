import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startCoordinator } from '../../src/api/coordinator.ts'
import type { ServedCoordinator } from '../../src/api/coordinator.ts'
import { openNodeStore } from '../../src/composition/node-store.ts'
import { KEYS } from '../../src/coordinator/keys.ts'
import { encodeAccount } from '../../src/ledger/accounts.ts'
import { LEDGER_KEYS } from '../../src/ledger/ledger.ts'
import type { Write } from '../../src/model/store.ts'
import { loadIdentity } from '../../src/network/index.ts'
import { createLogger } from '../../src/observe/logger.ts'
import { Api } from '../support/nodes.ts'

const log = createLogger('silent')

const FULL = process.env['NIGHTSHIFT_TEST_FULL'] === '1'

const FAULTS: readonly (readonly [what: string, told: RegExp, change: Write])[] = [
  ['an account', /account user:local is/, { key: `${LEDGER_KEYS.account}user:local`, value: encodeAccount({ id: 'user:local', debitsPending: 0n, debitsPosted: 0n, creditsPending: 0n, creditsPosted: 7n }) }],
  ['an entry of the journal', /books are damaged/, { key: `${LEDGER_KEYS.entry}000000000001`, value: undefined }],
  ['a channel', /receipts to 12D3KooWx are for 5 units, the books have 0/, { key: `${KEYS.channel}12D3KooWx`, value: JSON.stringify({ seq: 1, cumulative: '5', hash: '0'.repeat(64), owed: [] }) }]
]

/** A database that is whole and books in it that are not: what a defect would write. No repair brings back better ones. */
describe('a coordinator whose books do not add up', () => {
  let dir: string
  let node: ServedCoordinator | undefined
  beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'nightshift-quarantine-')) })
  afterEach(async () => {
    await node?.close()
    await rm(dir, { recursive: true, force: true })
  })

  const start = async (): Promise<ServedCoordinator> => {
    node = await startCoordinator({ dataDir: dir, listen: ['/ip4/127.0.0.1/tcp/0'], peers: [], mdns: false, profile: 'local', log, apiHost: '127.0.0.1', apiPort: 0, openingBalance: '100', trusted: [] })
    return node
  }

  /** Reads and changes the database as its coordinator does. */
  async function withStore<T> (use: (store: Awaited<ReturnType<typeof openNodeStore>>) => Promise<T>): Promise<T> {
    const store = await openNodeStore(dir, await loadIdentity(dir), log)
    try {
      return await use(store)
    } finally {
      await store.close()
    }
  }

  it.each(FULL ? FAULTS : FAULTS.slice(0, 1))('shows %s that is wrong, and says that a repair would not help', async (_, what, change) => {
    await (await start()).close()
    const starts = await withStore(async store => {
      const entries: string[] = []
      for await (const [key] of store.range({ gte: LEDGER_KEYS.entry, lt: `${LEDGER_KEYS.entry}~` })) entries.push(key)
      await store.batch([change.key.startsWith(LEDGER_KEYS.entry) ? { key: entries[0] ?? '', value: undefined } : change], { sync: true })
      return await store.get(KEYS.incarnation)
    })
    const { quarantine, addresses } = await start()
    expect(quarantine?.why.message).toMatch(what)
    expect(quarantine?.why.remedy).toMatch(/The mirror would not help .*backup.*--adopt-receipts/)
    expect(addresses).toEqual([])
    const api = await Api.of(dir)
    const { accounts, books } = await api.call('GET', '/v1/wallet') as { accounts: { id: string }[], books: { balanced: boolean, why?: string } }
    expect(accounts.map(({ id }) => id)).toContain('user:local')
    if (change.key.endsWith('user:local')) expect(books).toMatchObject({ balanced: false, why: expect.stringMatching(/posted debits/) as string })
    expect(await api.request('POST', '/v1/wallet/deposit', { peer: 'x', amount: '1' })).toMatchObject({ status: 503, body: { error: { code: 'NS_E_QUARANTINED' } } })
    await node?.close()
    node = undefined
    expect(await withStore(async store => await store.get(KEYS.incarnation)), 'the start was not counted').toBe(starts)
  })
})
