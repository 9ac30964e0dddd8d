import { move } from './machine.ts'
import type { Transitions } from './machine.ts'

export type JobState =
  | 'SUBMITTED' | 'PARTITIONING' | 'RUNNING' | 'SETTLING' | 'ASSEMBLING' | 'DELIVERING'
  | 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'HELD'

const ENDS = ['FAILED', 'CANCELLED'] as const

/** HELD is RUNNING that cannot go on for a stated reason; it returns to RUNNING by itself when the reason is gone. */
const TRANSITIONS: Transitions<JobState> = {
  SUBMITTED: ['PARTITIONING', ...ENDS],
  PARTITIONING: ['RUNNING', ...ENDS],
  RUNNING: ['SETTLING', 'HELD', ...ENDS],
  HELD: ['RUNNING', ...ENDS],
  SETTLING: ['ASSEMBLING', ...ENDS],
  ASSEMBLING: ['DELIVERING', ...ENDS],
  DELIVERING: ['COMPLETED', ...ENDS],
  COMPLETED: [],
  FAILED: ['RUNNING', 'PARTITIONING', 'SETTLING'],
  CANCELLED: []
}

export function moveJob (id: string, from: JobState, to: JobState): JobState {
  return move(`job ${id}`, TRANSITIONS, from, to)
}

export function jobEnded (state: JobState): boolean {
  return state === 'COMPLETED' || state === 'FAILED' || state === 'CANCELLED'
}
