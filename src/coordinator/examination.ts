import { examinerOf } from '../model/examiner.ts'
import type { Verdict } from '../model/examiner.ts'
import type { Attempt, Chunk, Job } from './state.ts'

/** True for apps that bring a script of their own that judges their results. */
export function isExamined ({ record }: Job): boolean {
  return examinerOf(record.spec.app.manifest) !== undefined
}

/** True where equal bytes are right and others wrong. */
export function comparesBytes ({ record }: Job): boolean {
  const { determinism } = record.spec.app.manifest
  return determinism === 'bitwise' || determinism === 'class'
}

/** What a result counts as: its own value, or that of the result it is held equal to. */
export function counted (attempt: Attempt): string {
  return attempt.sameAs ?? attempt.value ?? ''
}

/** Attempts whose results are judged. */
export function shown (chunk: Chunk): readonly Attempt[] {
  return chunk.attempts.filter(attempt => attempt.state === 'REVEALED' || attempt.state === 'VERIFIED')
}

/**
 * What the examiner is to be shown next: two values for a comparator, one for a checker; undefined when everything it
 * has to say is said. Results are compared with one of them, the trusted one if there is any: that keeps the number of
 * comparisons to that of the results, and no chain of small differences makes a wrong result count. Where the examiner
 * gave no answer about a stranger's result it is tried on the trusted one: if it fails there too, the fault is its own.
 */
export function nextExamination (job: Job, chunk: Chunk): readonly string[] | undefined {
  const questions = questionsOf(job, chunk)
  const open = questions.find(values => verdictOn(chunk, values) === undefined)
  if (open !== undefined || !questions.some(values => verdictOn(chunk, values) === 'failed')) return open
  const probe = probeOf(job, chunk)
  return probe === undefined || verdictOn(chunk, probe) !== undefined ? undefined : probe
}

/** True when the examiner is at a loss even about what a trusted run gave. */
export function examinerIsBroken (job: Job, chunk: Chunk): boolean {
  const probe = isExamined(job) ? probeOf(job, chunk) : undefined
  const verdict = probe === undefined ? undefined : verdictOn(chunk, probe)
  return verdict !== undefined && verdict !== 'yes'
}

/** Notes which results count as the same, by what the examiner said. */
export function liken (job: Job, chunk: Chunk): void {
  const reference = referenceOf(job, chunk)
  for (const attempt of shown(chunk)) {
    const alike = reference !== undefined && attempt.value !== reference.value && !attempt.trusted && verdictOn(chunk, questionOn(job, attempt, reference)) === 'yes'
    if (alike && reference.value !== undefined) attempt.sameAs = reference.value
    else delete attempt.sameAs
  }
}

/** What the checker said of one result, or the comparator of it and the accepted one. */
export function verdictAbout (job: Job, chunk: Chunk, attempt: Attempt, accepted: string): Verdict | undefined {
  return verdictOn(chunk, isChecked(job) ? [attempt.value ?? ''] : [accepted, attempt.value ?? ''])
}

export function verdictKey (values: readonly string[]): string {
  return [...values].sort().join(' ')
}

function verdictOn (chunk: Chunk, values: readonly string[]): Verdict | undefined {
  return chunk.verdicts?.[verdictKey(values)]
}

/** True for apps whose checker says of one result alone whether it is right. */
export function isChecked ({ record }: Job): boolean {
  return record.spec.app.manifest.determinism === 'self-checked'
}

/** The result others are held against: a trusted one, else for a comparator the first, for a checker the first it found right. */
function referenceOf (job: Job, chunk: Chunk): Attempt | undefined {
  const all = shown(chunk)
  return all.find(({ trusted }) => trusted) ?? (isChecked(job) ? all.find(({ value = '' }) => verdictOn(chunk, [value]) === 'yes') : all[0])
}

function questionOn (job: Job, attempt: Attempt, reference: Attempt): readonly string[] {
  return isChecked(job) ? [attempt.value ?? ''] : [reference.value ?? '', attempt.value ?? '']
}

function questionsOf (job: Job, chunk: Chunk): readonly (readonly string[])[] {
  if (!isExamined(job)) return []
  const all = shown(chunk)
  const reference = isChecked(job) ? all.find(({ trusted }) => trusted) : referenceOf(job, chunk)
  const others = all.filter(attempt => !attempt.trusted && attempt.value !== reference?.value)
  if (isChecked(job)) return others.map(({ value = '' }) => [value])
  return reference === undefined ? [] : others.map(attempt => questionOn(job, attempt, reference))
}

/** What shows whether the examiner works at all: the trusted result, by itself or beside itself. */
function probeOf (job: Job, chunk: Chunk): readonly string[] | undefined {
  const value = shown(chunk).find(({ trusted }) => trusted)?.value
  if (value === undefined) return undefined
  return isChecked(job) ? [value] : [value, value]
}
