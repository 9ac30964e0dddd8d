import type { Plan } from '../coordinator/plan.ts'
import { NightshiftError } from '../model/errors.ts'
import { connect } from './connect.ts'
import { prepareJob, uploadJob } from './job-request.ts'
import type { JobRunOptions } from './job-request.ts'
import { EXIT, bytes, duration, print, printJson, shortPeer } from './output.ts'
import type { Format } from './output.ts'

export interface JobPlanCommand extends JobRunOptions {
  readonly data?: string
  readonly chunks?: number
  readonly explain?: boolean
  readonly output: Format
}

/** `nightshift job plan`: what a job would cost and take. It is not submitted; its content is uploaded, so that it can be counted. */
export async function planJob (command: JobPlanCommand): Promise<number> {
  const prepared = await prepareJob(command)
  const client = await connect(command.data)
  const stop = new AbortController()
  const onSignal = (): void => { stop.abort(new NightshiftError('NS_E_ABORTED', 'told to stop')) }
  process.once('SIGINT', onSignal)
  try {
    const request = await uploadJob(client, prepared, stop.signal)
    const plan = await client.post<Plan>('/v1/jobs/plan', { ...request, ...command.chunks === undefined ? {} : { chunks: command.chunks } })
    if (command.output === 'json') printJson(plan)
    else for (const line of planLines(plan, command.explain === true)) print(line)
    return plan.placed ? EXIT.done : EXIT.notPlaced
  } finally {
    process.off('SIGINT', onSignal)
  }
}

function planLines (plan: Plan, everyone: boolean): string[] {
  const { chunks, chunk, workers, executions, price, eta, missing } = plan
  const lines = [
    plan.placed ? 'the job could be placed now; nothing was started or set aside' : 'the job could NOT be placed now',
    `  chunks      ${chunks.count}${chunks.exact ? '' : ` (assumed: ${chunks.why ?? ''})`}, ${bytes(chunks.inputBytes)} each`,
    `  a chunk     ${ms(chunk.medianMs)}, nine of ten at most ${ms(chunk.p90Ms)} (${chunk.source === 'measured' ? 'measured on earlier jobs of this app' : 'as estimated with --estimate'})`,
    `  workers     ${workers.matching} of ${workers.connected} connected match, ${workers.slots} chunks at a time`
  ]
  if (workers.matching > 0 || plan.placed) {
    lines.push(`  executions  ${executions.typical} per chunk with all checks (${executions.low} to ${executions.high})`)
    lines.push(`  price       ${price.chunk.typical} BYC a run (${price.chunk.low} to ${price.chunk.high}); in all about ${price.total.typical} BYC (${price.total.low} to ${price.total.high})`)
    lines.push(`  limits      at most ${price.ceiling} BYC a run, ${price.budget} BYC in all${price.withinBudget ? '' : ': NOT ENOUGH for the typical price, raise --budget'}`)
  }
  if (eta !== undefined) lines.push(`  ETA         ${ms(eta.p50Ms)} as likely as not, ${ms(eta.p90Ms)} in nine of ten cases`)
  if (missing !== undefined) {
    lines.push(`  why         ${missing.reason.text} (${missing.reason.code})`)
    if (missing.lacks.length > 0) lines.push(`  missing     of ${workers.connected} connected, ${missing.lacks.map(({ text, code }) => `${text} (${code})`).join('; ')}`)
    lines.push(`  what to do  ${missing.remedy}`)
  }
  if (everyone) lines.push(...workerLines(plan))
  return lines
}

/** Every worker: what it would cost there by the terms of the score, or why not at all. */
function workerLines ({ matching, refused }: Plan): string[] {
  return [
    ...matching.map(({ worker, score, slots, free, expectedMs, kappa, pace }) => `  ${shortPeer(worker)}  costs ${score.total} BYC a chunk: price ${score.price}, time ${score.time} (${ms(expectedMs)}; κ ${kappa}, pace ${pace}), failures ${score.failure}, further executions ${score.executions}; ${free} of ${slots} slots free`),
    ...refused.map(({ worker, reasons }) => `  ${shortPeer(worker)}  does not match: ${reasons.map(({ text, code }) => `${text} (${code})`).join('; ')}`)
  ]
}

function ms (value: number): string {
  return value < 10_000 ? `${Math.round(value / 10) / 100} s` : duration(value)
}
