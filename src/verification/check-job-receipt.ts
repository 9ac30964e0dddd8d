import { createHash } from 'node:crypto'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import type { Determinism } from '../model/block.ts'
import type { Signer } from '../model/signer.ts'
import type { Ran } from '../model/task-spec.ts'
import { attestationIsValid } from './attestation.ts'
import { BatchesCheck } from './check-batches.ts'
import { ChunkLineSchema, JobStatementSchema, LineSums, OutputLineSchema } from './job-receipt.ts'
import type { ChunkLine, JobStatement } from './job-receipt.ts'
import { MerkleTree } from './merkle.ts'
import { parsed } from './parsed.ts'
import { Problems } from './problems.ts'
import { openLine, statementIsSigned, textHash } from './sealed.ts'
import type { SealPart } from './sealed.ts'

const isStatement = TypeCompiler.Compile(JobStatementSchema)
const isChunk = TypeCompiler.Compile(ChunkLineSchema)
const isOutput = TypeCompiler.Compile(OutputLineSchema)

/** What a recipe leads to. Throws when it is no recipe. */
export type ReadRecipe = (text: string, chunks: number) => Ran & { readonly specHash: string, readonly determinism: Determinism }

export interface JobReceiptOptions {
  readonly signer: Pick<Signer, 'verify'>
  readonly recipe: ReadRecipe
  /** every decided chunk whose line is whole */
  readonly onChunk?: (line: ChunkLine) => void
}

/**
 * Checks the receipt of a job as it is read: every signature, every line, the
 * tree, and everything the statement says of the lines. What was changed is
 * named as closely as it can be: by the attestation or the sum that fails.
 */
export class JobReceiptCheck {
  readonly problems = new Problems()
  readonly sums = new LineSums()
  attestations = 0
  statement: JobStatement | undefined
  readonly #options: JobReceiptOptions
  readonly #tree = new MerkleTree()
  readonly #batches = new BatchesCheck(this.problems)
  #text = ''
  #determinism: Determinism | undefined
  /** lines that are not what their check says, and whose check alone may have been changed */
  readonly #changed: { readonly where: string, named: boolean }[] = []

  constructor (options: JobReceiptOptions) {
    this.#options = options
  }

  part (part: SealPart): void {
    if (part.kind === 'statement') this.#text = part.text
    else if (part.kind === 'signature') this.#signed(part.text)
    else if (part.kind === 'recipe') this.#recipe(part.text)
    else if (part.kind === 'line') this.#line(part.text)
    else if (part.kind === 'end') this.#end()
  }

  #signed (signature: string): void {
    const { problems } = this
    const value = parsed(isStatement, this.#text)
    if (typeof value === 'string') {
      problems.add('statement', value)
      return
    }
    this.statement = value
    if (!statementIsSigned('job', this.#text, signature, value.coordinator, this.#options.signer)) {
      problems.add('signature', `it is not one of coordinator ${value.coordinator} over this statement: the one or the other was changed`)
    }
    if (value.seed !== undefined) problems.same('statement', 'the hash of the seed', textHash(value.seed), value.seedHash)
    const peers = new Set(value.workers.map(({ peer }) => peer))
    if (peers.size !== value.workers.length) problems.add('statement', 'it lists a worker twice')
  }

  #recipe (text: string): void {
    const { problems, statement } = this
    if (statement === undefined) return
    problems.same('recipe', 'its hash', textHash(text), statement.recipeHash)
    try {
      const { specHash, determinism, ...ran } = this.#options.recipe(text, statement.chunks)
      this.#determinism = determinism
      problems.same('recipe', 'the hash of the app', ran.appHash, statement.appHash)
      problems.same('recipe', 'the hash of the parameters', ran.paramsHash, statement.paramsHash)
      problems.same('recipe', 'the digest of the image', ran.imageDigest, statement.imageDigest)
      // a job that never came to run has no specification
      if (statement.decided > 0) problems.same('recipe', 'the hash of the task specification', specHash, statement.specHash)
    } catch {
      problems.add('recipe', 'it cannot be read')
    }
  }

  #line (text: string): void {
    const { statement } = this
    const { where, kind, index } = placeOf(this.#tree.size, statement)
    const opened = openLine(text)
    if (opened === undefined) {
      this.problems.add(where, 'its line is malformed: its end, or its check, was changed')
      this.#tree.add(createHash('sha256').update(text).digest())
      return
    }
    this.#tree.add(opened.leaf)
    const before = this.problems.count
    if (statement === undefined) return
    if (kind === 'batch') this.#batch(where, text, statement)
    else if (kind === 'chunk') this.#chunk(where, index, text, statement)
    else this.#output(where, text)
    if (opened.changed) this.#changed.push({ where, named: this.problems.count > before })
  }

  #batch (where: string, text: string, statement: JobStatement): void {
    this.sums.addBatch()
    this.#batches.line(where, text, statement)
  }

  #chunk (where: string, index: number, text: string, statement: JobStatement): void {
    const line = parsed(isChunk, text)
    if (typeof line === 'string') {
      this.problems.add(where, line)
      return
    }
    if (line.chunk !== index) this.problems.add(where, `its line says it is chunk ${line.chunk}`)
    this.sums.addChunk(line)
    const before = this.problems.count
    if (line.state === 'decided') this.#decided(where, line, statement)
    else if (line.by.length > 0 || line.resultHash !== undefined || line.verified !== undefined) this.problems.add(where, `it is ${line.state}, and yet there is a result`)
    if (line.state === 'decided' && this.problems.count === before) this.#options.onChunk?.(line)
  }

  #decided (where: string, line: ChunkLine, statement: JobStatement): void {
    const { problems } = this
    const { resultHash, verified } = line
    if (resultHash === undefined || verified === undefined || line.by.length === 0) {
      problems.add(where, 'it is decided, and yet there is no result, nobody who gave it, or no word on how it was verified')
      return
    }
    for (const by of line.by) this.#attested(where, line, by, by.resultHash ?? resultHash, statement)
    this.#alike(where, line)
    if (verified.groups > line.by.length) problems.add(where, `verified.groups says ${verified.groups} groups gave its result, ${line.by.length} workers did`)
    if ((verified.how === 'agreed' || verified.how === 'audited') && verified.groups < 2) problems.add(where, `verified.how says ${verified.how}, and one group gave its result`)
    this.#batches.chunk(where, line, verified, statement.workers)
  }

  /** Only an app with a comparator or checker of its own has results that differ and are right. */
  #alike (where: string, { resultHash, verified, by }: ChunkLine): void {
    const others = by.filter(one => one.resultHash !== undefined)
    if (others.some(one => one.resultHash === resultHash)) this.problems.add(where, 'by.resultHash names the result of the chunk itself')
    if (others.length > 0 && this.#determinism !== 'fuzzy' && this.#determinism !== 'self-checked') this.problems.add(where, `by.resultHash: results differ, and the app is ${this.#determinism ?? 'unknown'}`)
    if (others.length > 0 && others.length === by.length) this.problems.add(where, 'nobody of those listed gave its result')
    if (verified?.how === 'checked' && this.#determinism !== 'self-checked') this.problems.add(where, `verified.how says checked, and the app is ${this.#determinism ?? 'unknown'}`)
  }

  #attested (where: string, { inputHash, chunk }: ChunkLine, by: ChunkLine['by'][number], resultHash: string, statement: JobStatement): void {
    const worker = statement.workers[by.worker]?.peer
    this.attestations++
    if (worker === undefined) {
      this.problems.add(where, `by.worker ${by.worker} is not in the list of workers`)
      return
    }
    const { job: jobId, coordinator, appHash, imageDigest, paramsHash, specHash } = statement
    const attestation = {
      jobId, chunk, epoch: by.epoch, worker, coordinator, inputHash, appHash, paramsHash, specHash, resultHash, exitCode: 0,
      ...imageDigest === undefined ? {} : { imageDigest }
    }
    if (by.attestation === '') this.problems.add(where, `there is no attestation of worker ${worker}`)
    else if (!attestationIsValid(attestation, Buffer.from(by.attestation, 'hex'), this.#options.signer)) {
      this.problems.add(where, `the attestation of worker ${worker} does not hold: it, or what it covers (inputHash, resultHash, worker, epoch), was changed`)
    }
  }

  #output (where: string, text: string): void {
    const line = parsed(isOutput, text)
    if (typeof line === 'string') this.problems.add(where, line)
    else this.sums.outputs.push({ path: line.output, size: line.size, sha256: line.sha256 })
  }

  #end (): void {
    const { statement, problems } = this
    if (statement === undefined) return
    const root = Buffer.from(this.#tree.root()).toString('hex')
    const differ = this.#compareSums(statement)
    for (const { where, named } of this.#changed) {
      if (root === statement.root) problems.add(where, 'its check was changed; the rest of its line is as signed')
      else if (!named) problems.add(where, `its line was changed${differ.length === 0 ? '' : `, in what makes up ${differ.join(' and ')}`}`)
    }
    if (root !== statement.root) problems.add('tree', `the lines have the Merkle root ${root.slice(0, 12)}…, the statement says ${statement.root.slice(0, 12)}…`)
  }

  /** Names of the sums that are not as stated. */
  #compareSums (statement: JobStatement): readonly string[] {
    const { problems, sums } = this
    const before = problems.count
    const totals = sums.totals()
    const differ: string[] = []
    for (const name of Object.keys(totals) as (keyof typeof totals)[]) {
      problems.same('totals', name, totals[name], statement[name])
      if (totals[name] !== statement[name]) differ.push(name)
    }
    problems.same('totals', 'confidence.achieved', sums.achieved(), statement.confidence.achieved)
    for (const [i, { peer, chunks, paid }] of statement.workers.entries()) {
      const sum = sums.workers[i] ?? { chunks: 0, paid: 0n }
      if (sum.chunks !== chunks || sum.paid.toString() !== paid) {
        problems.add('totals', `worker ${peer} gave ${sum.chunks} results for ${sum.paid} units, the statement says ${chunks} for ${paid}`)
      }
    }
    if (problems.count > before && differ.length === 0) differ.push('workers')
    return differ
  }
}

/** What line `number` of a receipt is about: batches come first, then chunks, then outputs. */
function placeOf (number: number, { batches, chunks }: Pick<JobStatement, 'batches' | 'chunks'> = { batches: 0, chunks: Infinity }): { readonly where: string, readonly kind: 'batch' | 'chunk' | 'output', readonly index: number } {
  const [kind, index] = number < batches ? ['batch', number] as const : number < batches + chunks ? ['chunk', number - batches] as const : ['output', number - batches - chunks] as const
  return { where: `${kind} ${index}`, kind, index }
}
