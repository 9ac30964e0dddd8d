import { blobInputs, check, compare, examinerLimits } from '../blocks/index.ts'
import type { RunExaminer } from '../blocks/index.ts'
import { examinerOf } from '../model/examiner.ts'
import type { InputFile } from '../model/executor.ts'
import { chunkRun } from './chunk-run.ts'
import type { Examined, Exhibit } from './events.ts'
import { fetchFiles } from './fetch.ts'
import { runBlock } from './run-block.ts'
import type { Services } from './services.ts'
import type { Job } from './state.ts'

/** Brings the files of results here and has the app's examiner look at them, in the sandbox every app runs in. */
export async function examine (services: Services, job: Job, index: number, exhibits: readonly Exhibit[], signal: AbortSignal): Promise<Examined> {
  const { id, spec } = job.record
  const kept = services.pins.keep(id, services.blobs)
  const unavailableAt = new Set<string>()
  const done = (found: Pick<Examined, 'verdict' | 'text'>): Examined => ({ kind: 'examined', jobId: id, chunk: index, values: exhibits.map(({ value }) => value), unavailableAt: [...unavailableAt], ...found })
  try {
    const folders: (readonly InputFile[])[] = []
    for (const { files, from } of exhibits) {
      if (!await fetchFiles(services, kept, { files, from: from.filter(peer => peer !== services.state.self) }, unavailableAt, signal)) return done({ text: 'the files of a result could not be had' })
      folders.push(await blobInputs(files, services.blobs))
    }
    const entrypoint = examinerOf(spec.app.manifest) ?? ''
    const base = await chunkRun(services, job, index)
    const run: RunExaminer = async extraInputs => await runBlock(services, {
      ...base,
      id: `${id}-examine-${index}`,
      block: { ...spec.app, manifest: { ...spec.app.manifest, entrypoint } },
      extraInputs,
      limits: examinerLimits(base.limits),
      signal,
      onLog: (stream, text) => { services.logs.add({ jobId: id, chunk: index, epoch: 0 }, entrypoint, stream, text) },
      collect: async file => { for await (const _ of file.data) { /* nobody reads it */ } }
    })
    const [first = [], second] = folders
    return done(second === undefined ? await check(run, first) : await compare(run, first, second))
  } finally {
    kept.end()
  }
}
