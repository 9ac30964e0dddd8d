import { randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { pipe } from 'it-pipe'
import { openNodeStore } from '../composition/node-store.ts'
import { dataFolder } from '../config/paths.ts'
import { readRecipe } from '../coordinator/job-receipt.ts'
import type { FileRef } from '../model/block.ts'
import { NightshiftError } from '../model/errors.ts'
import { nodeSigner, peerVerifier } from '../model/messages/signing.ts'
import type { Signer } from '../model/signer.ts'
import { formatByc } from '../model/money.ts'
import { checkRelativePath } from '../model/paths.ts'
import { loadIdentity } from '../network/index.ts'
import { createLogger } from '../observe/logger.ts'
import { ReceiptCheck } from '../verification/check-receipt.ts'
import type { JobReceiptCheck } from '../verification/check-job-receipt.ts'
import type { WorkerReceiptCheck } from '../verification/check-worker-receipt.ts'
import type { ChunkLine } from '../verification/job-receipt.ts'
import type { Problems } from '../verification/problems.ts'
import type { WorkerStatement } from '../verification/worker-receipt.ts'
import { lifetimeReceipt } from '../worker/lifetime.ts'
import { loadLife } from '../worker/load.ts'
import { sha256Of } from './hash.ts'
import { EXIT, print, printJson } from './output.ts'
import type { Format } from './output.ts'
import { linesOf } from './receipt-file.ts'
import { ChunkSample, rerunChunks } from './rerun.ts'
import type { RerunSources } from './rerun.ts'

export interface VerifyCommand extends RerunSources {
  readonly outputs?: string
  readonly rerun?: number
  readonly seed?: string
  readonly output: Format
}

/** `nightshift receipt verify FILE`: everything in it that can be checked without a node, a database or a network. */
export async function verify (file: string, command: VerifyCommand): Promise<number> {
  const sample = command.rerun === undefined ? undefined : new ChunkSample(command.rerun, command.seed ?? randomBytes(8).toString('hex'))
  const { job, worker, recipe, problems } = await checkFile(file, { verify: peerVerifier() }, line => { sample?.offer(line) })
  if (command.outputs !== undefined && job !== undefined) await compareOutputs(job.sums.outputs, command.outputs, problems)
  const rerun = sample !== undefined && problems.count === 0 && job?.statement !== undefined
    ? await rerunChunks(sample, job.statement, recipe, command, problems)
    : undefined
  if (worker?.statement !== undefined) tellWorker(file, command, worker, worker.statement, problems)
  else tell(file, command, job, problems, rerun === undefined ? undefined : { chunks: rerun, seed: sample?.seed ?? '' })
  return problems.count === 0 ? EXIT.done : EXIT.verification
}

export interface Checked { readonly job: JobReceiptCheck | undefined, readonly worker: WorkerReceiptCheck | undefined, readonly recipe: string, readonly problems: Problems }

/** Reads a receipt line by line and checks what is in it. Throws only when the file cannot be read. */
export async function checkFile (file: string, signer: Pick<Signer, 'verify'>, onChunk: (line: ChunkLine) => void = () => undefined): Promise<Checked> {
  const check = new ReceiptCheck({ signer, recipe: readRecipe, onChunk })
  let recipe = ''
  try {
    for await (const line of linesOf(file)) {
      if (line.startsWith('"recipe":')) recipe = line.slice('"recipe":'.length, -1)
      if (!check.line(line)) break
    }
  } catch (error) {
    if (!(error instanceof NightshiftError) || error.code === 'NS_E_INPUT_UNREADABLE') throw error
    check.refuse('file', error.message)
  }
  const problems = check.end()
  return { job: check.job, worker: check.worker, recipe, problems }
}

async function compareOutputs (outputs: readonly FileRef[], dir: string, problems: Problems): Promise<void> {
  for (const { path, size, sha256 } of outputs) {
    const target = join(dir, checkRelativePath(path))
    const found = await stat(target).catch(() => undefined)
    if (found?.isFile() !== true) problems.add(`output ${path}`, `it is not in ${dir}`)
    else if (found.size !== size) problems.add(`output ${path}`, `the file has ${found.size} bytes, the receipt says ${size}`)
    else if (await pipe(createReadStream(target), sha256Of) !== sha256) problems.add(`output ${path}`, 'the file has other content than the receipt says')
  }
}

interface Rerun { readonly chunks: readonly number[], readonly seed: string }

function tell (file: string, command: VerifyCommand, job: JobReceiptCheck | undefined, problems: Problems, rerun: Rerun | undefined): void {
  const ok = problems.count === 0
  if (command.output === 'json') {
    printJson({ ok, problems: problems.named, count: problems.count, ...job?.statement === undefined ? {} : { statement: job.statement, attestations: job.attestations }, ...rerun === undefined ? {} : { rerun } })
    return
  }
  if (ok && job?.statement !== undefined) tellJob(file, command, job, job.statement, rerun)
  if (!ok) tellProblems(file, problems)
}

function tellProblems (file: string, problems: Problems): void {
  print(`${file} does NOT hold:`)
  for (const { where, what } of problems.named) print(`  ${where}: ${what}`)
  if (problems.count > problems.named.length) print(`  and ${problems.count - problems.named.length} more`)
}

function tellWorker (file: string, command: VerifyCommand, { works }: WorkerReceiptCheck, statement: WorkerStatement, problems: Problems): void {
  if (command.output === 'json') printJson({ ok: problems.count === 0, problems: problems.named, count: problems.count, statement })
  else if (problems.count > 0) tellProblems(file, problems)
  else {
    print(`${file} holds: worker ${statement.worker}, ${statement.receipts} receipts, which pay for ${works} results listed here`)
    for (const { coordinator, cumulative, seq } of statement.coordinators) print(`  coordinator ${coordinator} has signed for ${formatByc(BigInt(cumulative))} BYC in all, with receipt ${seq}`)
  }
}

/** `nightshift receipt export`: what a worker did and was paid, in one file. */
export async function exportLifetime (command: { readonly data?: string, readonly out: string, readonly output: Format }): Promise<number> {
  const folder = command.data ?? dataFolder('worker')
  if (!existsSync(join(folder, 'state'))) throw new NightshiftError('NS_E_CONFIG', `no worker has run on ${folder}`, { remedy: 'name the data folder of a worker with --data' })
  const identity = await loadIdentity(folder)
  const { peerId, privateKey } = identity
  const store = await openNodeStore(folder, identity, createLogger('warn', { role: 'worker' })).catch((error: unknown) => {
    if (!(error instanceof NightshiftError) || error.code !== 'NS_E_DATA_LOCKED') throw error
    throw new NightshiftError('NS_E_DATA_LOCKED', `a worker runs on ${folder}, and its books are its own meanwhile`, { remedy: 'stop it first: with SIGTERM it finishes what it runs' })
  })
  try {
    await pipeline(Readable.from(lifetimeReceipt({ ...await loadLife(store, nodeSigner(peerId, privateKey.raw)), at: Date.now() })), createWriteStream(`${command.out}.part`))
    await rename(`${command.out}.part`, command.out)
  } finally {
    await store.close()
  }
  if (command.output === 'json') printJson({ out: command.out })
  else print(`the receipts are in ${command.out}; check them anywhere with: nightshift receipt verify ${command.out}`)
  return EXIT.done
}

function tellJob (file: string, command: VerifyCommand, job: JobReceiptCheck, statement: NonNullable<JobReceiptCheck['statement']>, rerun: Rerun | undefined): void {
  const { confidence, checks } = statement
  print(`${file} holds: job ${statement.job}, ${statement.state}, signed by coordinator ${statement.coordinator}`)
  print(`  chunks      ${statement.decided} decided, ${statement.failed} failed, ${statement.chunks} in all; ${job.attestations} attestations hold`)
  print(`  paid        ${formatByc(BigInt(statement.paid))} BYC to ${statement.workers.filter(({ paid }) => paid !== '0').length} workers; ${statement.executions} executions`)
  print(`  confidence  ${confidence.achieved ?? 'none'} % reached, ${confidence.asked} % asked for; ${checks.audits} audits of ${checks.batches} batches, ${statement.disputes} disputes, ${statement.strikes} strikes, ${statement.trustedRuns} runs of the coordinator`)
  if (command.outputs !== undefined) print(`  outputs     ${statement.outputs} files in ${command.outputs} are those of the receipt`)
  if (rerun !== undefined) print(`  run again   ${rerun.chunks.length} chunks gave the same: ${rerun.chunks.join(', ')} (--seed ${rerun.seed})`)
}
