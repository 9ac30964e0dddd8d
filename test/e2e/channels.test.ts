import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nightshift } from '../support/command.ts'
import { crashRig } from '../support/crash.ts'
import type { CrashRig } from '../support/crash.ts'
import { Api, ended, startNode } from '../support/nodes.ts'
import type { StartedNode } from '../support/nodes.ts'
import { NOOP, compileWat, pushWasm } from '../support/wasm.ts'

const LEASE_MS = 10_000

interface Account { readonly admitted: boolean, readonly leased: string, readonly receipted: string, readonly seq: number, readonly exposure: string, readonly refusal?: { readonly code: string } }
interface Paid { readonly worker: string, readonly paid: string, readonly receipted: string, readonly seq: number, readonly acknowledgedSeq: number }

/** Asks until the answer is the one waited for. */
async function until<T> (what: string, ask: () => Promise<T | undefined>, done: (value: T) => boolean, timeoutMs = 30_000): Promise<T> {
  const end = Date.now() + timeoutMs
  for (;;) {
    const value = await ask().catch(() => undefined)
    if (value !== undefined && done(value)) return value
    if (Date.now() > end) throw new Error(`${what} did not come about in ${timeoutMs} ms: ${JSON.stringify(value)}`)
    await delay(50)
  }
}

/** The shorter half of these runs with every change. */
const FULL = process.env['NIGHTSHIFT_TEST_FULL'] === '1'

describe('a coordinator whose books are not the newest', () => {
  let dir: string
  let nodes: StartedNode[]
  let port: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nightshift-channels-'))
    nodes = []
    port = '0'
  })

  afterEach(async () => {
    for (const node of nodes) await node.stop('SIGKILL')
    await rm(dir, { recursive: true, force: true })
  })

  async function coordinator (name: string): Promise<StartedNode> {
    const listen = name === 'c' ? port : '0'
    const node = await startNode('coordinator', join(dir, name), ['--no-containers', '--listen', `/ip4/127.0.0.1/tcp/${listen}`])
    nodes.push(node)
    if (name === 'c') port = /\/tcp\/(\d+)/.exec(node.addresses[0] ?? '')?.[1] ?? '0'
    return node
  }

  async function worker (of: StartedNode): Promise<StartedNode> {
    const node = await startNode('worker', join(dir, 'w'), ['--no-containers', '--slots', '1', '--peer', of.addresses[0] ?? ''])
    nodes.push(node)
    return node
  }

  async function submit (of: StartedNode, chunks: number): Promise<{ readonly api: Api, readonly id: string }> {
    const api = await Api.of(of.dataDir)
    const app = await pushWasm(api, 'noop', await compileWat(NOOP))
    const { id } = await api.call('POST', '/v1/jobs', { name: 'noop', app, partitioner: 'replicate', params: { partitioner: { n: chunks }, app: {}, assembler: {} }, config: { replicas: 1, budget: '10' } }) as { id: string }
    return { api, id }
  }

  async function run (of: StartedNode, chunks: number): Promise<void> {
    const { api, id } = await submit(of, chunks)
    expect(await api.waitFor(id, ended, 60_000)).toMatchObject({ state: 'COMPLETED' })
  }

  const account = async (): Promise<Account | undefined> => (JSON.parse(await readFile(join(dir, 'w', 'wallet.json'), 'utf8')) as { coordinators: Account[] }).coordinators[0]
  const paid = async (of: StartedNode): Promise<Paid | undefined> => ((await (await Api.of(of.dataDir)).call('GET', '/v1/wallet/peers')) as { workers: Paid[] }).workers[0]

  /** Both sides have the same receipts, acknowledged, and nothing is open between them. */
  async function expectAgreement (of: StartedNode): Promise<Paid> {
    const theirs = await until('the acknowledgement of every receipt', async () => await paid(of), it => it.seq > 0 && it.acknowledgedSeq === it.seq && it.paid === it.receipted)
    await until('the same on the worker\'s side', account, it => it.seq === theirs.seq && it.receipted === theirs.receipted && it.exposure === '0')
    return theirs
  }

  it('is refused with an old copy of the data folder, even as the later start; the true one is not harmed', async () => {
    const first = await coordinator('c')
    let w = await worker(first)
    await run(first, 10)
    await expectAgreement(first)
    await w.stop()
    await first.stop()
    await cp(join(dir, 'c'), join(dir, 'copy'), { recursive: true })

    const truth = await coordinator('c')
    w = await worker(truth)
    await run(truth, 10)
    const before = await expectAgreement(truth)
    await w.stop()

    await (await coordinator('copy')).stop()
    const copy = await coordinator('copy')
    w = await worker(copy)
    const { api, id } = await submit(copy, 5)
    expect((await until('the refusal', account, it => it.refusal !== undefined && it.refusal.code !== 'NOT_AGREED')).refusal?.code).toBe('COORDINATOR_BEHIND')
    const status = await until('the condition', async () => await api.call('GET', '/v1/status') as { condition?: { code: string } }, it => it.condition !== undefined)
    expect(status.condition?.code).toBe('COORDINATOR_BEHIND')
    expect(await api.waitFor(id, job => job.state === 'HELD', 30_000)).toMatchObject({ executions: 0, reason: { code: 'COORDINATOR_BEHIND' } })
    expect(await paid(copy)).toMatchObject({ seq: before.seq > 1 ? expect.any(Number) as number : 0, ahead: { seq: before.seq } })
    await w.stop()

    w = await worker(truth)
    await run(truth, 10)
    const after = await expectAgreement(truth)
    expect(after.seq).toBeGreaterThan(before.seq)
    expect(await (await Api.of(truth.dataDir)).call('GET', '/v1/status')).not.toHaveProperty('condition')
    await w.stop()

    w = await worker(copy)
    await until('the refusal', account, it => it.refusal?.code === 'COORDINATOR_BEHIND')
  }, 180_000)

  it.runIf(FULL)('pays through a bank that both trust, each unit once', async () => {
    const c = await coordinator('c')
    const bank = await coordinator('bank')
    const w = await worker(c)
    await run(c, 10)
    const { receipted } = await expectAgreement(c)
    await w.stop()
    const atBank = ['--data', bank.dataDir]
    expect((await nightshift('wallet', 'redeem', w.dataDir, ...atBank)).stderr).toMatch(/NS_E_FUNDS[^]*has nothing at this bank/)
    expect((await nightshift('wallet', 'deposit', 'nobody', '5', ...atBank)).stderr).toMatch(/NS_E_USAGE/)
    expect((await nightshift('wallet', 'deposit', c.peerId, '5', ...atBank)).stdout).toContain('5 BYC')
    expect((await nightshift('wallet', 'redeem', w.dataDir, ...atBank)).stdout).toContain(`${receipted} BYC`)
    expect((await nightshift('wallet', 'redeem', w.dataDir, ...atBank)).stderr).toMatch(/NS_E_RECEIPT[^]*nothing is left/)
    const { accounts, books } = await (await Api.of(bank.dataDir)).call('GET', '/v1/wallet') as { accounts: { id: string, balance: string }[], books: { balanced: boolean } }
    expect(books.balanced).toBe(true)
    expect(accounts.find(row => row.id === `bank:${w.peerId}`)?.balance).toBe(receipted)
  }, 120_000)

  it.runIf(FULL)('is refused as a second process under the same start, and by name', async () => {
    const first = await coordinator('c')
    await first.stop()
    await cp(join(dir, 'c'), join(dir, 'copy'), { recursive: true })
    const truth = await coordinator('c')
    let w = await worker(truth)
    await until('the agreement', account, it => it.admitted)
    await run(truth, 3)
    await w.stop()
    const copy = await coordinator('copy')
    w = await worker(copy)
    await until('the refusal', account, it => it.refusal?.code === 'TWO_COORDINATORS')
    await w.stop()
    w = await worker(truth)
    await run(truth, 3)
  }, 120_000)

  it.runIf(FULL)('ends itself when a later start was obeyed and nothing else is amiss', async () => {
    const first = await coordinator('c')
    await first.stop()
    await cp(join(dir, 'c'), join(dir, 'copy'), { recursive: true })
    await (await coordinator('c')).stop()
    const truth = await coordinator('c')
    const w = await worker(truth)
    await until('the agreement', account, it => it.admitted)
    await w.stop()
    const copy = await coordinator('copy')
    await worker(copy)
    await until('its end', () => Promise.resolve(copy.process.exitCode ?? undefined), code => code === 1)
    expect(copy.log()).toMatch(/NS_E_SUPERSEDED: this is start 2 of this coordinator, and worker \S+ has obeyed its start 3[^]*--adopt-receipts/)
    expect(truth.process.exitCode).toBeNull()
  }, 120_000)

  it('is told the truth after it lost its disk, says so, and goes on once its operator adopts it', async () => {
    const first = await coordinator('c')
    await worker(first)
    await run(first, 20)
    const before = await expectAgreement(first)
    await first.stop('SIGKILL')
    for (const lost of ['state', 'mirror', 'blobs']) await rm(join(dir, 'c', lost), { recursive: true, force: true })

    const again = await coordinator('c')
    const api = await Api.of(again.dataDir)
    await until('the condition', async () => await api.call('GET', '/v1/status') as { condition?: { code: string } }, it => it.condition?.code === 'COORDINATOR_BEHIND')
    const verified = await nightshift('ledger', 'verify', '--data', again.dataDir)
    expect(verified).toMatchObject({ code: 4, stdout: expect.stringMatching(new RegExp(`receipts: BEHIND: worker ${before.worker} has receipt ${before.seq} for ${before.receipted} BYC`)) as string })
    const { id } = await submit(again, 5)
    await api.waitFor(id, job => job.state === 'HELD', 30_000)
    expect((await nightshift('ledger', 'adopt-receipts', '--data', again.dataDir)).stderr).toMatch(/nobody to ask[^]*--yes/)
    expect(await nightshift('ledger', 'adopt-receipts', '--yes', '--data', again.dataDir)).toMatchObject({ code: 0, stdout: expect.stringMatching(`${before.receipted} BYC in all`) as string })
    expect(await api.waitFor(id, ended, 60_000)).toMatchObject({ state: 'COMPLETED' })
    const after = await expectAgreement(again)
    expect(after.seq).toBeGreaterThan(before.seq)
    const { entries } = await api.call('GET', '/v1/wallet/transactions?limit=1000') as { entries: { key: string, transfers: { debit: string, amount: string, ref: { note?: string } }[] }[] }
    const booked = entries.filter(entry => entry.key.startsWith('adopt:'))
    expect(booked.map(entry => entry.transfers.map(transfer => [transfer.debit, transfer.amount]))).toEqual([[['mint', before.receipted]]])
    expect(booked[0]?.transfers[0]?.ref.note).toMatch(new RegExp(`^adopted receipt ${before.seq} [0-9a-f]{64}$`))
    expect((await nightshift('ledger', 'verify', '--data', again.dataDir)).code).toBe(0)
    expect((await nightshift('wallet', 'peers', '--data', join(dir, 'w'))).stdout).toContain(after.receipted)
    expect((await nightshift('wallet', 'peers', '--data', again.dataDir)).stdout).toContain(`${after.receipted} (${after.seq})`)
    expect((await nightshift('ledger', 'adopt-receipts', '--yes', '--data', again.dataDir)).stderr).toMatch(/nothing to adopt/)
  }, 180_000)
})

describe('a node that stands still for longer than a lease', () => {
  let rig: CrashRig
  beforeEach(async () => { rig = await crashRig() })
  afterEach(async () => { await rig.close() })

  async function started (): Promise<{ readonly c: StartedNode, readonly w1: StartedNode, readonly api: Api, readonly id: string }> {
    const c = await rig.start('coordinator', 'c')
    const dial = c.addresses.flatMap(address => ['--peer', address])
    const w1 = await rig.start('worker', 'w1', [...dial, '--slots', '1', '--slow', '400'])
    await rig.start('worker', 'w2', [...dial, '--slots', '1', '--slow', '400'])
    await rig.start('worker', 'w3', [...dial, '--slots', '1', '--slow', '400'])
    const api = await Api.of(c.dataDir)
    const id = await rig.submit(api)
    if (id === undefined) throw new Error('the job could not be submitted')
    await api.waitFor(id, job => job.chunks.done > 0 || job.executions >= 3, 30_000)
    return { c, w1, api, id }
  }

  it('as coordinator goes on where it was: everything is right and paid once', async () => {
    const { c, api, id } = await started()
    c.process.kill('SIGSTOP')
    await delay(LEASE_MS + 2000)
    c.process.kill('SIGCONT')
    await rig.expectRight(api, id)
  }, 180_000)

  it.runIf(FULL)('as coordinator, while a copy of its folder took over, commands nobody and pays nothing when it wakes', async () => {
    const c = await rig.start('coordinator', 'c')
    const begin = c.addresses.flatMap(address => ['--peer', address])
    const flags = ['--slots', '1', '--slow', '400']
    const names = ['w1', 'w2', 'w3']
    const workers = await Promise.all(names.map(async name => await rig.start('worker', name, [...begin, ...flags])))
    const id = await rig.submit(await Api.of(c.dataDir)) ?? ''
    await (await Api.of(c.dataDir)).waitFor(id, job => job.executions >= 3, 30_000)
    c.process.kill('SIGSTOP')
    await cp(c.dataDir, join(rig.dir, 'copy'), { recursive: true })
    const copy = await startNode('coordinator', join(rig.dir, 'copy'), ['--no-containers'])
    try {
      await Promise.all(workers.map(async worker => { await worker.stop('SIGKILL') }))
      const both = [...begin, ...copy.addresses.flatMap(address => ['--peer', address])]
      const again = await Promise.all(names.map(async name => await rig.start('worker', name, [...both, ...flags])))
      const api = await Api.of(copy.dataDir)
      await rig.expectRight(api, id)
      await delay(LEASE_MS)
      c.process.kill('SIGCONT')
      // it is told that it is not the latest, or nobody talks to it: either way nothing of its is run or paid
      await Promise.race([once(c.process, 'exit'), delay(3 * LEASE_MS)])
      if (c.process.exitCode === null) expect(await (await Api.of(c.dataDir)).call('GET', `/v1/jobs/${id}`)).not.toMatchObject({ state: 'COMPLETED' })
      else expect(c.log()).toMatch(/NS_E_SUPERSEDED/)
      const { workers: paid } = await api.call('GET', '/v1/wallet/peers') as { workers: Paid[] }
      for (const { peerId, dataDir } of again) {
        const row = paid.find(({ worker }) => worker === peerId)
        const mine = async (): Promise<Account | undefined> => (JSON.parse(await readFile(join(dataDir, 'wallet.json'), 'utf8')) as { coordinators: Account[] }).coordinators[0]
        await until(`what ${peerId} was paid by the copy, and no more`, mine, it => it.receipted === row?.receipted && it.seq === row.seq && it.exposure === '0')
      }
      await rig.expectRight(api, await rig.submit(api) ?? '')
    } finally {
      await copy.stop('SIGKILL')
    }
  }, 300_000)

  it('as worker is not paid for what others did meanwhile, and works on', async () => {
    const { w1, api, id } = await started()
    w1.process.kill('SIGSTOP')
    await until('the end of its leases', async () => (await api.call('GET', `/v1/jobs/${id}/tasks?limit=10000`) as { tasks: { worker: string, state: string }[] }).tasks,
      tasks => tasks.some(task => task.worker === w1.peerId && (task.state === 'EXPIRED' || task.state === 'RECALLED')), 60_000)
    w1.process.kill('SIGCONT')
    await rig.expectRight(api, id)
    const mine = async (): Promise<Account | undefined> => (JSON.parse(await readFile(join(w1.dataDir, 'wallet.json'), 'utf8')) as { coordinators: Account[] }).coordinators[0]
    const account = await until('the end of what it had begun', mine, it => it.admitted && it.exposure === '0' && it.leased === '0')
    const { workers } = await api.call('GET', '/v1/wallet/peers') as { workers: Paid[] }
    expect(workers.find(row => row.worker === w1.peerId)).toMatchObject({ paid: account.receipted, receipted: account.receipted, seq: account.seq })
  }, 180_000)
})
