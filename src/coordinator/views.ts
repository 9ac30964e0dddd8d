import { formatByc } from '../model/money.ts'
import { peerAccount } from '../ledger/accounts.ts'
import type { NettingDocument } from '../ledger/netting.ts'
import { openOf, redeemedOf } from '../ledger/payer.ts'
import { jobEnded } from '../lifecycle/job.ts'
import type { Calibrations } from '../market/calibration.ts'
import type { EngineChoice, JobView } from '../model/job.ts'
import type { Reason } from '../model/reasons.ts'
import { evidenceId } from '../verification/evidence.ts'
import type { Evidence } from '../verification/evidence.ts'
import { doubtsInWindow, isBanned, newStanding } from '../verification/reputation.ts'
import { confidenceOf } from '../verification/risk.ts'
import { isSuspect, warningsOf } from './suspicion.ts'
import { channelOf, postedTo } from './channels.ts'
import type { CoordinatorState, Incident, Job } from './state.ts'
import { isTrusted } from './tiers.ts'

function engineName (choice: EngineChoice): string {
  return 'builtin' in choice ? choice.builtin : `${choice.block.manifest.name}@${choice.block.manifest.version}`
}

/** A job as people see it. */
export function viewJob (job: Job, now: number): JobView {
  const { record } = job
  const achieved = record.risk === undefined ? undefined : confidenceOf(record.risk, record.verified)
  const rate = ratePerSecond(job, now)
  const left = record.chunkCount - record.verified - record.failed
  return {
    id: record.id,
    name: record.spec.name,
    state: record.state,
    ...(record.reason === undefined ? {} : { reason: record.reason }),
    ...(record.error === undefined ? {} : { error: record.error }),
    createdAt: record.createdAt,
    ...(record.endedAt === undefined ? {} : { endedAt: record.endedAt }),
    app: `${record.spec.app.manifest.name}@${record.spec.app.manifest.version}`,
    partitioner: engineName(record.spec.partitioner),
    assembler: engineName(record.spec.assembler),
    ...(record.spec.config.replicas === undefined ? {} : { replicas: record.spec.config.replicas }),
    verification: {
      confidence: record.spec.config.confidence,
      trust: record.spec.config.trust,
      checks: record.checks,
      ...achieved === undefined ? {} : { achieved },
      overhead: record.verified === 0 ? 0 : Math.round(record.executions / record.verified * 100) / 100,
      suspect: isSuspect(record)
    },
    warnings: warningsOf(record),
    chunks: { total: record.chunkCount, done: record.verified, failed: record.failed, active: job.active.size },
    rate,
    ...(record.state === 'RUNNING' && rate > 0 ? { etaMs: Math.round(left / rate * 1000) } : {}),
    cost: formatByc(record.spent + job.owed),
    budget: formatByc(record.budget),
    executions: record.executions,
    disputes: record.disputes,
    trustedRuns: record.trustedRuns ?? 0,
    strikes: record.strikes ?? 0,
    outputs: record.outputs,
    ...record.receipt === undefined ? {} : { receipt: record.receipt }
  }
}

function ratePerSecond (job: Job, now: number): number {
  const first = job.recentDone[0]
  if (first === undefined || job.recentDone.length < 2 || jobEnded(job.record.state)) return 0
  return Math.round(job.recentDone.length / Math.max(0.001, (now - first) / 1000) * 10) / 10
}

export interface NodeView {
  readonly peer: string
  readonly connected: boolean
  readonly platforms: readonly string[]
  readonly isolation: string
  /** what the last bits of its results depend on; empty where it does not say */
  readonly numericClass: string
  readonly cores: number
  readonly memoryMiB: number
  readonly diskMiB: number
  /** models of those apps can be given */
  readonly gpus: readonly string[]
  readonly cpuModel: string
  readonly arch: string
  /** benchmark of one core, 1000 for the reference; 0: not known */
  readonly speed: number
  /** bytes per second; 0: not known */
  readonly bandwidth: number
  /** its owner's schedule ends all work then, milliseconds since the epoch */
  readonly freeUntil?: number
  /** price relative to the suggested tariff, per mille; 0: no offer */
  readonly priceLevel: number
  readonly operator: string
  /** why it takes no work at the moment */
  readonly suspended?: Reason
  readonly slots: number
  readonly running: number
  readonly earned: string
  readonly accepted: number
  readonly strikes: number
  readonly banned: boolean
  /** named by this coordinator's owner, and not struck */
  readonly trusted: boolean
  /** coordinators that accused it and are not trusted here */
  readonly doubts: number
  /** pieces of evidence against it, found here or shown by others */
  readonly evidence: number
  /** why it takes nothing from this coordinator */
  readonly refusal?: Reason
}

/** Every worker that is connected or that the coordinator remembers anything about. */
export function viewNodes (state: CoordinatorState, now: number): readonly NodeView[] {
  const peers = new Set([...state.workers.keys(), ...state.standings.keys()])
  return [...peers].sort().map(peer => {
    const worker = state.workers.get(peer)
    const standing = state.standings.get(peer) ?? newStanding(peer)
    return {
      peer,
      connected: worker?.connected ?? false,
      platforms: worker?.offer?.platforms ?? [],
      isolation: worker?.offer?.isolation ?? 'unknown',
      numericClass: worker?.offer?.numericClass ?? '',
      cores: worker?.offer?.cores ?? 0,
      memoryMiB: worker?.offer?.memoryMiB ?? 0,
      diskMiB: worker?.offer?.diskMiB ?? 0,
      gpus: worker?.offer?.gpus ?? [],
      cpuModel: worker?.offer?.cpuModel ?? '',
      arch: worker?.offer?.arch ?? '',
      speed: worker?.offer?.speed ?? 0,
      bandwidth: worker?.offer?.bandwidth ?? 0,
      ...worker?.offer?.freeUntil === undefined ? {} : { freeUntil: worker.offer.freeUntil },
      priceLevel: worker?.offer?.priceLevel ?? 0,
      operator: worker?.offer?.operator ?? '',
      ...worker?.offer?.suspended === undefined ? {} : { suspended: worker.offer.suspended },
      slots: worker?.offer?.slotsTotal ?? 0,
      running: worker?.inFlight.size ?? 0,
      earned: formatByc(postedTo(state, peer)),
      accepted: standing.passes,
      strikes: standing.strikes.length,
      banned: isBanned(standing, now),
      trusted: isTrusted(state, peer, now),
      doubts: doubtsInWindow(standing, now),
      evidence: evidenceAgainst(state, peer).length,
      ...worker?.refusal === undefined ? {} : { refusal: worker.refusal }
    }
  })
}

/** All that is held against one node: what it was struck for, and the evidence, which anybody can check. */
export interface NodeRecord {
  readonly node: NodeView
  /** by app: verified results since the last strike or doubt */
  readonly passes: Readonly<Record<string, number>>
  /** how its chunks turn out against what is expected of them, over all and by app */
  readonly calibration?: Calibrations
  readonly incidents: readonly Incident[]
  readonly evidence: readonly Evidence[]
}

export function viewNode (state: CoordinatorState, peer: string, now: number): NodeRecord | undefined {
  const node = viewNodes(state, now).find(candidate => candidate.peer === peer)
  if (node === undefined) return undefined
  const { apps = {}, calibration } = state.standings.get(peer) ?? newStanding(peer)
  return {
    node,
    passes: Object.fromEntries(Object.entries(apps).map(([app, { passes }]) => [app, passes])),
    ...calibration === undefined ? {} : { calibration },
    incidents: state.incidents.filter(incident => incident.worker === peer).slice(-MOST_SHOWN).map(({ evidence: _, ...incident }) => incident),
    evidence: evidenceAgainst(state, peer).slice(-MOST_SHOWN)
  }
}

/** Incidents and pieces of evidence shown of one node; the latest. */
const MOST_SHOWN = 1000

function evidenceAgainst (state: CoordinatorState, peer: string): readonly Evidence[] {
  const own = state.incidents.map(({ evidence }) => evidence).filter(evidence => evidence !== undefined)
  const byId = new Map([...state.evidence.values(), ...own].filter(({ accused }) => accused.worker === peer).map(evidence => [evidenceId(evidence), evidence]))
  return [...byId.values()]
}

/** What was paid to one worker and how far it agrees; amounts are ByteChips in decimal text. */
export interface WorkerAccount {
  readonly worker: string
  readonly connected: boolean
  /** posted to it in the books */
  readonly paid: string
  /** of that, in receipts */
  readonly receipted: string
  /** of that, cancelled by netting, and moved by banks as far as this coordinator was told */
  readonly netted: string
  readonly redeemed: string
  /** what the receipts still bring; negative when more was taken than they are for */
  readonly open: string
  /** the coordinator it belongs to, by its own word */
  readonly owner?: string
  /** number of the last receipt */
  readonly seq: number
  /** what it has countersigned, and up to which number */
  readonly acknowledged: string
  readonly acknowledgedSeq: number
  /** holds verified or leased and not settled yet */
  readonly pending: string
  readonly settleAsked: boolean
  readonly refusal?: Reason
  /** a receipt it has shown that the books do not know */
  readonly ahead?: { readonly seq: number, readonly receipted: string }
}

export function viewWorkerAccounts (state: CoordinatorState): readonly WorkerAccount[] {
  const peers = new Set([...state.channels.keys(), ...state.ahead.keys(), ...state.workers.keys()])
  return [...peers].sort().map(worker => {
    const channel = channelOf(state, worker)
    const { seq, cumulative, acked, netted } = channel
    const owner = state.belongings.get(worker)?.owner
    const account = state.ledger.account(peerAccount(worker))
    const view = state.workers.get(worker)
    const ahead = state.ahead.get(worker)?.receipt
    return {
      worker,
      connected: view?.connected ?? false,
      paid: formatByc(account.creditsPosted),
      receipted: formatByc(cumulative),
      netted: formatByc(netted),
      redeemed: formatByc(redeemedOf(channel)),
      open: formatByc(openOf(channel)),
      ...owner === undefined ? {} : { owner },
      seq,
      acknowledged: formatByc(acked?.receipt.receipt.cumulative ?? 0n),
      acknowledgedSeq: acked?.receipt.receipt.seq ?? 0,
      pending: formatByc(account.creditsPending),
      settleAsked: view?.settleAsked ?? false,
      ...view?.refusal === undefined ? {} : { refusal: view.refusal },
      ...ahead === undefined ? {} : { ahead: { seq: ahead.seq, receipted: formatByc(ahead.cumulative) } }
    }
  })
}

/** Where this coordinator is with another one; amounts are ByteChips in decimal text. */
export interface NettingView {
  readonly coordinator: string
  /** number of the last agreement */
  readonly seq: number
  /** cancelled in all, on each side */
  readonly netted: string
  /** a proposal of this coordinator that the other has not answered */
  readonly proposed?: { readonly seq: number, readonly amount: string }
  /** the last document, for whoever is to see it */
  readonly last?: NettingDocument
}

export function viewNettings (state: CoordinatorState): readonly NettingView[] {
  return [...state.nettings.values()].map(chain => {
    const total = [...chain.netted.values()].reduce((sum, units) => sum + units, 0n)
    return {
      coordinator: chain.peer,
      seq: chain.seq,
      netted: formatByc(total / 2n),
      ...chain.open === undefined ? {} : { proposed: { seq: chain.open.netting.seq, amount: formatByc(chain.open.netting.amount) } },
      ...chain.last === undefined ? {} : { last: chain.last.document }
    }
  })
}
