import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { balance, emptyAccount } from '../../src/ledger/accounts.ts'
import { replay } from '../../src/ledger/replay.ts'
import type { Entry } from '../../src/ledger/transfers.ts'
import { formatByc, parseByc } from '../../src/model/money.ts'
import { Api, ended, startNode } from '../support/nodes.ts'
import type { StartedNode } from '../support/nodes.ts'
import { NOOP, compileWat, pushWasm } from '../support/wasm.ts'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
/** One sequence of deaths runs with every change, every single one in the full tests. */
const FULL = process.env['NIGHTSHIFT_TEST_FULL'] === '1'
const POINTS = ['net-propose', 'net-answer', 'net-finish'].flatMap(step => ['decided', 'written', 'spoken'].map(phase => `${step}:${phase}`))

interface Paid { readonly worker: string, readonly owner?: string, readonly paid: string, readonly receipted: string, readonly netted: string, readonly open: string, readonly seq: number, readonly acknowledgedSeq: number }
interface Account { readonly coordinator: string, readonly receipted: string, readonly netted: string, readonly seq: number }
interface Answer { readonly code: number, readonly stdout: string, readonly stderr: string }

async function nightshift (...args: readonly string[]): Promise<Answer> {
  return await new Promise(resolve => {
    execFile(process.execPath, [MAIN, ...args], { env: { ...process.env, NO_COLOR: '1' } }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })
}

async function until<T> (what: string, ask: () => Promise<T | undefined>, done: (value: T) => boolean): Promise<T> {
  const end = Date.now() + 30_000
  for (;;) {
    const value = await ask().catch(() => undefined)
    if (value !== undefined && done(value)) return value
    if (Date.now() > end) throw new Error(`${what} did not come about: ${JSON.stringify(value)}`)
    await delay(50)
  }
}

/** An operator: a coordinator, and a worker that works for the other operator's coordinator. */
interface Operator { readonly name: string, node: StartedNode, worker: StartedNode, readonly port: string }

describe('netting between two operators', () => {
  let dir: string
  let nodes: StartedNode[]
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nightshift-netting-'))
    nodes = []
  })

  afterEach(async () => {
    for (const node of nodes) await node.stop('SIGKILL')
    await rm(dir, { recursive: true, force: true })
  })

  async function coordinator (name: string, port = '0', crash?: string): Promise<StartedNode> {
    const node = await startNode('coordinator', join(dir, name), ['--no-containers', '--listen', `/ip4/127.0.0.1/tcp/${port}`], crash === undefined ? {} : { NIGHTSHIFT_CRASH: crash })
    nodes.push(node)
    return node
  }

  /** Both run a job on the other's worker: each owes the other's worker. */
  async function crossing (): Promise<readonly [Operator, Operator]> {
    const [ca, cb] = [await coordinator('ca'), await coordinator('cb')]
    const worker = async (name: string, owner: StartedNode, at: StartedNode): Promise<StartedNode> => {
      const node = await startNode('worker', join(dir, name), ['--no-containers', '--slots', '1', '--owner', owner.peerId, '--peer', at.addresses[0] ?? ''])
      nodes.push(node)
      return node
    }
    const portOf = (node: StartedNode): string => /\/tcp\/(\d+)/.exec(node.addresses[0] ?? '')?.[1] ?? '0'
    const a = { name: 'ca', node: ca, worker: await worker('wa', ca, cb), port: portOf(ca) }
    const b = { name: 'cb', node: cb, worker: await worker('wb', cb, ca), port: portOf(cb) }
    await Promise.all([run(a, 20), run(b, 10)])
    for (const [self, other] of [[a, b], [b, a]] as const) {
      await until('the acknowledgement of every receipt', async () => await owes(self), it => it.seq > 0 && it.acknowledgedSeq === it.seq && it.paid === it.receipted && it.owner === other.node.peerId)
      const seq = (await owes(self))?.seq
      await until('the receipt in the worker\'s file', async () => await has(other, self), it => it.seq === seq)
    }
    return [a, b]
  }

  async function run ({ node }: Operator, chunks: number): Promise<void> {
    const api = await Api.of(node.dataDir)
    const app = await pushWasm(api, 'noop', await compileWat(NOOP))
    const { id } = await api.call('POST', '/v1/jobs', { name: 'noop', app, partitioner: 'replicate', params: { partitioner: { n: chunks }, app: {}, assembler: {} }, config: { replicas: 1, budget: '10' } }) as { id: string }
    expect(await api.waitFor(id, ended, 60_000)).toMatchObject({ state: 'COMPLETED' })
  }

  const owes = async ({ node }: Operator): Promise<Paid | undefined> => ((await (await Api.of(node.dataDir)).call('GET', '/v1/wallet/peers')) as { workers: Paid[] }).workers[0]
  const has = async ({ worker }: Operator, at: Operator): Promise<Account | undefined> => (JSON.parse(await readFile(join(worker.dataDir, 'wallet.json'), 'utf8')) as { coordinators: Account[] }).coordinators.find(row => row.coordinator === at.node.peerId)

  /** Units that an account has, by the journal: what people see is rounded. */
  async function books ({ node }: Operator): Promise<(id: string) => bigint> {
    const text = await (await Api.of(node.dataDir)).call('GET', '/v1/ledger/journal') as string
    const { accounts } = await replay(text.trim().split('\n').map(line => JSON.parse(line) as Entry))
    return id => balance(accounts.get(id) ?? emptyAccount(id))
  }

  const net = async (operator: Operator, ...args: readonly string[]): Promise<Answer> => await nightshift('wallet', 'net', ...args, '--data', operator.node.dataDir)

  /** A coordinator that is to die in this step does; it is started again, and the step done again must bring what it would have. */
  async function step (operator: Operator, point: string | undefined, again: () => Promise<Answer>): Promise<void> {
    if (point !== undefined) {
      await operator.node.stop('SIGKILL')
      operator.node = await coordinator(operator.name, operator.port, point)
      const gone = once(operator.node.process, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
      // one that has just come up may refuse first: its workers are not back yet
      let isGone = false
      void gone.then(() => { isGone = true })
      let answer = await again()
      while (!isGone && answer.code !== 0) answer = await again()
      const [, signal] = await gone
      expect(signal, `${point} was reached`).toBe('SIGKILL')
      if (!point.endsWith('spoken')) expect(answer.code).not.toBe(0)
      operator.node = await coordinator(operator.name, operator.port)
    }
    await until('the step', again, ({ code }) => code === 0)
  }

  /** Proposes, accepts and finishes, with deaths; then everything must be as if nobody had died. */
  async function netted (dies: (step: string) => string | undefined): Promise<void> {
    const [a, b] = await crossing()
    const before = [await books(a), await books(b)] as const
    const open = [before[0](`peer:${b.worker.peerId}`), before[1](`peer:${a.worker.peerId}`)] as const
    const least = open[0] < open[1] ? open[0] : open[1]
    const seq = (await owes(b))?.seq ?? 0
    const [proposal, answer] = [join(dir, 'proposal.json'), join(dir, 'answer.json')]
    const file = async (path: string): Promise<string> => await readFile(path, 'utf8')

    const propose = async (): Promise<Answer> => await net(a, 'propose', b.node.peerId, '--worker', a.worker.dataDir, '--out', proposal)
    await step(a, dies('net-propose'), propose)
    const proposed = await file(proposal)
    await propose()
    expect(await file(proposal), 'the same bytes').toBe(proposed)
    const accept = async (): Promise<Answer> => await net(b, 'accept', proposal, '--out', answer)
    await step(b, dies('net-answer'), accept)
    const accepted = await file(answer)
    await accept()
    expect(await file(answer), 'the same bytes').toBe(accepted)
    await step(a, dies('net-finish'), async () => await net(a, 'finish', answer))
    expect(await net(b, 'finish', answer)).toMatchObject({ code: 0 })

    for (const [self, other, was] of [[a, b, before[0]], [b, a, before[1]]] as const) {
      const is = await books(self)
      const peer = `peer:${other.worker.peerId}`
      expect(was(peer) - is(peer), 'the smaller of the two debts is gone on both sides').toBe(least)
      expect(is('user:local') - was('user:local'), 'what is owed less came to the user').toBe(least)
      const account = await until('the worker\'s word', async () => await has(other, self), it => it.netted !== '0')
      expect(account.netted).toBe(formatByc(least))
      expect(await owes(self)).toMatchObject({ netted: account.netted })
    }
    expect((await nightshift('wallet', 'peers', '--data', a.node.dataDir)).stdout).toMatch(new RegExp(`${formatByc(least)} BYC on each side, agreement 1$`, 'm'))
    expect((await nightshift('wallet', 'peers', '--data', b.worker.dataDir)).stdout).toContain(formatByc(least))
    const nothing = await net(b, 'propose', a.node.peerId, '--worker', b.worker.dataDir, '--out', join(dir, 'more.json'))
    expect(nothing.stderr).toMatch(/NS_E_RECEIPT[^]*there is nothing to net/)

    if (FULL) await goOn(a, b, seq)
    await a.node.stop()
    expect(await nightshift('ledger', 'verify', '--data', a.node.dataDir)).toMatchObject({ code: 0 })
  }

  /** More work, more receipts, and a next agreement, which is declined. */
  async function goOn (a: Operator, b: Operator, seq: number): Promise<void> {
    await Promise.all([run(a, 5), run(b, 5)])
    await until('more receipts', async () => await owes(b), it => it.acknowledgedSeq === it.seq && it.paid === it.receipted && it.open !== '0')
    await until('the same in the worker\'s file', async () => await has(a, b), it => it.seq > seq)
    const second = await net(b, 'propose', a.node.peerId, '--worker', b.worker.dataDir, '--out', join(dir, 'second.json'), '--output', 'json')
    expect(JSON.parse(second.stdout)).toMatchObject({ seq: 2 })
    expect(await net(a, 'accept', join(dir, 'second.json'), '--out', join(dir, 'second-answer.json'), '--decline')).toMatchObject({ code: 0, stdout: expect.stringContaining('declined') as string })
    expect(await net(b, 'finish', join(dir, 'second-answer.json'))).toMatchObject({ code: 0, stdout: expect.stringContaining('declined') as string })
  }

  it('is exact, shown on both sides, and survives a kill at each of its three steps', async () => {
    await netted(step => `${step}:written`)
  }, 400_000)

  it.runIf(FULL).each(POINTS)('survives a kill at %s', async point => {
    await netted(step => point.startsWith(step) ? point : undefined)
  }, 400_000)

  it.runIf(FULL)('counts at a bank, and what a bank moved is not netted', async () => {
    const [a, b] = await crossing()
    const bank = await coordinator('bank')
    const atBank = ['--data', bank.dataDir]
    const [proposal, answer] = [join(dir, 'proposal.json'), join(dir, 'answer.json')]
    const half = '0.0001'
    const owed = (await books(a))(`peer:${b.worker.peerId}`)
    expect(await net(a, 'propose', b.node.peerId, '--worker', a.worker.dataDir, '--amount', half, '--out', proposal)).toMatchObject({ code: 0 })
    expect(await net(b, 'accept', proposal, '--out', answer)).toMatchObject({ code: 0 })
    const done = await nightshift('wallet', 'net', 'finish', answer, ...atBank)
    expect(done, done.stderr).toMatchObject({ code: 0 })
    expect(await net(a, 'finish', answer)).toMatchObject({ code: 0 })
    await nightshift('wallet', 'deposit', a.node.peerId, '5', ...atBank)
    const words = join(dir, 'redeemed.json')
    const moved = await nightshift('wallet', 'redeem', b.worker.dataDir, '--out', words, '--output', 'json', ...atBank)
    expect(BigInt((JSON.parse(moved.stdout) as { redemptions: { amount: string }[] }).redemptions[0]?.amount ?? '0')).toBe(owed - parseByc(half))
    const told = await nightshift('wallet', 'redeemed', words, '--data', a.node.dataDir)
    expect(told, told.stderr).toMatchObject({ code: 0 })
    expect(await owes(a)).toMatchObject({ open: '0' })
    expect((await net(a, 'propose', b.node.peerId, '--worker', a.worker.dataDir, '--out', proposal)).stderr).toMatch(/there is nothing to net/)
  }, 180_000)
})
