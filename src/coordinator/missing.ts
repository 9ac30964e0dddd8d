import type { OfferView } from '../model/offer.ts'
import { OWNER_CODES } from '../model/reasons.ts'
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
  return { reason, lacks, remedy: REMEDIES[lacks[0]?.code ?? reason.code] ?? REMEDIES[reason.code] ?? 'connect other workers: "nightshift worker --peer <address>"' }
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
const CHEAPER = 'raise --max-price or the budget, or wait for cheaper workers'
const LATER = 'wait: it is tried again by itself'
const REMEDIES: Partial<Record<ReasonCode, string>> = {
  ...Object.fromEntries(OWNER_CODES.map(code => [code, 'wait until their owners let them work, or connect other workers'])),
  NO_WORKERS: 'start a worker: "nightshift worker --peer <address>", or "nightshift up" for a cluster here',
  MEMORY_TOO_SMALL: SMALLER,
  CORES_TOO_FEW: SMALLER,
  DISK_TOO_SMALL: SMALLER,
  GPU_MISSING: SMALLER,
  PLATFORM_MISSING: 'start a worker that offers the platform; a docker app needs Docker or Podman there, and one on a stock python image also runs with --allow-wasm',
  ARCH_MISMATCH: 'start a worker of the image\'s architecture, or build the image for that of the workers',
  RUNTIME_MISSING: 'start a worker whose engine has the runtime, or take it out of the app\'s manifest',
  IMAGE_REFUSED: 'use an image that the workers\' owners allow, or start a worker with --allow-image for it',
  NUMERIC_CLASS_DIFFERS: 'start more workers of the machine type that began the job, or let the app\'s results be compared with "fuzzy" instead of "class"',
  PRICE_TOO_HIGH: CHEAPER,
  PRICE_REFUSED: CHEAPER,
  PRICE_SCRIPT_FAILED: 'connect other workers; "nightshift status" on such a worker shows its owner what the price script said',
  BUDGET_EXHAUSTED: 'raise --budget, or wait: what chunks do not use of it comes back',
  FREE_TIME_TOO_SHORT: 'cut the input into smaller chunks, or wait until the machines are free for longer',
  OFFER_EXPIRED: LATER,
  NO_ANSWER: LATER,
  BUSY: 'wait until what runs there is done, or start another worker',
  DRAINING: 'connect other workers: these are about to stop',
  TOO_FEW_WORKERS: 'start more workers, name one with "coordinator --trust <peer>", or ask for less with --confidence or --replicas',
  NOT_TRUSTED: 'name workers with "coordinator --trust <peer>", or submit with --trust open',
  NOT_ESTABLISHED: 'submit with --trust open, so that workers can prove themselves',
  ISOLATION_TOO_WEAK: 'start a worker with the isolation the job asks for (bubblewrap, or a container engine)',
  NETWORK_REFUSED: 'start a worker with --egress and a container engine',
  BANNED: 'connect other workers; "nightshift node list" shows who is banned',
  CIRCUIT_OPEN: 'wait, or connect other workers',
  LEASES_EXPIRED: 'wait, or connect other workers: these did not finish in time what they had of this job',
  CREDIT_LIMIT: 'wait: leases go out again when what is owed has been settled; "nightshift wallet peers" shows it',
  COORDINATOR_UNFAIR: 'connect other workers: these refuse this coordinator for how it treated them',
  COORDINATOR_BEHIND: 'see "nightshift status" on this coordinator: its workers know more of it than its own disk does',
  OWNER_DENIES: 'connect other workers: the owners of these deny this coordinator or this kind of app'
}
