import type { Random } from './clock.ts'

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

export const JOB_ID_PATTERN = /^j-[a-z2-7]{16}$/

/** A new job id: `j-` and 80 random bits in base 32. */
export function newJobId (random: Random): string {
  return 'j-' + base32(random.bytes(10))
}

function base32 (bytes: Uint8Array): string {
  let bits = 0
  let value = 0
  let text = ''
  for (const byte of bytes) {
    value = (value << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += ALPHABET[(value >>> bits) & 31]
    }
    value &= (1 << bits) - 1
  }
  return text
}

/** One lease of one chunk to one worker. `epoch` grows with every attempt of the chunk and is never reused. */
export interface AttemptId {
  readonly jobId: string
  readonly chunk: number
  readonly epoch: number
}

export function attemptKey (id: AttemptId): string {
  return `${id.jobId}/${id.chunk}/${id.epoch}`
}

/** The name of an attempt as people see it, unique on its node. */
export function taskId (id: AttemptId): string {
  return `${chunkTaskId(id)}-${id.epoch}`
}

/** TASK_ID: the same for every attempt of a chunk, so that an app may write it into its result. */
export function chunkTaskId (id: Pick<AttemptId, 'jobId' | 'chunk'>): string {
  return `t-${id.jobId.slice(2)}-${id.chunk}`
}

/** A number as a fixed-width key part, so that keys sort as numbers do. */
export function sortable (value: number): string {
  return value.toString(16).padStart(12, '0')
}
