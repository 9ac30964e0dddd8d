import { createHash } from 'node:crypto'
import type { AttemptId } from '../model/ids.ts'

/** Results in a batch, at most. */
export const BATCH_SIZE = 64
/** A batch is closed after this long, milliseconds. */
export const BATCH_MS = 30_000
/** Share of audits done by trusted workers. */
export const AUDITED_BY_TRUSTED = 0.2
/** Share of the results of trusted workers that the coordinator runs again itself. */
export const TRUSTED_AUDIT_RATE = 0.01
const ALL = 2 ** 48

/**
 * The coordinator's part in deciding whether a result is audited, 32 bytes: a
 * secret of one attempt. Its hash is in the lease, so it is fixed before the
 * worker binds itself to a result, and it is shown once the batch is judged.
 * Each attempt has its own, so that what is shown says nothing of results to come.
 */
export function lotOf (jobSeed: string, { jobId, chunk, epoch }: AttemptId): Uint8Array<ArrayBuffer> {
  return sha256('lot', `${jobSeed}\0${jobId}\0${chunk}\0${epoch}`)
}

export function lotHash (lot: Uint8Array): Uint8Array<ArrayBuffer> {
  return sha256('lot-hash', lot)
}

/**
 * What one result drew: of a batch, those with the lowest numbers are audited.
 * It follows from the coordinator's lot and from the worker's commitment, each
 * fixed while the other was unknown, and from nothing else: neither side can
 * steer it, not by what it answers and not by which results form a batch.
 */
export function drawnNumber (lot: Uint8Array, commitment: Uint8Array): number {
  return number('draw', lot, commitment)
}

/** Places of the `max(1, ceil(rate · size))` results of a batch that drew the lowest numbers. */
export function drawAudits (numbers: readonly number[], rate: number): ReadonlySet<number> {
  return lowest(numbers, auditsOf(rate, numbers.length))
}

/** Audits of a batch. */
function auditsOf (rate: number, size: number): number {
  return Math.max(1, Math.ceil(rate * size - 1e-9))
}

/** What is wrong with the places said to be drawn, however many they are. */
function misdrawn (numbers: readonly number[], drawn: readonly number[]): string | undefined {
  const due = lowest(numbers, drawn.length)
  const other = drawn.find(place => !due.has(place))
  return other === undefined && new Set(drawn).size === drawn.length ? undefined : `result ${other ?? drawn[0] ?? 0} was audited and did not draw it`
}

function lowest (numbers: readonly number[], count: number): ReadonlySet<number> {
  const order = numbers.map((drawn, place) => ({ drawn, place })).sort((a, b) => a.drawn - b.drawn || a.place - b.place)
  return new Set(order.slice(0, count).map(({ place }) => place))
}

/** A result in a batch: its chunk, its epoch, and in hex what its worker was bound to. */
export type BatchResult = readonly [chunk: number, epoch: number, commitment: string]

/** A batch as it was closed: with the seed of its job, enough to do its draw again. */
export interface Draw {
  /** in the order they were asked for */
  readonly results: readonly BatchResult[]
  /** places that were drawn for an audit */
  readonly drawn: readonly number[]
  /** verified passes its worker had for the app then */
  readonly passes: number
}

/** Places of the results of a batch that the seed of their job has audited. */
export function drawBatch (jobSeed: string, jobId: string, results: readonly BatchResult[], rate: number): ReadonlySet<number> {
  return drawAudits(numbersOf(jobSeed, jobId, results), rate)
}

/**
 * Does a draw again.
 * @param rate share that was to be audited
 * @returns what is wrong with it; undefined when nothing is
 */
export function redrawProblem (jobSeed: string, jobId: string, { results, drawn }: Draw, rate: number): string | undefined {
  const due = auditsOf(rate, results.length)
  if (drawn.length !== due) return `${drawn.length} of ${results.length} results were drawn, ${due} should have been`
  return misdrawn(numbersOf(jobSeed, jobId, results), drawn)
}

function numbersOf (jobSeed: string, jobId: string, results: readonly BatchResult[]): readonly number[] {
  return results.map(([chunk, epoch, commitment]) => drawnNumber(lotOf(jobSeed, { jobId, chunk, epoch }), Buffer.from(commitment, 'hex')))
}

/** True for the audits that a trusted worker does. */
export function isTrustedAudit (lot: Uint8Array, commitment: Uint8Array): boolean {
  return number('trusted', lot, commitment) < AUDITED_BY_TRUSTED * ALL
}

/** True for the results of trusted workers that are audited. */
export function isAuditedThoughTrusted (lot: Uint8Array, commitment: Uint8Array): boolean {
  return number('of-trusted', lot, commitment) < TRUSTED_AUDIT_RATE * ALL
}

/** One result of a batch as its worker knows it. */
export interface BatchMember {
  readonly commitment: Uint8Array
  /** from its lease */
  readonly lotHash: Uint8Array
}

/**
 * Checks a draw from the worker's side.
 * @param drawn places that were audited, as the coordinator says
 * @param rates least and highest share that may be audited
 * @returns what is wrong with it; undefined when nothing is
 */
export function drawProblem (members: readonly BatchMember[], lots: readonly Uint8Array[], drawn: readonly number[], rates: { readonly least: number, readonly most: number }): string | undefined {
  if (lots.length !== members.length) return `it shows ${lots.length} lots for ${members.length} results`
  const forged = members.findIndex((member, place) => Buffer.compare(lotHash(lots[place] as Uint8Array), member.lotHash) !== 0)
  if (forged >= 0) return `the lot of result ${forged} is not the one its lease was given with`
  const [least, most] = [auditsOf(rates.least, members.length), auditsOf(rates.most, members.length)]
  if (drawn.length < least || drawn.length > most) return `${drawn.length} of ${members.length} results were audited, ${least} to ${most} may be`
  return misdrawn(members.map(({ commitment }, place) => drawnNumber(lots[place] as Uint8Array, commitment)), drawn)
}

function number (what: string, lot: Uint8Array, commitment: Uint8Array): number {
  return Buffer.from(sha256(what, lot, commitment)).readUIntBE(0, 6)
}

function sha256 (what: string, ...parts: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const hash = createHash('sha256').update(`nightshift/audit/2/${what}\0`)
  for (const part of parts) hash.update(part)
  return Uint8Array.from(hash.digest())
}
