/** Work queued at a worker beyond what runs, at most this long, in milliseconds. */
const QUEUE_AHEAD_MS = 100
const MAX_DEPTH = 64

export interface PrefetchInput {
  /** milliseconds between a lease leaving and its chunk starting, and a commit coming back */
  readonly roundTripMs: number
  /** median duration of a chunk, milliseconds */
  readonly chunkMs: number
  readonly chunksLeft: number
  readonly workers: number
}

/**
 * How many leases per slot keep a worker busy: one that runs, plus those that
 * cover 1.5 round trips. Long chunks get at most 4; only chunks so short that
 * more of them still mean under 100 ms of queue get more. Near the end of a job
 * the depth shrinks so that no worker sits on chunks others could run; leases
 * that wait no longer than about a round trip would begin no sooner elsewhere.
 */
export function prefetchDepth (input: PrefetchInput): number {
  const chunkMs = Math.max(0.05, input.chunkMs)
  const cover = 1 + Math.ceil(1.5 * input.roundTripMs / chunkMs)
  const most = Math.max(4, Math.min(MAX_DEPTH, Math.floor(QUEUE_AHEAD_MS / chunkMs)))
  const each = input.chunksLeft / Math.max(1, input.workers)
  const onTheWay = 1 + Math.round(input.roundTripMs / chunkMs)
  const share = Math.max(Math.floor(each / 2), Math.min(onTheWay, Math.floor(each)))
  return Math.max(1, Math.min(cover, most, share))
}
