import { randomInt } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { runChaos } from '../cluster/chaos/chaos.ts'
import { checkChaos } from '../cluster/chaos/plan.ts'
import type { Cast, ChaosOptions } from '../cluster/chaos/plan.ts'
import { verdictOf } from '../cluster/chaos/report.ts'
import type { Request } from '../cluster/chaos/run-job.ts'
import { writeSample } from '../cluster/chaos/sample.ts'
import type { Done } from '../cluster/chaos/troubles.ts'
import { throwAwayFolder } from '../cluster/local.ts'
import { NightshiftError } from '../model/errors.ts'
import { chaosExit, printChaos } from './chaos-report.ts'
import { Progress } from './job-progress.ts'
import { prepareJob, uploadJob } from './job-request.ts'
import type { JobRunOptions } from './job-request.ts'
import { printJson, say } from './output.ts'
import type { Format } from './output.ts'

export interface ChaosCommand extends JobRunOptions {
  readonly chunks?: number
  readonly workers?: number
  readonly liars?: number
  readonly onOff?: number
  readonly secretive?: number
  readonly flaky?: number
  readonly slow?: number
  readonly partitioned?: number
  readonly killed?: number
  readonly frozen?: number
  readonly killCoordinator?: number
  readonly latency?: number
  readonly jitter?: number
  readonly bandwidth?: number
  readonly resets?: number
  readonly seed?: number
  readonly duration: number
  readonly baseline?: boolean
  readonly keep?: string
  readonly output: Format
}

const SAMPLE_CHUNKS = 60
/** A job under fire may try more often than one in peace. */
const RETRIES = 20
/** Workers without any fault, when the number of workers is not given. */
const HONEST = 2
/** What happens when no fault is named. */
const EVERYTHING = { liars: 1, flaky: 1, slow: 1, partitioned: 1, killed: 1, frozen: 1, latency: 20, jitter: 20, resets: 1 } as const

/** `nightshift cluster chaos`: a job on real processes under hostile conditions, and what came of it. */
export async function chaos (command: ChaosCommand): Promise<number> {
  const options = optionsOf(command)
  checkChaos(options)
  isSample(command)
  if (command.keep !== undefined && (await readdir(command.keep).catch(() => [])).length > 0) {
    throw new NightshiftError('NS_E_USAGE', `${command.keep} is not empty`, { remedy: 'name a folder that is empty or does not exist' })
  }
  const stop = new AbortController()
  const onSignal = (): void => {
    // its nodes end with this process
    if (stop.signal.aborted) process.exit(130)
    say('stopping: the cluster is taken down')
    stop.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  const files = await throwAwayFolder()
  const progress = new Progress()
  try {
    const job = await prepareJob({ retries: RETRIES, ...command, ...isSample(command) ? await writeSample(files, command.chunks ?? SAMPLE_CHUNKS) : await readable(command, files) })
    const report = await runChaos({
      options,
      prepare: async (api, signal) => await uploadJob(api, job, signal) as Request,
      ...command.keep === undefined ? {} : { keep: command.keep },
      baseline: command.baseline === true,
      onPhase: say,
      onJob: view => { progress.show(view) },
      onFault: done => { say(`  ${faultText(done)}`) }
    }, stop.signal)
    progress.done()
    const verdict = verdictOf(report)
    if (command.output === 'json') printJson({ ...report, verdict })
    else printChaos(report, verdict, command)
    return chaosExit(verdict)
  } finally {
    progress.done()
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
    await rm(files, { recursive: true, force: true })
  }
}

/** The built-in job runs when no app is named; then nothing else of a job may be, and the other way round. Throws NS_E_USAGE. */
function isSample ({ app, template, partitioner, assembler, input, param, chunks }: ChaosCommand): boolean {
  const sample = app === undefined && template === undefined
  if (sample && [partitioner, assembler, input, param].some(given => given !== undefined)) throw new NightshiftError('NS_E_USAGE', 'which app is to run?', { remedy: 'name it with --app, or leave out what describes its job: then a built-in one runs' })
  if (!sample && chunks !== undefined) throw new NightshiftError('NS_E_USAGE', '--chunks is for the built-in job', { remedy: 'the partitioner decides how many chunks there are of yours' })
  return sample
}

/** Standard input can be read once only, and the job runs several times: then it is kept in a file. */
async function readable ({ input }: ChaosCommand, dir: string): Promise<{ readonly input?: string }> {
  if (input !== '-') return {}
  const file = join(dir, 'stdin')
  await pipeline(process.stdin, createWriteStream(file))
  return { input: file }
}

function optionsOf (command: ChaosCommand): ChaosOptions {
  const named = Object.keys(EVERYTHING).concat('onOff', 'secretive', 'killCoordinator', 'bandwidth', 'workers').some(name => command[name as keyof ChaosCommand] !== undefined)
  const wanted: Partial<ChaosCommand> = named ? command : { ...command, ...EVERYTHING }
  const cast: Cast = {
    liar: wanted.liars ?? 0, 'on-off': wanted.onOff ?? 0, secretive: wanted.secretive ?? 0, flaky: wanted.flaky ?? 0, slow: wanted.slow ?? 0,
    partitioned: wanted.partitioned ?? 0, killed: wanted.killed ?? 0, frozen: wanted.frozen ?? 0
  }
  return {
    seed: command.seed ?? randomInt(2 ** 32),
    workers: command.workers ?? Object.values(cast).reduce((sum, count) => sum + count, HONEST),
    cast,
    coordinatorKills: wanted.killCoordinator ?? 0,
    latencyMs: wanted.latency ?? 0,
    jitterMs: wanted.jitter ?? 0,
    bandwidth: (wanted.bandwidth ?? 0) * 1024,
    resetsPerMinute: wanted.resets ?? 0,
    durationMs: command.duration * 1000
  }
}

const WORDS: Readonly<Record<Done['kind'], string>> = { kill: 'is killed', freeze: 'is frozen', partition: 'is cut off', death: 'has died' }

function faultText ({ atMs, node, kind, lastsMs, directions }: Done): string {
  const way = directions === undefined || directions.length === 2 ? '' : directions[0] === 'forth' ? ', it still hears the coordinator' : ', the coordinator still hears it'
  return `${(atMs / 1000).toFixed(1)} s: ${node} ${WORDS[kind]}${kind === 'death' ? ' and is started again' : ` for ${(lastsMs / 1000).toFixed(1)} s`}${way}`
}
