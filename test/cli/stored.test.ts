import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { runCommand } from '../../src/cli/program.ts'
import { openNodeStore } from '../../src/composition/node-store.ts'
import { loadCoordinator } from '../../src/coordinator/load.ts'
import { nodeSigner } from '../../src/model/messages/signing.ts'
import { loadIdentity } from '../../src/network/index.ts'
import { createLogger } from '../../src/observe/logger.ts'
import { KEYS as WORKER_KEYS } from '../../src/worker/keys.ts'

const silent = createLogger('silent')

describe('a file of a node that a command reads', () => {
  let dir: string
  let printed: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nightshift-stored-'))
    printed = ''
    vi.spyOn(process.stderr, 'write').mockImplementation(part => { printed += String(part); return true })
    vi.spyOn(process.stdout, 'write').mockImplementation(part => { printed += String(part); return true })
  })

  afterEach(async () => {
    vi.restoreAllMocks()
    await rm(dir, { recursive: true, force: true })
  })

  async function run (...args: readonly string[]): Promise<number> {
    return await runCommand(['node', 'nightshift', ...args])
  }

  it.each([['{"coordinators": ['], ['null'], ['{}'], ['{"coordinators": [{}]}'], ['{"coordinators": [null]}']])('is refused in words when a wallet holds %s', async text => {
    await writeFile(join(dir, 'wallet.json'), text)
    expect(await run('wallet', 'peers', '--data', dir)).toBe(1)
    expect(printed).toMatch(/NS_E_DATA_CORRUPT.*wallet\.json/)
    expect(printed).toContain('what to do')
  })

  it.each([['{"coordinators": ['], ['null'], ['{"belonging": 5, "coordinators": []}'], ['{"worker": "w", "belonging": {}, "coordinators": []}']])('is refused in words when what is netted comes from a wallet that holds %s', async text => {
    await writeFile(join(dir, 'wallet.json'), text)
    expect(await run('wallet', 'net', 'propose', '12D3KooWGC6TvWhfapngX6wvJHHYvRTyCW6RBKqYTaVpPk3sXQ7m', '--worker', dir, '--out', join(dir, 'proposal'), '--data', dir)).toBe(1)
    expect(printed).toMatch(/NS_E_DATA_CORRUPT.*wallet\.json/)
  })

  it('is shown whole when an older version wrote the wallet', async () => {
    await writeFile(join(dir, 'wallet.json'), JSON.stringify({ worker: 'w', coordinators: [{ coordinator: 'c', connected: true, equivocated: false, earned: '1', receipted: '1', seq: 1, exposure: '0', leased: '0', limit: '1', lost: '0' }] }))
    expect(await run('wallet', 'peers', '--data', dir, '--output', 'json')).toBe(0)
    expect(JSON.parse(printed)).toMatchObject({ coordinators: [{ netted: '0', conduct: { accepted: 0, forged: 0 } }] })
  })

  it.each([['{"url"'], ['{"url": "http://127.0.0.1:1"}'], ['{"url": "nowhere", "token": "t"}'], ['{"url": "http://127.0.0.1:1", "token": "se\\ncret"}']])('is refused in words when an address file holds %s', async text => {
    await writeFile(join(dir, 'api.json'), text)
    expect(await run('status', '--data', dir)).toBe(1)
    expect(printed).toMatch(/NS_E_DATA_CORRUPT.*api\.json/)
    expect(printed).not.toContain('cret')
  })

  it.each([['null'], ['[]'], ['5'], ['{"seq":1}'], ['{']])('is no whole journal when a line is %s', async text => {
    await writeFile(join(dir, 'journal'), `${text}\n`)
    expect(await run('ledger', 'verify', join(dir, 'journal'))).toBe(4)
    expect(printed).toContain('is not a whole journal')
  })

  it.each([['a worker\'s', true], ['a coordinator\'s', false]])('is taken for what the database says it is when it is %s, whether its wallet is there or not', async (_, isWorkers) => {
    const identity = await loadIdentity(dir)
    const signer = nodeSigner(identity.peerId, identity.privateKey.raw)
    const store = await openNodeStore(dir, identity, silent)
    if (isWorkers) await store.batch([{ key: WORKER_KEYS.offerSeq, value: '1' }], { sync: true })
    else await loadCoordinator(store, { signer, bootId: '0'.repeat(32) }, { trusted: new Set(), user: 'local', defaultBudget: 1n, leaseTtlMs: 10_000, platforms: [], numericClass: '' }, 0)
    await store.close()
    if (!isWorkers) await writeFile(join(dir, 'wallet.json'), JSON.stringify({ worker: 'w', coordinators: [] }))
    expect(await run('ledger', 'verify', '--data', dir)).toBe(0)
    expect(printed).toMatch(isWorkers ? /receipts: whole, \S+ BYC of 0 coordinators/ : /journal: {2}whole, 0 entries/)
  })
})
