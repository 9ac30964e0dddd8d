import { move } from './machine.ts'
import type { Transitions } from './machine.ts'

/**
 * PENDING: no replica out. ACTIVE: at least one attempt live, revealed or in
 * dispute. VERIFIED: a value is agreed; its files are being fetched, or are here
 * and not paid yet. DECIDED: its holds are posted, once. FAILED: the
 * app fails on this chunk wherever it runs.
 */
export type ChunkState = 'PENDING' | 'ACTIVE' | 'VERIFIED' | 'DECIDED' | 'FAILED'

const TRANSITIONS: Transitions<ChunkState> = {
  PENDING: ['ACTIVE', 'FAILED'],
  ACTIVE: ['PENDING', 'VERIFIED', 'FAILED'],
  VERIFIED: ['PENDING', 'DECIDED'],
  DECIDED: [],
  FAILED: ['PENDING']
}

export function moveChunk (id: string, from: ChunkState, to: ChunkState): ChunkState {
  return from === to ? from : move(`chunk ${id}`, TRANSITIONS, from, to)
}
