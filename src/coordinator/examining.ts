import { jobEnded } from '../lifecycle/job.ts'
import { reason } from '../model/reasons.ts'
import { endAttempt, failChunk, requeue, rest } from './attempts.ts'
import type { Examined, Exhibit } from './events.ts'
import { nextExamination, shown, verdictKey } from './examination.ts'
import { judge } from './judge.ts'
import type { Chunk, Job } from './state.ts'
import type { Turn } from './turn.ts'

/** Examinations at a time, of all jobs. */
const AT_A_TIME = 2
/** One that could not be held is tried again after this long, milliseconds. */
const AGAIN_MS = 5_000
/** What is asked about one chunk, at most. */
const MOST_VERDICTS = 64

/** Starts the examinations that judgements wait for, as many as run at a time. */
export function callExaminers (turn: Turn, job: Job): void {
  for (const [index, notBefore] of job.unexamined) {
    if (turn.state.examining.size >= AT_A_TIME) return
    const key = `${job.record.id}/${index}`
    const chunk = job.chunks[index]
    if (notBefore > turn.now || turn.state.examining.has(key)) continue
    const values = chunk?.state === 'ACTIVE' ? nextExamination(job, chunk) : undefined
    if (chunk === undefined || values === undefined) {
      // what was to be examined is gone; what is left may be enough
      job.unexamined.delete(index)
      if (chunk !== undefined) judge(turn, job, chunk)
      continue
    }
    turn.state.examining.add(key)
    turn.effect({ kind: 'examine', jobId: job.record.id, chunk: index, exhibits: values.map(value => exhibit(chunk, value)) })
  }
}

function exhibit (chunk: Chunk, value: string): Exhibit {
  const holders = shown(chunk).filter(attempt => attempt.value === value)
  return { value, files: holders.find(({ files }) => files !== undefined)?.files ?? [], from: holders.map(({ worker }) => worker) }
}

/** The verdict is stored with its chunk, so that nothing is examined twice, and the chunk is judged again. */
export function onExamined (turn: Turn, job: Job, { chunk: index, values, verdict, text = '', unavailableAt }: Examined): void {
  turn.state.examining.delete(`${job.record.id}/${index}`)
  const chunk = job.chunks[index]
  // of a decided chunk only the value is in memory: what the store has of it stays as it is
  if (chunk === undefined || chunk.state === 'DECIDED' || jobEnded(job.record.state)) return
  delete job.examinerTrouble
  const about = { job: job.record.id, chunk: index }
  if (unavailableAt.length > 0) {
    withoutFiles(turn, job, chunk, values, unavailableAt)
  } else if (verdict === undefined) {
    job.unexamined.set(index, turn.now + AGAIN_MS)
    job.examinerTrouble = reason('SANDBOX_UNAVAILABLE', `the app's examiner cannot be run on this coordinator: ${text}; it is tried again every ${AGAIN_MS / 1000} s`)
    turn.effect({ kind: 'note', level: 'warn', text: `results could not be examined: ${text}`, about })
    return
  } else {
    chunk.verdicts = { ...chunk.verdicts, [verdictKey(values)]: verdict }
    turn.saveChunk(job, chunk)
    if (verdict === 'failed') turn.effect({ kind: 'note', level: 'warn', text: `the app's examiner gave no answer: ${text}`, about })
    if (Object.keys(chunk.verdicts).length > MOST_VERDICTS) {
      failChunk(turn, job, chunk, 'NO_AGREEMENT', `its results were examined ${MOST_VERDICTS} times, and no more than that is done for one chunk`)
      return
    }
  }
  judge(turn, job, chunk)
}

/** Results whose files cannot be had cannot be examined, which is nobody's fault. */
function withoutFiles (turn: Turn, job: Job, chunk: Chunk, values: readonly string[], unavailableAt: readonly string[]): void {
  for (const attempt of shown(chunk)) {
    if (attempt.state !== 'REVEALED' || !values.includes(attempt.value ?? '') || !unavailableAt.includes(attempt.worker)) continue
    rest(turn, chunk, attempt)
    endAttempt(turn, job, chunk, attempt, 'EXPIRED', reason('RESULT_UNAVAILABLE', 'the files of its result could not be fetched to be examined'))
  }
  requeue(turn, job, chunk)
  turn.saveChunk(job, chunk)
}
