import { mismatches } from '../market/requirements.ts'
import { chunkPrice } from '../market/pricing.ts'
import type { Announce, Message } from '../model/messages/control.ts'
import type { OfferView, RequirementsView } from '../model/offer.ts'
import type { Isolation } from '../model/executor.ts'
import { isLendable } from '../model/hardware.ts'
import type { Gpu } from '../model/hardware.ts'
import { nameRefusal } from '../model/image-rules.ts'
import { reason } from '../model/reasons.ts'
import type { Reason } from '../model/reasons.ts'
import { rememberAuction } from './auctions.ts'
import { lentDiskMiB } from './bounds.ts'
import { unfairTo } from './conduct.ts'
import { creditRefusal } from './credit.ts'
import { appDenied, imageDenied, notNow } from './owner/wishes.ts'
import type { WorkerState } from './state.ts'
import type { WorkerTurn } from './turn.ts'
import { KEYS } from './keys.ts'

/** An offer stands this long unless renewed, milliseconds; it is renewed three times within. */
export const OFFER_TTL_MS = 180_000

export function freeSlots (state: WorkerState): number {
  let busy = 0
  for (const attempt of state.attempts.values()) if (attempt.state === 'RUNNING' || attempt.state === 'QUEUED') busy++
  return Math.max(0, slotsOf(state) - busy)
}

/** Tasks at a time that may begin at the moment. */
function slotsOf (state: WorkerState): number {
  return notNow(state) === undefined ? Math.min(state.config.slots, state.owner.allowance.tasks) : 0
}

/** GPUs that apps can be given at the moment. */
function lentGpus ({ machine, owner: { allowance } }: WorkerState): readonly Gpu[] {
  return allowance.gpus ? machine.hardware.gpus.filter(isLendable) : []
}

/** How long work may go on here before the owner's schedule ends it, milliseconds; 0 where it does not. */
export function freeFor ({ owner: { allowance } }: WorkerState, now: number): number {
  if (!allowance.takesWork || allowance.scheduleChangesAt === undefined) return 0
  return Math.max(1, allowance.scheduleChangesAt - now)
}

/** Sends what this machine has to a coordinator. Offers are numbered, so that a late one never replaces a newer. */
export function sendOffer (turn: WorkerTurn, peer: string): void {
  const { config, machine, owner: { allowance } } = turn.state
  const suspended = notNow(turn.state)
  turn.put(KEYS.offerSeq, String(++turn.state.offerSeq))
  turn.send(peer, {
    offer: {
      offerSeq: turn.state.offerSeq,
      slotsFree: freeSlots(turn.state),
      slotsTotal: slotsOf(turn.state),
      cores: allowance.cores,
      memoryMiB: allowance.memoryMiB,
      diskMiB: lentDiskMiB(turn.state),
      gpus: lentGpus(turn.state).map(({ model, vramMiB, driver = '' }) => ({ model, vramMiB, driver })),
      platforms: [...turn.state.offered.platforms],
      isolation: config.isolation,
      runtimes: [...turn.state.offered.runtimes],
      egress: turn.state.offered.egress,
      numericClass: machine.numericClass,
      priceLevel: config.priceLevel,
      cachedApps: [],
      operator: config.operator,
      validForMs: OFFER_TTL_MS,
      cpuModel: machine.hardware.cpuModel.slice(0, 200),
      arch: machine.hardware.arch,
      bandwidth: machine.bandwidth,
      freeFor: freeFor(turn.state, turn.now),
      speed: machine.speed,
      ...suspended === undefined ? {} : { suspended }
    }
  })
}

/** Answers an announcement with a sealed bid, or with the reason why there is none. */
export function answerAnnounce (turn: WorkerTurn, peer: string, announce: Announce): void {
  const answer = bidFor(turn.state, peer, announce, turn.now)
  rememberAuction(turn.state, peer, announce, answer, turn.now)
  turn.send(peer, answer)
}

/** Why a task with this image would fail here. */
function imageObstacle (state: WorkerState, image: string, now: number): Reason | undefined {
  const refusal = nameRefusal(image, state.config.images)
  if (refusal !== undefined) return reason('IMAGE_REFUSED', refusal)
  const denied = imageDenied(state, image)
  if (denied !== undefined) return denied
  const failed = state.failedImages.get(image)
  return failed === undefined || failed.until <= now ? undefined : failed.reason
}

function bidFor (state: WorkerState, coordinator: string, announce: Announce, now: number): Message {
  const refuse = (code: string, text: string): Message => ({ noBid: { jobId: announce.jobId, round: announce.round, reason: { code, text } } })
  const suspended = notNow(state)
  if (suspended !== undefined) return refuse(suspended.code, suspended.text)
  const unwanted = appDenied(state, announce.appName)
  if (unwanted !== undefined) return refuse(unwanted.code, unwanted.text)
  const needs = { ...announce.requirements, isolation: announce.requirements?.isolation as Isolation } as RequirementsView
  const why = mismatches(needs, ownView(state))[0]
  if (why !== undefined) return refuse(why.code, why.text)
  const image = needs.image === '' ? undefined : imageObstacle(state, needs.image, now)
  if (image !== undefined) return refuse(image.code, image.text)
  const price = chunkPrice(needs, announce.workMs, state.config.priceLevel)
  if (price > announce.maxPrice) return refuse('PRICE_TOO_HIGH', `asks ${price} units a chunk, the job pays at most ${announce.maxPrice}`)
  const unwilling = unfairTo(state, coordinator, now) ?? creditRefusal(state, coordinator, price)
  if (unwilling !== undefined) return refuse(unwilling.code, unwilling.text)
  return {
    bid: {
      jobId: announce.jobId,
      round: announce.round,
      price,
      slots: slotsOf(state),
      chunkMs: announce.workMs,
      validForMs: 60_000
    }
  }
}

function ownView (state: WorkerState): OfferView {
  const { config, machine, owner: { allowance } } = state
  return {
    seq: state.offerSeq,
    slotsFree: freeSlots(state),
    slotsTotal: slotsOf(state),
    cores: allowance.cores,
    memoryMiB: allowance.memoryMiB,
    diskMiB: lentDiskMiB(state),
    gpus: lentGpus(state).map(({ model }) => model),
    platforms: state.offered.platforms,
    isolation: config.isolation,
    runtimes: state.offered.runtimes,
    egress: state.offered.egress,
    priceLevel: config.priceLevel,
    operator: config.operator,
    cpuModel: machine.hardware.cpuModel,
    arch: machine.hardware.arch,
    numericClass: machine.numericClass,
    bandwidth: machine.bandwidth,
    speed: machine.speed,
    validUntil: Number.MAX_SAFE_INTEGER
  }
}
