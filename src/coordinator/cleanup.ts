import type { Block, FileRef } from '../model/block.ts'
import type { BlobRef } from '../model/store.ts'
import { decodeChunk } from './records.ts'
import { KEYS, after } from './keys.ts'
import type { Services } from './services.ts'
import type { Job } from './state.ts'

/** Deletes run at once, so that a job of many chunks does not hold up everything else. */
const BATCH = 256

/**
 * Removes what only an ended job needed: its input, its chunks and the results
 * that went into its output. Outputs stay, as does whatever a block or another
 * job refers to. A failed job keeps everything, for its retry.
 */
export async function cleanUp (services: Services, job: Job): Promise<void> {
  const { id, spec, state } = job.record
  services.pins.forget(id)
  if (state !== 'COMPLETED' && state !== 'CANCELLED') return
  const keep = await contentInUse(services, id)
  let batch: string[] = []
  const flush = async (): Promise<void> => {
    await Promise.all(batch.map(async sha256 => { await services.pins.delete(sha256, services.blobs) }))
    batch = []
  }
  for await (const { sha256 } of contentOf(services, job)) {
    if (keep.has(sha256)) continue
    batch.push(sha256)
    if (batch.length >= BATCH) await flush()
  }
  await flush()
  const results: string[] = []
  for await (const [key] of services.store.range({ gte: KEYS.results(id), lt: after(KEYS.results(id)) })) results.push(key)
  await services.store.batch(results.map(key => ({ key, value: undefined })), { sync: false })
  services.log.debug({ job: id, name: spec.name, results: results.length }, 'cleaned up after a job')
}

async function * contentOf ({ store }: Services, { record, task }: Job): AsyncGenerator<BlobRef> {
  yield * record.spec.source
  if (task !== undefined) yield task.ref
  for await (const [, text] of store.range({ gte: KEYS.chunks(record.id), lt: after(KEYS.chunks(record.id)) })) {
    const { input, attempts } = decodeChunk(text)
    yield input
    // results that did not count may have come with their files
    for (const { files } of attempts) yield * files ?? []
  }
  for await (const [, text] of store.range({ gte: KEYS.results(record.id), lt: after(KEYS.results(record.id)) })) yield * JSON.parse(text) as FileRef[]
}

async function contentInUse (services: Services, except: string): Promise<ReadonlySet<string>> {
  const { store, state } = services
  const used = new Set<string>()
  for await (const [, text] of store.range({ gte: KEYS.block, lt: after(KEYS.block) })) {
    for (const file of (JSON.parse(text) as Block).files) used.add(file.sha256)
  }
  for await (const [, text] of store.range({ gte: KEYS.outputs, lt: after(KEYS.outputs) })) {
    for (const file of JSON.parse(text) as FileRef[]) used.add(file.sha256)
  }
  for (const other of state.jobs.values()) {
    if (other.record.id === except || other.record.state === 'COMPLETED' || other.record.state === 'CANCELLED') continue
    for await (const { sha256 } of contentOf(services, other)) used.add(sha256)
  }
  return used
}
