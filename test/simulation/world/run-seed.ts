import { jobEnded } from '../../../src/lifecycle/job.ts'
import type { CoordinatorState, Job } from '../../../src/coordinator/state.ts'
import { available, escrowAccount } from '../../../src/ledger/accounts.ts'
import { bookOf } from '../../../src/worker/books.ts'
import { unfairTo } from '../../../src/worker/conduct.ts'
import { simulatedJob } from '../jobs.ts'
import { auditReceipts } from './receipt-audit.ts'
import { SMALL_BUDGET, scenarioOf } from './scenario.ts'
import type { PlannedJob, Scenario } from './scenario.ts'
import { auditDelivered } from './channel-audit.ts'
import type { Submission } from './coordinator.ts'
import { auditJournal } from './journal-audit.ts'
import type { Dice } from './dice.ts'
import type { Stats } from './stats.ts'
import { Trace } from './trace.ts'
import { calmDown, planTroubles } from './troubles.ts'
import { Violation, must } from './violation.ts'
import { World } from './world.ts'

/** Virtual time after the last fault in which every job must have ended or say what it waits for: a hoarder may keep every chunk of a job once, each until its lease ends. */
const LIVENESS_MS = 1_800_000
/** A job that says it waits, and what for, for this long after the faults, will wait for ever here. */
const HELD_MS = 60_000
/** Within this time the last dead nodes are back, and the last messages have arrived. */
const QUIET_MS = 20_000

export interface SeedResult {
  readonly seed: number
  readonly digest: string
  readonly events: number
  readonly virtualMs: number
  readonly stats: Stats
  readonly violation?: { readonly invariant: string, readonly what: string, readonly event: number, readonly recent: readonly string[] }
}

/** Runs one seed's whole network: with faults, then without, until every job has ended. Never rejects. */
export async function runSeed (seed: number, print?: (line: string) => void): Promise<SeedResult> {
  return await runScenario(seed, scenarioOf, print)
}

/** The same for a network that is given, or drawn by the seed's dice; the seed decides the rest. */
export async function runScenario (seed: number, planned: (dice: Dice) => Scenario, print?: (line: string) => void): Promise<SeedResult> {
  const trace = new Trace(print)
  const world = new World(seed, trace)
  const scenario = planned(world.dice)
  const result = (): SeedResult => ({ seed, digest: trace.digest(), events: world.events, virtualMs: world.elapsed, stats: world.stats })
  try {
    await play(world, scenario)
    return result()
  } catch (error) {
    const { invariant, message } = error instanceof Violation ? error : new Violation('the simulation itself works', (error as Error).stack ?? String(error))
    return { ...result(), violation: { invariant, what: message, event: world.events, recent: trace.recent() } }
  }
}

async function play (world: World, scenario: Scenario): Promise<void> {
  world.tickMs = scenario.tickMs
  for (const plan of scenario.coordinators) world.addCoordinator(plan)
  for (const { name, ...shape } of scenario.workers) world.addWorker(name, shape)
  scenario.jobs.forEach((job, i) => { planJob(world, job, i) })
  planTroubles(world, scenario.troubles, scenario.faultsForMs)
  await world.run(world.now + scenario.faultsForMs)
  calmDown(world)
  world.tickMs = 1000
  await awaitEnds(world)
  await world.run(world.now + QUIET_MS)
  // what was lost is said again
  await world.run(world.now + 30_000)
  checkEnd(world, scenario)
  for (const coordinator of world.coordinators) if (coordinator.behaviour.honest) await auditReceipts(coordinator)
  for (const coordinator of world.coordinators) await auditJournal(coordinator)
}

function planJob (world: World, plan: PlannedJob, index: number): void {
  const coordinator = world.coordinator(plan.coordinator)
  if (coordinator === undefined) return
  const record = simulatedJob(`j-${String.fromCharCode(97 + index).repeat(16)}`, {
    replicas: plan.replicas, taskTimeout: 10, jobTimeout: plan.jobTimeoutS, allowPartial: plan.allowPartial, estimate: plan.estimateS,
    ...plan.confidence === undefined ? {} : { confidence: plan.confidence }
  }, plan.budget, plan.app.judged === undefined ? {} : { determinism: plan.app.judged, comparator: 'like.wasm', checker: 'check.wasm' })
  const submission: Submission = { record, app: plan.app, chunks: plan.chunks, accepted: false }
  world.after(plan.at + 1, () => { coordinator.submit(submission) })
  for (const [kind, at] of [['abort', plan.abortAt], ['retry', plan.retryAt]] as const) {
    if (at === undefined) continue
    world.after(at, () => {
      const known = coordinator.state?.jobs.get(record.id)
      if (known === undefined || coordinator.paused || (kind === 'retry') !== (known.record.state === 'FAILED') || known.record.state === 'COMPLETED') return
      world.trace.add(`${world.now} ${kind} of ${record.id}`)
      coordinator.request({ kind, jobId: record.id }, () => undefined)
    })
  }
}

/** Every job ends, or says for a good while what it waits for. */
async function awaitEnds (world: World): Promise<void> {
  const heldSince = new Map<string, number>()
  const done = (): boolean => world.coordinators.every(coordinator => !coordinator.behaviour.honest || [...coordinator.submissions.values()].every(({ record: { id } }) => {
    const record = coordinator.state?.jobs.get(id)?.record
    if (record === undefined) return false
    if (jobEnded(record.state)) return true
    if (record.state !== 'HELD') heldSince.delete(id)
    else if (!heldSince.has(id)) heldSince.set(id, world.now)
    return world.now - (heldSince.get(id) ?? world.now) > HELD_MS
  }))
  const end = world.now + LIVENESS_MS
  while (!done() && world.now < end) await world.run(world.now + 1000)
  if (done()) return
  for (const { submissions, state } of world.coordinators.filter(one => one.behaviour.honest)) {
    for (const { record: { id } } of submissions.values()) {
      const job = state?.jobs.get(id)
      const ends = job !== undefined && (jobEnded(job.record.state) || job.record.state === 'HELD')
      must(ends, 'every job ends', () => `${LIVENESS_MS / 1000} s after the last fault ${id} is ${job === undefined || state === undefined ? 'not there' : describe(state, job)}`)
    }
  }
}

function checkEnd (world: World, { troubles }: Scenario): void {
  countOpinions(world)
  const lossless = Object.values({ ...troubles, weather: 0, ...troubles.weather }).every(value => value === 0)
  for (const coordinator of world.coordinators) {
    const { state, audit, submissions } = coordinator
    if (state === undefined || !coordinator.behaviour.honest) continue
    for (const { app, record: { id } } of submissions.values()) {
      const record = state.jobs.get(id)?.record
      const why = record?.state === 'FAILED' ? ` ${record.error?.code ?? '?'}${app.broken.size > 0 ? ' of a broken app' : ''}` : record?.state === 'HELD' ? ` ${record.reason?.code ?? '?'}` : ''
      must(record?.state !== 'HELD' || (record.reason?.text ?? '') !== '', 'a job that waits says what for', () => id)
      const forMoney = record?.state === 'HELD' && (record.reason?.code === 'BUDGET_EXHAUSTED' || record.reason?.code === 'PRICE_TOO_HIGH')
      must(!forMoney || record.budget <= SMALL_BUDGET, 'a job waits only for what it lacks', () => `${id} with ${record?.budget ?? 0n} units: ${record?.reason?.text ?? ''}`)
      world.stats.count(`job ${record?.state ?? 'unknown'}${why}`)
    }
    world.stats.count('wrong chunks accepted', audit.wrong.size)
    for (const incident of state.incidents) {
      const { name = '?', lies } = world.behaviourOf(incident.worker) ?? {}
      must(name !== 'honest' || incident.reason.code !== 'WRONG_RESULT' || audit.outvoted(incident.jobId, incident.chunk), 'a right result is struck only where liars have a quorum',
        () => `${incident.worker}, ${incident.jobId}/${incident.chunk}: ${incident.reason.text}`)
      must(name !== 'honest' || incident.evidence === undefined || incident.evidence.coordinator === coordinator.name, 'no honest worker is struck by hearsay', () => `${incident.worker} at ${coordinator.name}: ${incident.reason.text}`)
      world.stats.count(`strike ${incident.reason.code} of ${lies === true ? 'attackers' : name}`)
    }
    for (const worker of world.honestWorkers) {
      const view = worker.state?.coordinators.get(coordinator.name)
      must(view?.admitted === true || view?.refusal !== undefined, 'who is there works or says why not',
        () => `${worker.name} ${view === undefined ? 'is not connected to' : 'has no answer from'} ${coordinator.name} long after the last fault`)
      if (view?.refusal !== undefined) world.stats.count(`honest worker refuses its coordinator: ${view.refusal.code}`)
      else if (worker.state !== undefined) auditDelivered(state, worker.state)
    }
    if (!lossless) continue
    for (const worker of world.honestWorkers) {
      const believed = worker.state?.earnings.get(coordinator.name)?.amount ?? 0n
      const granted = audit.entitled.get(worker.name) ?? 0n
      must(believed === granted, 'where no message is lost both sides agree', () => `${worker.name} believes in ${believed} from ${coordinator.name}, which granted ${granted}`)
    }
  }
}

/** What honest workers have made of coordinators that are not, and what hearsay has done to honest workers. */
function countOpinions (world: World): void {
  for (const { name, behaviour, state } of world.coordinators) {
    for (const worker of world.honestWorkers) {
      if (behaviour.honest) {
        const standing = state?.standings.get(worker.name)
        if ((standing?.doubts ?? []).length > 0) world.stats.count('honest worker in doubt')
        const own = state?.incidents.filter(incident => incident.worker === worker.name).length ?? 0
        must((standing?.strikes.length ?? 0) <= own, 'every strike has its incident', () => `${worker.name} at ${name}`)
      } else if (worker.state !== undefined) {
        const refuses = unfairTo(worker.state, name, worker.now()) !== undefined || bookOf(worker.state, name).proof !== undefined
        world.stats.count(`honest worker ${refuses ? 'refuses' : 'works for'} ${behaviour.name}`)
      }
    }
  }
}

/** Why a job may stand still, in figures. */
function describe (state: CoordinatorState, job: Job): string {
  const { record } = job
  const chunks = job.chunks.filter(chunk => chunk.state === 'PENDING' || chunk.state === 'ACTIVE' || (chunk.state === 'VERIFIED' && chunk.storedAt === undefined))
  return [
    `${record.state}: ${record.verified} verified, ${record.decided} decided, ${record.failed} failed of ${record.chunkCount}, replicas ${record.spec.config.replicas}`,
    `wanting ${[...job.wanting].join()}, active ${[...job.active].join()}, fresh from ${job.freshFrom}, referee ${state.config.platforms.join()} ${[...state.refereeing].join()}`,
    `escrow ${available(state.ledger.account(escrowAccount(record.id)))}, awards ${[...job.awards.values()].map(award => `${award.worker} at ${award.price}`).join(', ')}`,
    ...[...state.workers.values()].map(worker => `${worker.peer}: ${worker.connected ? 'connected' : 'gone'}, in flight ${[...worker.inFlight].join()}, strikes ${state.standings.get(worker.peer)?.strikes.length ?? 0}, ${job.explanations.get(worker.peer)?.map(why => why.text).join('; ') ?? ''}`),
    ...chunks.slice(0, 5).map(chunk => `chunk ${chunk.index} ${chunk.state} quorum ${chunk.quorum} disputed ${chunk.disputed} excluded ${chunk.excluded.join()}: ${chunk.attempts.map(attempt => `${attempt.worker} ${attempt.state} ${attempt.value?.slice(0, 6) ?? ''}`).join(', ')}`)
  ].join('\n    ')
}
