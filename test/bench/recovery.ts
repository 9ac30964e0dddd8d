import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pause } from '../../src/composition/books-rounds.ts'
import { STARTED } from '../../src/composition/coordinator-node.ts'
import { BookKeeper } from '../../src/coordinator/keep-books.ts'
import { channelOf, issueReceipts, postedTo, saveChannel } from '../../src/coordinator/channels.ts'
import { KEYS } from '../../src/coordinator/keys.ts'
import { loadCoordinator } from '../../src/coordinator/load.ts'
import { encodeChunk, encodeJob } from '../../src/coordinator/records.ts'
import type { Chunk, CoordinatorState, JobRecord } from '../../src/coordinator/state.ts'
import { step } from '../../src/coordinator/core.ts'
import { Turn } from '../../src/coordinator/turn.ts'
import { MINT, escrowAccount, peerAccount } from '../../src/ledger/accounts.ts'
import { CHECKPOINT_ENTRIES, checkpointIsDue } from '../../src/ledger/checkpoint.ts'
import { carriedOver, owe } from '../../src/ledger/payer.ts'
import { nodeSigner } from '../../src/model/messages/signing.ts'
import type { Store } from '../../src/model/store.ts'
import { loadIdentity } from '../../src/network/index.ts'
import { archiveFolders, openDurableStore, openJournalArchive } from '../../src/storage/index.ts'
import { Api, startNode } from '../support/nodes.ts'
import { median } from './figure.ts'
import type { Figure } from './figure.ts'

const ENTRIES = 100_000
const OPEN_CHUNKS = 10_000
const WORKERS = 20
const ROUNDS = 5
const JOB = 'j-aaaaaaaaaaaaaaaa'
const CONFIG = { trusted: new Set<string>(), user: 'local', defaultBudget: 0n, leaseTtlMs: 10_000, platforms: ['wasm'] }
const QUIET = ['--no-containers', '--log-level', 'debug']

/** From the start of the process until it serves, with a long journal and a job in progress; beside it, with nothing. */
export async function benchRecovery (): Promise<readonly Figure[]> {
  const dir = await mkdtemp(join(tmpdir(), 'nightshift-bench-recovery-'))
  try {
    const [full, whole, empty] = [join(dir, 'full'), join(dir, 'whole'), join(dir, 'empty')]
    for (const folder of [full, whole, empty]) await startAndStop(folder)
    await fill(full, true)
    await fill(whole, false)
    const starts = { full: [] as Start[], whole: [] as Start[], empty: [] as Start[] }
    for (let i = 0; i < ROUNDS; i++) {
      starts.empty.push(await startAndStop(empty))
      for (const [which, folder] of [['full', full], ['whole', whole]] as const) {
        // a copy each time: a start changes what it finds
        const copy = join(dir, 'copy')
        await cp(folder, copy, { recursive: true })
        starts[which].push(await startAndStop(copy, true))
        await rm(copy, { recursive: true })
      }
    }
    const [ours, nothing, first] = [middle(starts.full), middle(starts.empty), middle(starts.whole)]
    return [
      { name: `recovery: process start to serving, ${ENTRIES} entries and ${OPEN_CHUNKS} open chunks`, value: `${told(ours)}, an empty folder ${told(nothing)}`, baseline: 'goal 3 s', ratio: 3 / ours.seconds, goal: 1 },
      { name: 'the same with no checkpoint yet, everything done once more', value: told(first), baseline: 'goal 3 s', ratio: 3 / first.seconds, goal: 1 }
    ]
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

interface Start { readonly seconds: number, readonly steps: Readonly<Record<keyof typeof STARTED, number>> }

/** Seconds from spawning the process until it is ready, and until each step of its start was done. With `job`, its job must be there. */
async function startAndStop (folder: string, job = false): Promise<Start> {
  const [start, startedAt] = [performance.now(), Date.now()]
  const node = await startNode('coordinator', folder, QUIET)
  try {
    const seconds = (performance.now() - start) / 1000
    if (job) {
      const view = await (await Api.of(folder)).call('GET', `/v1/jobs/${JOB}`) as { chunks: { total: number, active: number } }
      if (view.chunks.total !== OPEN_CHUNKS || view.chunks.active !== OPEN_CHUNKS) throw new Error(`not everything came back: ${JSON.stringify(view)}`)
    }
    const lines = node.log().split('\n').filter(line => line.startsWith('{')).map(line => JSON.parse(line) as { time: number, msg: string })
    const until = (step: keyof typeof STARTED): number => ((lines.find(({ msg }) => msg === STARTED[step])?.time ?? NaN) - startedAt) / 1000
    return { seconds, steps: { store: until('store'), books: until('books'), machine: until('machine') } }
  } finally {
    await node.stop('SIGKILL')
  }
}

/** Each figure's median. */
function middle (starts: readonly Start[]): Start {
  const of = (step: keyof typeof STARTED): number => median(starts.map(({ steps }) => steps[step]))
  return { seconds: median(starts.map(({ seconds }) => seconds)), steps: { store: of('store'), books: of('books'), machine: of('machine') } }
}

function told ({ seconds, steps }: Start): string {
  return `${seconds.toFixed(2)} s (database until ${steps.store.toFixed(2)}, books and jobs ${steps.books.toFixed(2)}, platforms tried ${steps.machine.toFixed(2)})`
}

/** Puts the journal and the job into a data folder as a coordinator would have. `kept`: with checkpoints, old entries archived. */
async function fill (folder: string, kept: boolean): Promise<void> {
  const store = await openDurableStore({ dir: join(folder, 'state'), mirrorDir: join(folder, 'mirror'), log: () => undefined })
  const { peerId, privateKey } = await loadIdentity(folder)
  const state = await loadCoordinator(store, { signer: nodeSigner(peerId, privateKey.raw), bootId: '0'.repeat(32) }, CONFIG, 0)
  const archive = await openJournalArchive(archiveFolders(folder), () => undefined)
  const turn = async (act: (turn: Turn) => void): Promise<void> => {
    const made = new Turn(state, 1)
    act(made)
    if (kept && checkpointIsDue(state.ledger, 1, CHECKPOINT_ENTRIES)) made.checkpoint()
    await store.batch(made.writes(), { sync: true })
  }
  const keeper = new BookKeeper({ state, store, archive, pause, request: async event => { await turn(made => { step(made, event) }) } })
  await turn(made => { made.book({ key: 'fund', transfers: [{ kind: 'direct', debit: MINT, credit: escrowAccount(JOB), amount: 10n ** 12n, ref: {} }] }) })
  while (state.ledger.head.seq < ENTRIES) await turn(made => { for (let i = 0; i < 500 && state.ledger.head.seq < ENTRIES; i++) book(made, state.ledger.head.seq) })
  await turn(made => {
    for (let i = 0; i < WORKERS; i++) saveChannel(made, owe(channelOf(state, workerOf(i)), [carriedOver(state.self, workerOf(i), 0, postedTo(state, workerOf(i)))]))
    issueReceipts(made)
  })
  await putJob(store, state)
  if (kept) await keeper.round(new AbortController().signal)
  await store.close()
}

/** Holds of chunks that were paid, and at the end those of the chunks that are open. */
function book (turn: Turn, i: number): void {
  const worker = peerAccount(workerOf(Math.floor(i / 2)))
  const open = ENTRIES - i <= OPEN_CHUNKS
  const chunk = open ? ENTRIES - i - 1 : i
  const ref = { job: JOB, chunk, epoch: 1 }
  const posts = !open && turn.state.ledger.view.holds.size > 0
  if (posts) turn.book({ key: `post:${i}`, transfers: [{ kind: 'post', holdId: holdOf(i - 1), ref }] })
  else turn.book({ key: `lease:${i}`, transfers: [{ kind: 'hold', holdId: open ? holdOf(ENTRIES + chunk) : holdOf(i), debit: escrowAccount(JOB), credit: open ? peerAccount(workerOf(chunk)) : worker, amount: 1000n, ref }] })
}

const workerOf = (i: number): string => `worker-${i % WORKERS}`
const holdOf = (i: number): string => i.toString(16).padStart(32, '0')

async function putJob (store: Store, state: CoordinatorState): Promise<void> {
  const record = jobRecord(state)
  await store.batch([{ key: KEYS.job + record.id, value: encodeJob(record) }, { key: KEYS.spec + record.id, value: JSON.stringify(record.spec) }], { sync: true })
  for (let i = 0; i < OPEN_CHUNKS; i += 500) await store.batch(Array.from({ length: 500 }, (_, j) => ({ key: KEYS.chunk(record.id, i + j), value: encodeChunk(chunk(i + j)) })), { sync: true })
}

function jobRecord (state: CoordinatorState): JobRecord {
  const manifest = { name: 'a', version: '1.0', type: 'app' as const, description: '', entrypoint: 'a.wasm', platform: 'wasm' as const, platform_config: {}, device_requirements: {}, determinism: 'bitwise' as const }
  return {
    id: JOB, createdAt: Date.now(), budget: 10n ** 12n, maxPrice: 1000n, seed: '0'.repeat(64), state: 'RUNNING', chunkCount: OPEN_CHUNKS, outputs: 0, spent: 0n, executions: OPEN_CHUNKS, disputes: 0, strangers: 0, checks: { batches: 0, audits: 0, backtracked: 0, comparisons: 0, disagreements: 0 }, failed: 0, verified: 0, decided: 0,
    spec: {
      name: `bench of ${state.self}`, description: '', app: { manifest, files: [], hash: '0'.repeat(64) }, partitioner: { builtin: 'passthrough' }, assembler: { builtin: 'passthrough' },
      params: { partitioner: {}, app: {}, assembler: {} }, source: [],
      config: { taskTimeout: 300, jobTimeout: 0, retries: 5, replicas: 2, confidence: 99, trust: 'open', allowWasm: false, allowPartial: false, estimate: 1, isolation: 'process', isTestJob: false }
    }
  }
}

function chunk (index: number): Chunk {
  const worker = workerOf(index)
  return {
    index, input: { sha256: 'a'.repeat(64), size: 100 }, state: 'ACTIVE', epoch: 1, quorum: 2, excluded: [], appFailures: [], nodeFailures: [], disputed: false,
    attempts: [{ epoch: 1, worker, group: worker, trusted: false, price: 1000n, holdId: holdOf(ENTRIES + index), leasedAt: Date.now(), ahead: 0, state: 'RUNNING', expiresAt: 0 }]
  }
}
