import type { OfferView } from '../model/offer.ts'
import type { Reason, ReasonCode } from '../model/reasons.ts'
import type { Job } from './state.ts'

/** What keeps a job from being placed, and what would help. */
export interface Missing {
  readonly reason: Reason
  /** one sentence for each thing that is missing, with how many workers lack it */
  readonly lacks: readonly { readonly code: ReasonCode, readonly workers: number, readonly text: string }[]
  readonly remedy: string
}

interface Looked { readonly offer?: OfferView, readonly why: readonly Reason[] }

/** Workers by what they lack, the most frequent first; `looked` is everyone who is connected. */
export function missingOf (job: Job, reason: Reason, looked: readonly Looked[]): Missing {
  const byCode = new Map<ReasonCode, { count: number, first: Reason }>()
  for (const { why } of looked) {
    for (const code of new Set(why.map(entry => entry.code))) {
      const first = why.find(entry => entry.code === code) as Reason
      byCode.set(code, { count: (byCode.get(code)?.count ?? 0) + 1, first: byCode.get(code)?.first ?? first })
    }
  }
  const offers = looked.flatMap(({ offer }) => offer === undefined ? [] : [offer])
  const lacks = [...byCode].sort(([, a], [, b]) => b.count - a.count).map(([code, { count, first }]) => ({ code, workers: count, text: sentence(job, code, count, first, offers) }))
  return { reason, lacks, remedy: REMEDIES[lacks[0]?.code ?? reason.code] ?? REMEDIES[reason.code] ?? 'start a worker that has what is missing: "nightshift worker --peer <address>"' }
}

function sentence ({ needs }: Job, code: ReasonCode, count: number, first: Reason, offers: readonly OfferView[]): string {
  const best = (of: (offer: OfferView) => number): number => Math.max(0, ...offers.map(of))
  const have = count === 1 ? 'has' : 'have'
  const who = `${count} worker${count === 1 ? '' : 's'}`
  switch (code) {
    case 'MEMORY_TOO_SMALL': return `${who} ${have} too little memory (need ${gib(needs.minMemoryMiB)}, best offers ${gib(best(offer => offer.memoryMiB))})`
    case 'CORES_TOO_FEW': return `${who} ${have} too few cores (need ${needs.minCores}, best offers ${best(offer => offer.cores)})`
    case 'DISK_TOO_SMALL': return `${who} ${have} too little disk (need ${gib(needs.minDiskMiB)}, best offers ${gib(best(offer => offer.diskMiB))})`
    default: return `${who}: ${first.text}`
  }
}

function gib (mib: number): string {
  return `${Math.round(mib / 102.4) / 10} GiB`
}

const SMALLER = 'lower what the app asks for in its manifest (device_requirements), or start a worker with more'
const REMEDIES: Partial<Record<ReasonCode, string>> = {
  NO_WORKERS: 'start a worker: "nightshift worker --peer <address>", or "nightshift up" for a cluster here',
  MEMORY_TOO_SMALL: SMALLER,
  CORES_TOO_FEW: SMALLER,
  DISK_TOO_SMALL: SMALLER,
  GPU_MISSING: SMALLER,
  PLATFORM_MISSING: 'start a worker that offers the platform; a docker app needs Docker or Podman there, and one on a stock python image also runs with --allow-wasm',
  PRICE_TOO_HIGH: 'raise --max-price or the budget, or wait for cheaper workers',
  FREE_TIME_TOO_SHORT: 'cut the input into smaller chunks, or wait until the machines are free for longer',
  TOO_FEW_WORKERS: 'start more workers, name one with "coordinator --trust <peer>", or ask for less with --confidence or --replicas',
  NOT_TRUSTED: 'name workers with "coordinator --trust <peer>", or submit with --trust open',
  NOT_ESTABLISHED: 'submit with --trust open, so that workers can prove themselves',
  ISOLATION_TOO_WEAK: 'start a worker with the isolation the job asks for (bubblewrap, or a container engine)',
  NETWORK_REFUSED: 'start a worker with --egress and a container engine',
  BANNED: 'connect other workers; "nightshift node list" shows who is banned',
  CIRCUIT_OPEN: 'wait, or connect other workers'
}
