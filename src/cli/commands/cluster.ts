import type { Command } from 'commander'
import { add, numberIn, whole, wholeIn } from './build.ts'
import type { Run } from './build.ts'
import { described } from './jobs.ts'

export function cluster (root: Command, run: Run): void {
  const sized = (command: Command, workers: number): Command => command
    .option('--data <dir>', 'folder of the cluster')
    .option('--workers <n>', 'how many workers, at most 100', wholeIn(1, 100), workers)
    .option('--liars <n>', 'how many of them change their results', whole, 0)
    .option('--slow <n>', 'how many of them are slow', whole, 0)
  sized(add(root, 'up', 'start a local cluster and say what to do next'), 3).action(run(async () => (await import('../cluster.ts')).upWithHelp))
  const group = root.command('cluster').description('a local cluster of real processes').exitOverride()
  sized(add(group, 'up', 'start it'), 3).action(run(async () => (await import('../cluster.ts')).up))
  add(group, 'down', 'end it and leave nothing behind').option('--data <dir>', 'folder of the cluster').action(run(async () => (await import('../cluster.ts')).down))
  chaos(add(group, 'chaos', 'run a job on a throw-away cluster under hostile conditions, and see what came of it'), run)
  add(group, 'status', 'its processes').option('--data <dir>', 'folder of the cluster').action(run(async () => (await import('../cluster.ts')).status))
}

function chaos (command: Command, run: Run): void {
  const some = wholeIn(0, 100)
  described(command)
    .option('--chunks <n>', 'chunks of the built-in job, which runs when no app is named; default 60', wholeIn(1, 2000))
    .option('--workers <n>', 'how many workers; default those named below and two honest ones', wholeIn(1, 100))
    .option('--liars <n>', 'of them change every result', some)
    .option('--on-off <n>', 'of them are honest for five results, then change every other', some)
    .option('--secretive <n>', 'of them commit to results and never show them', some)
    .option('--flaky <n>', 'of them fail a quarter of their tasks, or die of them', some)
    .option('--slow <n>', 'of them take two seconds longer for every task', some)
    .option('--partitioned <n>', 'of them are cut off now and then, one way or both', some)
    .option('--killed <n>', 'of them are killed with -9 and started again now and then', some)
    .option('--frozen <n>', 'of them stand still now and then', some)
    .option('--kill-coordinator <n>', 'kill the coordinator so often and start it again', some)
    .option('--latency <ms>', 'between each worker and the coordinator, each way', numberIn(0, 60_000))
    .option('--jitter <ms>', 'and up to this much more', numberIn(0, 60_000))
    .option('--bandwidth <kib>', 'KiB per second of each connection, each way; 0: no limit', numberIn(0, 1e9))
    .option('--resets <n>', 'how often a minute each connection is reset', numberIn(0, 600))
    .option('--seed <n>', 'plans the same faults again; default a new one', wholeIn(0, 2 ** 32 - 1))
    .option('--duration <s>', 'the faults end after this long, or with the job', numberIn(1, 3600), 300)
    .option('--baseline', 'run the job on as many honest workers first, to see what the faults cost')
    .option('--keep <dir>', 'keep logs and data of every node in this folder')
    .addHelpText('after', `
Every worker has a behaviour of its own and a TCP proxy between it and the coordinator. Without any fault named there
is one liar, one flaky, slow, partitioned, killed and frozen worker each, two honest ones, 20 to 40 ms of latency
and a reset a minute. Afterwards the job runs on the coordinator alone, and every result is compared.

Exit code: 0 output right and books balance, 4 a wrong result was accepted, 3 the job failed, 1 anything else.

Examples
  nightshift cluster chaos
  nightshift cluster chaos --app hello --input numbers.txt --partitioner lines --param partitioner.count=20 --liars 1 --killed 2
  nightshift cluster chaos --workers 4 --latency 200 --jitter 100 --resets 4 --kill-coordinator 3 --seed 7`)
    .action(run(async () => (await import('../chaos.ts')).chaos))
}
