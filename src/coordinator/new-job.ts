import type { RequirementsView } from '../model/offer.ts'
import { nodeArch } from '../model/image.ts'
import { appClass } from '../verification/app-class.ts'
import { policyOf } from '../verification/policy.ts'
import { appMemoryMiB } from './app-limits.ts'
import { wants } from './chunks.ts'
import { Median } from './median.ts'
import type { Job, JobRecord } from './state.ts'

/** A job in memory, before any of its chunks. */
export function newJob (record: JobRecord): Job {
  return {
    record,
    needs: requirements(record),
    policy: policyOf(record.spec.config.confidence),
    appClass: appClass(record.spec.app, record.spec.images?.[record.spec.app.hash]?.config.sha256),
    filling: new Map(),
    batches: new Map(),
    chunks: [],
    partitions: 0,
    freshFrom: 0,
    wanting: new Set(),
    active: new Set(),
    unexamined: new Map(),
    unpaid: new Set(),
    late: new Set(),
    owed: 0n,
    roundNumber: 0,
    nextRoundAt: 0,
    awards: new Map(),
    checkers: new Map(),
    expiries: new Map(),
    explanations: new Map(),
    outcomes: new Map(),
    durations: new Median(),
    recentDone: []
  }
}

function requirements (record: JobRecord): RequirementsView {
  const { app, config } = record.spec
  const device = app.manifest.device_requirements
  const image = record.spec.images?.[app.hash]
  return {
    platform: app.manifest.platform,
    minCores: device.min_cpu ?? 0,
    minMemoryMiB: appMemoryMiB(app),
    minDiskMiB: Math.ceil((device.min_disk ?? 0) * 1024),
    gpus: typeof device.gpu === 'number' ? [] : device.gpu ?? [],
    gpuCount: typeof device.gpu === 'number' ? device.gpu : 0,
    isolation: config.isolation,
    network: app.manifest.platform_config.network ?? 'none',
    arch: image === undefined ? '' : nodeArch(image.architecture),
    runtime: app.manifest.platform === 'docker' ? app.manifest.platform_config.runtime ?? '' : '',
    image: image?.reference ?? ''
  }
}

/** Rebuilds the indexes over a job's chunks from their states. */
export function indexChunks (job: Job): void {
  job.freshFrom = 0
  job.wanting.clear()
  job.active.clear()
  job.late.clear()
  let lastTouched = -1
  for (const chunk of job.chunks) if (chunk.epoch > 0 || chunk.state !== 'PENDING') lastTouched = chunk.index
  for (const chunk of job.chunks) {
    if (chunk.state === 'ACTIVE' || (chunk.state === 'VERIFIED' && chunk.storedAt === undefined)) job.active.add(chunk.index)
    if (chunk.index <= lastTouched && wants(chunk) > 0) job.wanting.add(chunk.index)
    if (chunk.state === 'VERIFIED' && chunk.storedAt !== undefined && chunk.attempts.some(attempt => attempt.state === 'COMMITTED')) job.late.add(chunk.index)
  }
  job.freshFrom = lastTouched + 1
}
