import { NightshiftError } from '../errors.ts'
import { JOB_ID_PATTERN } from '../ids.ts'
import { LIMITS } from '../limits.ts'
import type { Attempt, Reason, Ref } from './control.ts'

const EPOCHS = 1_000_000_000
const CODE_CHARS = 64
const MAX_AMOUNT = 2n ** 63n

export function refuse (field: string, problem: string): never {
  throw new NightshiftError('NS_E_PROTOCOL', `the field ${field} ${problem}`, { remedy: 'run the same version of the software on both peers' })
}

export function required<T> (field: string, value: T | undefined): T {
  return value ?? refuse(field, 'is missing')
}

export function text (field: string, value: string, max: number): void {
  if (value.length > max) refuse(field, `has ${value.length} characters, ${max} are allowed`)
}

export function texts (field: string, values: readonly string[], maxCount: number, maxChars: number): void {
  count(field, values, maxCount)
  for (const value of values) text(field, value, maxChars)
}

export function count (field: string, values: readonly unknown[], max: number): void {
  if (values.length > max) refuse(field, `has ${values.length} elements, ${max} are allowed`)
}

export function bytes (field: string, value: Uint8Array, length: number): void {
  if (value.length !== length) refuse(field, `has ${value.length} bytes instead of ${length}`)
}

/** A whole number from 0 to `max`; the largest that a number holds exactly by default. */
export function whole (field: string, value: number, max: number = Number.MAX_SAFE_INTEGER): void {
  if (!Number.isSafeInteger(value) || value < 0 || value > max) refuse(field, `is ${value}, allowed are whole numbers from 0 to ${max}`)
}

export function fraction (field: string, value: number, max: number): void {
  if (!(value >= 0 && value <= max)) refuse(field, `is ${value}, allowed is 0 to ${max}`)
}

export function amount (field: string, value: bigint): void {
  if (value < 0n || value >= MAX_AMOUNT) refuse(field, `is ${value}, allowed is 0 to ${MAX_AMOUNT - 1n}`)
}

export function jobId (field: string, value: string): void {
  if (!JOB_ID_PATTERN.test(value)) refuse(field, `is ${JSON.stringify(value.slice(0, 40))}, which is no job id`)
}

export function attempt (field: string, value: Attempt | undefined): void {
  const { jobId: job, chunk, epoch } = required(field, value)
  jobId(field, job)
  whole(field, chunk, LIMITS.chunksPerJob - 1)
  whole(field, epoch, EPOCHS)
}

export function attempts (field: string, values: readonly Attempt[], max: number): void {
  count(field, values, max)
  for (const value of values) attempt(field, value)
}

export function reason (field: string, value: Reason | undefined): void {
  if (value === undefined) return
  text(field, value.code, CODE_CHARS)
  text(field, value.text, LIMITS.reasonChars)
}

export function ref (field: string, value: Ref | undefined): void {
  const { sha256, size, inline } = required(field, value)
  bytes(field, sha256, 32)
  whole(field, size)
  if (inline.length === 0) return
  if (inline.length > LIMITS.inlineBytes) refuse(field, `carries ${inline.length} bytes of content, ${LIMITS.inlineBytes} are allowed`)
  if (inline.length !== size) refuse(field, `carries ${inline.length} bytes of content but says ${size}`)
}
