import type { FileRef } from '../model/block.ts'
import { asNightshiftError } from '../model/errors.ts'
import { taskId } from '../model/ids.ts'
import type { AttemptId } from '../model/ids.ts'
import { resultHash } from '../model/result.ts'
import { fileListProblem } from '../verification/file-list.ts'
import { appLimits } from './app-limits.ts'
import { chunkRun } from './chunk-run.ts'
import { runBlock } from './run-block.ts'
import type { TrustedOutcome } from './events.ts'
import type { Services } from './services.ts'
import type { Job } from './state.ts'

/** Runs one chunk on the coordinator itself: the trusted run that settles what workers cannot. */
export async function runReferee (services: Services, job: Job, attempt: AttemptId, signal: AbortSignal): Promise<TrustedOutcome> {
  const kept = services.pins.keep(job.record.id, services.blobs)
  try {
    const files: FileRef[] = []
    const outcome = await runBlock(services, {
      id: taskId(attempt),
      ...await chunkRun(services, job, attempt.chunk),
      signal,
      onLog: (stream, text) => { services.logs.add(attempt, 'coordinator', stream, text) },
      collect: async file => {
        const ref = await kept.put(file.data, { signal })
        files.push({ path: file.path, size: ref.size, sha256: ref.sha256 })
      }
    })
    const problem = outcome.ok ? fileListProblem(files, appLimits(job.record.spec)) : undefined
    if (problem !== undefined) return { ok: false, failureClass: 'app', reason: { code: 'OUTPUT_INVALID', text: `its result ${problem}` }, exitCode: 0, stderrTail: '' }
    if (outcome.ok) return { ok: true, value: resultHash({ exitCode: 0, files }), files }
    return {
      ok: false,
      failureClass: outcome.failureClass,
      reason: { code: outcome.code, text: outcome.message },
      exitCode: outcome.exitCode ?? 0,
      stderrTail: outcome.logs.stderr.slice(-2000)
    }
  } catch (error) {
    const { message } = asNightshiftError(error)
    return { ok: false, failureClass: 'node', reason: { code: 'SANDBOX_UNAVAILABLE', text: message }, exitCode: 0, stderrTail: '' }
  } finally {
    kept.end()
  }
}
