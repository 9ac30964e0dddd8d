import { attemptIsOpen } from '../lifecycle/attempt.ts'
import { classFor } from '../model/numeric-class.ts'
import type { Chunk, CoordinatorState, Job, WorkerView } from './state.ts'

/** True for apps whose results are the same bit by bit only on machines of one numeric class. */
export function comparesByClass ({ record }: Job): boolean {
  return record.spec.app.manifest.determinism === 'class'
}

/** The numeric class a worker runs this job's app in; the same for all where results of all machines compare. */
export function classOf (job: Job, worker: WorkerView): string {
  return relevant(job, worker.offer?.numericClass)
}

/** The class of the coordinator's own runs. */
export function ownClass ({ config }: CoordinatorState, job: Job): string {
  return relevant(job, config.numericClass)
}

function relevant (job: Job, advertised = ''): string {
  return comparesByClass(job) ? classFor(advertised, job.needs.platform, job.needs.gpus.length > 0 || job.needs.gpuCount > 0) : ''
}

/** The class a chunk was begun in: that of its first open attempt. Undefined while it has none. */
export function chunkClass (chunk: Chunk): string | undefined {
  const first = chunk.attempts.find(attempt => attemptIsOpen(attempt.state))
  return first === undefined ? undefined : first.numericClass ?? ''
}

/** True when a result of this class compares with those the chunk has. */
export function joins (chunk: Chunk, numericClass: string): boolean {
  const begun = chunkClass(chunk)
  return begun === undefined || begun === numericClass
}

/** Workers by the class they run this job's app in. */
export function byClass (job: Job, workers: readonly WorkerView[]): ReadonlyMap<string, readonly WorkerView[]> {
  const classes = new Map<string, WorkerView[]>()
  for (const worker of workers) {
    const numericClass = classOf(job, worker)
    classes.set(numericClass, [...classes.get(numericClass) ?? [], worker])
  }
  return classes
}
