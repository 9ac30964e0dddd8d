import { ROUND_MS, priceTooHigh } from '../market/auction.ts'
import { mismatches } from '../market/requirements.ts'
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
import { advertisedLevel, bounded, ownPrice, priceRules, questionFor, scriptTrouble } from './price.ts'
import type { PriceAnswer } from './price.ts'
import { MOST_WAITING } from './price-lines.ts'
import type { AwaitedPrice } from './price-lines.ts'
import { shareOf } from './share.ts'
import type { WorkerState } from './state.ts'
import type { WorkerTurn } from './turn.ts'
import { KEYS } from './keys.ts'

/** An offer stands this long unless renewed, milliseconds; it is renewed three times within. */
export const OFFER_TTL_MS = 180_000
/** A changed share is offered no sooner after the last offer, milliseconds. */
const OFFER_AGAIN_MS = 1000

export function freeSlots (state: WorkerState): number {
  let busy = 0
  for (const attempt of state.attempts.values()) if (attempt.state === 'RUNNING' || attempt.state === 'QUEUED') busy++
  return Math.max(0, slotsOf(state) - busy)
}

/** Tasks at a time a coordinator may count on at the moment. */
function slotsFor (state: WorkerState, coordinator: string, now: number): number {
  return shareOf(state, slotsOf(state), coordinator, now)
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
  const slotsTotal = slotsFor(turn.state, peer, turn.now)
  const view = turn.state.coordinators.get(peer)
  if (view !== undefined) view.offered = { slots: slotsTotal, at: turn.now }
  turn.put(KEYS.offerSeq, String(++turn.state.offerSeq))
  turn.send(peer, {
    offer: {
      offerSeq: turn.state.offerSeq,
      slotsFree: Math.min(slotsTotal, freeSlots(turn.state)),
      slotsTotal,
      cores: allowance.cores,
      memoryMiB: allowance.memoryMiB,
      diskMiB: lentDiskMiB(turn.state),
      gpus: lentGpus(turn.state).map(({ model, vramMiB, driver = '' }) => ({ model, vramMiB, driver })),
      platforms: [...turn.state.offered.platforms],
      isolation: config.isolation,
      runtimes: [...turn.state.offered.runtimes],
      egress: turn.state.offered.egress,
      numericClass: machine.numericClass,
      priceLevel: advertisedLevel(turn.state),
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

/** Tells coordinators whose share has changed; at each tick, so that shares follow within a second. */
export function offerShares (turn: WorkerTurn): void {
  for (const view of turn.state.coordinators.values()) {
    if (!view.admitted || view.offered === undefined || turn.now - view.offered.at < OFFER_AGAIN_MS) continue
    if (slotsFor(turn.state, view.peer, turn.now) !== view.offered.slots) sendOffer(turn, view.peer)
  }
}

/** Answers an announcement with a sealed bid, or with the reason why there is none; later, where the owner's program is asked for the price. */
export function answerAnnounce (turn: WorkerTurn, peer: string, announce: Announce): void {
  if (answerUnasked(turn, peer, announce)) return
  if (!turn.state.awaitedPrices.wait({ coordinator: peer, announce, since: turn.now })) {
    return refuseBid(turn, peer, announce, reason('PRICE_SCRIPT_FAILED', `${MOST_WAITING} jobs of this coordinator wait for the price script already; the next round asks again`))
  }
  askWaiting(turn)
}

/** Answers where the owner's program need not be asked. True when it did. */
function answerUnasked (turn: WorkerTurn, peer: string, announce: Announce): boolean {
  const why = unwanted(turn.state, announce, turn.now)
  const price = ownPrice(turn.state, needsOf(announce), announce.workMs)
  if (why !== undefined) refuseBid(turn, peer, announce, why)
  else if (price !== undefined) bidAt(turn, peer, announce, price)
  return why !== undefined || price !== undefined
}

/** Asks the owner's program about what waits, as far as it may be asked at a time. */
function askWaiting (turn: WorkerTurn): void {
  const { awaitedPrices } = turn.state
  for (let next = awaitedPrices.next(); next !== undefined; next = awaitedPrices.next()) askAbout(turn, next)
}

function askAbout (turn: WorkerTurn, awaited: AwaitedPrice): void {
  const { state } = turn
  const { coordinator, announce, since } = awaited
  const rules = priceRules(state)
  // much may have changed while it waited
  if (answerUnasked(turn, coordinator, announce)) return
  // an answer that comes when the round is closed is worth nothing to anybody
  if (turn.now - since > ROUND_MS - rules.scriptMs) return refuseBid(turn, coordinator, announce, reason('PRICE_SCRIPT_FAILED', 'the price script was busy with other jobs; the next round asks again'))
  turn.effect({ kind: 'price', question: questionFor(rules, state.awaitedPrices.ask(awaited), coordinator, announce) })
}

/** The owner's program has answered, or has not. */
export function onPriced (turn: WorkerTurn, key: string, answer: PriceAnswer): void {
  const awaited = turn.state.awaitedPrices.answered(key)
  if (awaited === undefined) return
  bidAsPriced(turn, awaited, answer)
  askWaiting(turn)
}

function bidAsPriced (turn: WorkerTurn, { coordinator, announce }: AwaitedPrice, answer: PriceAnswer): void {
  const { state } = turn
  if (answer.kind === 'failed') {
    const { own, told } = scriptTrouble(answer.why)
    state.priceTrouble = { at: turn.now, reason: own }
    turn.effect({ kind: 'note', level: 'warn', text: own.text, about: { job: announce.jobId, code: own.code } })
    return refuseBid(turn, coordinator, announce, own, told)
  }
  delete state.priceTrouble
  if (answer.kind === 'no') return refuseBid(turn, coordinator, announce, reason('PRICE_REFUSED', `its owner says no: ${answer.why}`))
  // much may have changed meanwhile
  const why = unwanted(state, announce, turn.now)
  if (why !== undefined) return refuseBid(turn, coordinator, announce, why)
  bidAt(turn, coordinator, announce, bounded(priceRules(state), answer.price))
}

function bidAt (turn: WorkerTurn, peer: string, announce: Announce, price: bigint): void {
  const { state } = turn
  const why = price > announce.maxPrice
    ? priceTooHigh(price, announce.maxPrice)
    : unfairTo(state, peer, turn.now) ?? creditRefusal(state, peer, price)
  if (why !== undefined) return refuseBid(turn, peer, announce, why)
  answer(turn, peer, announce, {
    bid: { jobId: announce.jobId, round: announce.round, price, slots: slotsFor(state, peer, turn.now), chunkMs: announce.workMs, validForMs: 60_000 }
  })
}

/** @param told what the coordinator hears, where that is less than what the owner sees */
function refuseBid (turn: WorkerTurn, peer: string, announce: Announce, why: Reason, told = why): void {
  answer(turn, peer, announce, { noBid: { jobId: announce.jobId, round: announce.round, reason: why } }, { noBid: { jobId: announce.jobId, round: announce.round, reason: told } })
}

function answer (turn: WorkerTurn, peer: string, announce: Announce, kept: Message, said = kept): void {
  rememberAuction(turn.state, peer, announce, kept, turn.now)
  turn.send(peer, said)
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

function needsOf ({ requirements }: Announce): RequirementsView {
  return { ...requirements, isolation: requirements?.isolation as Isolation } as RequirementsView
}

/** Why this machine does not run such a job, whatever it pays. */
function unwanted (state: WorkerState, announce: Announce, now: number): Reason | undefined {
  const needs = needsOf(announce)
  return notNow(state) ?? appDenied(state, announce.appName) ?? mismatches(needs, ownView(state))[0] ?? (needs.image === '' ? undefined : imageObstacle(state, needs.image, now))
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
