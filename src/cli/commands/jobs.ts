import { Option } from 'commander'
import type { Command } from 'commander'
import { add, byc, many, number, numberIn, whole, wholeIn, withData } from './build.ts'
import type { Run } from './build.ts'

/** What a job is and how it is to run. */
export function described (command: Command): Command {
  return command
    .option('--app <dir|tag>', 'the app')
    .option('--partitioner <name|dir|tag>', 'cuts the input into chunks; default passthrough')
    .option('--assembler <name|dir|tag>', 'makes one result of many; default passthrough')
    .option('--template <file>', 'template.json with blocks and parameters')
    .option('--input <file|dir|->', 'input data; - is standard input')
    .option('--param <key=value>', 'app.key=value, partitioner.key=value or assembler.key=value, repeatable', many)
    .option('--name <text>', 'name of the job')
    .option('--confidence <percent>', 'least share of results that must be right; default 99', numberIn(50, 99.999))
    .option('--replicas <n>', 'exactly this many independent results must agree, whatever is known of the workers', wholeIn(1, 7))
    .addOption(new Option('--trust <level>', 'who may get chunks; open, the default, means anyone').choices(['open', 'verified', 'private', 'local']))
    .option('--retries <n>', 'further attempts a chunk may cost; default 5', wholeIn(0, 100))
    .option('--task-timeout <s>', 'longest run of one task; default 300', numberIn(0.001, 86_400))
    .option('--job-timeout <s>', 'longest life of the job; default none', number)
    .option('--budget <byc>', 'most the job may cost; default 100, or what you have', byc)
    .option('--max-price <byc>', 'most one chunk may cost', byc)
    .option('--estimate <s>', 'run time of one chunk, as far as you know; default 1', numberIn(0.001, 86_400))
    .option('--allow-wasm', 'blocks on a stock python image may run in python-wasm')
    .option('--allow-partial', 'deliver what succeeded when some chunks failed')
}

export function jobs (root: Command, run: Run): void {
  const group = root.command('job').description('run and follow jobs').exitOverride()
  described(withData(add(group, 'run', 'run a job and wait for its result')))
    .option('--out <dir>', 'where the output goes; default job-<id>/outputs')
    .option('--local-cluster <n>', 'start a coordinator and N workers just for this job', wholeIn(1, 64))
    .option('--detach', 'do not wait')
    .option('--id-only', 'print the id and do not wait')
    .option('--timeout <s>', 'stop waiting after this long; the job keeps running', number)
    .option('--placement-timeout <s>', 'stop waiting for a job that is held this long', number)
    .action(run(async () => (await import('../job-run.ts')).runJob))
  described(withData(add(group, 'plan', 'what a job would cost and take, from live offers; 5 when it could not be placed')))
    .option('--chunks <n>', 'how many chunks, where its partitioner is a block: those are not run for a plan', wholeIn(1, 1_000_000))
    .option('--explain', 'every worker: its expected cost by terms, or why it does not match')
    .action(run(async () => (await import('../job-plan.ts')).planJob))
  const load = async () => await import('../jobs.ts')
  withData(add(group, 'list', 'all jobs, newest first')).option('--limit <n>', 'how many', wholeIn(1, Number.MAX_SAFE_INTEGER), 50).action(run(async () => (await load()).list))
  withData(add(group, 'describe <id>', 'one job')).action(run(async () => (await load()).describe))
  withData(add(group, 'explain <id>', 'why it waits, who may run it or not, and where its time and money went')).action(run(async () => (await import('../job-explain.ts')).explain))
  withData(add(group, 'tasks <id>', 'its attempts, chunk by chunk')).option('--limit <n>', 'how many', wholeIn(1, 10_000), 100).option('--state <state>', 'only those in this state').action(run(async () => (await load()).tasks))
  withData(add(group, 'logs <id>', 'what its tasks printed')).option('--chunk <n>', 'only of this chunk', whole).option('-f, --follow', 'go on until the job ends').action(run(async () => (await load()).logs))
  withData(add(group, 'get <id>', 'fetch output and logs')).option('--out <dir>', 'default job-<id>').action(run(async () => (await load()).get))
  withData(add(group, 'abort <id>', 'end it; what was not spent comes back')).action(run(async () => (await load()).act.bind(undefined, 'abort')))
  withData(add(group, 'retry <id>', 'run again what failed of it')).action(run(async () => (await load()).act.bind(undefined, 'retry')))
}
