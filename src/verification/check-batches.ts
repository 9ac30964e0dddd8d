import { TypeCompiler } from '@sinclair/typebox/compiler'
import { redrawProblem } from './audit.ts'
import { BatchLineSchema } from './job-receipt.ts'
import type { ChunkLine, JobStatement } from './job-receipt.ts'
import { parsed } from './parsed.ts'
import { auditRate, policyOf } from './policy.ts'
import type { Problems } from './problems.ts'
import { riskOfBatch } from './risk.ts'

const isBatch = TypeCompiler.Compile(BatchLineSchema)

/** What the chunks of a batch are compared with. */
interface Batch {
  readonly worker: string
  readonly passes: number
  readonly drawn: ReadonlySet<number>
  readonly results: readonly (readonly [chunk: number, epoch: number])[]
}

/**
 * Checks the batches of a job's receipt: that each draw is the one the seed of
 * the job comes to, and that what a chunk says of its batch is what the batch
 * says of it.
 */
export class BatchesCheck {
  /** 'unread' when the line was malformed, of which its chunks are not blamed as well */
  readonly #batches: (Batch | 'unread')[] = []
  readonly #problems: Problems

  constructor (problems: Problems) {
    this.#problems = problems
  }

  /** The next batch. */
  line (where: string, text: string, { seed, job, confidence }: JobStatement): void {
    const number = this.#batches.length
    const line = parsed(isBatch, text)
    if (typeof line === 'string') {
      this.#problems.add(where, line)
      this.#batches.push('unread')
      return
    }
    const { worker, passes, drawn, results } = line
    if (line.batch !== number) this.#problems.add(where, `its line says it is batch ${line.batch}`)
    const problem = seed === undefined ? undefined : redrawProblem(seed, job, line, auditRate(passes, policyOf(confidence.asked)))
    if (problem !== undefined) this.#problems.add(where, `its draw is not what the seed comes to: ${problem}`)
    this.#batches.push({ worker, passes, drawn: new Set(drawn), results: results.map(([chunk, epoch]) => [chunk, epoch]) })
  }

  /** What a decided chunk says of the batch it was in. */
  chunk (where: string, line: ChunkLine, { how, batch, risk, disputed }: NonNullable<ChunkLine['verified']>, workers: JobStatement['workers']): void {
    const problems = this.#problems
    if ((how === 'batch' || how === 'audited') && batch === undefined) problems.add(where, `verified.how says ${how}, and there is no batch`)
    if (batch === undefined) return
    const found = this.#batches[batch.line]
    if (found === 'unread') return
    const result = found?.results[batch.place]
    if (found === undefined || result === undefined) {
      problems.add(where, `verified.batch: there is no result ${batch.place} in batch ${batch.line}`)
      return
    }
    const [chunk, epoch] = result
    if (chunk !== line.chunk || !line.by.some(by => by.epoch === epoch && workers[by.worker]?.peer === found.worker)) {
      problems.add(where, `verified.batch: result ${batch.place} of batch ${batch.line} is of chunk ${chunk}, epoch ${epoch}, worker ${found.worker}, which did not give its result`)
      return
    }
    if (found.drawn.has(batch.place) && (how === 'batch' || (how === 'single' && disputed !== true))) problems.add(where, 'verified: it was drawn for an audit, and passed without one')
    const expected = riskOfBatch({ passes: found.passes, drawn: found.drawn.size })
    if (how === 'batch' && risk !== expected) problems.add(where, `verified.risk is ${risk}, its batch comes to ${expected}`)
  }
}
