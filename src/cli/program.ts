import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import type { Noun } from './blocks.ts'
import { EXIT, printError } from './output.ts'
import { NightshiftError, errorMessage } from '../model/errors.ts'

/** What a command does with its arguments and options, as commander hands them over. */
type Action = (...args: never[]) => Promise<number>

/** A number from `least` to `most`. Throws InvalidArgumentError, which names the option and the value, for anything else. */
const numberIn = (least: number, most: number, unit = 'a number') => (text: string): number => {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError(`It must be ${unit}.`)
  if (value < least || value > most) throw new InvalidArgumentError(`It must be ${unit} from ${least} to ${most}.`)
  return value
}
const wholeIn = (least: number, most: number) => (text: string): number => {
  const value = numberIn(least, most, 'a whole number')(text)
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('It must be a whole number.')
  return value
}
const number = numberIn(0, Number.MAX_SAFE_INTEGER)
const whole = wholeIn(0, Number.MAX_SAFE_INTEGER)
const oneOrMoreOf = (...names: readonly string[]) => (text: string): readonly string[] => {
  const wanted = text.split(',').map(name => name.trim())
  if (!wanted.every(name => names.includes(name))) throw new InvalidArgumentError(`It must be some of ${names.join(', ')}.`)
  return wanted
}
const many = (value: string, before: readonly string[] | undefined): readonly string[] => [...before ?? [], value]

/** Parses a command line, runs what it says, and returns the exit code. */
export async function runCommand (argv: readonly string[]): Promise<number> {
  let exit: number = EXIT.done
  const run = (load: () => Promise<Action>) => async (...args: unknown[]): Promise<void> => {
    try {
      exit = await (await load())(...args.slice(0, -1) as never[])
    } catch (error) {
      exit = printError(error)
    }
  }
  try {
    await program(run).parseAsync([...argv])
    return exit
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
    return printError(error)
  }
}

/**
 * Whether a command takes these options; nothing is run.
 * @throws NS_E_USAGE when it does not. What is wrong is printed as for the command itself
 */
async function acceptsOptions (args: readonly string[]): Promise<void> {
  try {
    await program(() => async () => undefined).parseAsync(['node', 'nightshift', ...args])
  } catch (error) {
    throw new NightshiftError('NS_E_USAGE', `"nightshift ${args.join(' ')}" would not start: ${errorMessage(error)}`)
  }
}

type Run = (load: () => Promise<Action>) => (...args: unknown[]) => Promise<void>

function program (run: Run): Command {
  const root = new Command('nightshift').description('Puts spare machines on the night shift: batch work among peers, checked and paid.')
    .exitOverride().showHelpAfterError('(add --help for what is possible)').enablePositionalOptions()
  nodes(root, run)
  cluster(root, run)
  jobs(root, run)
  blocks(root, run, 'app')
  blocks(root, run, 'engine')
  images(root, run)
  ledger(root, run)
  receipts(root, run)
  inspection(root, run)
  add(root.command('key').description('keys other than a node\'s own').exitOverride(), 'network', 'make the key of a new private network')
    .requiredOption('--out <file>', 'where to').action(run(async () => (await import('./keys.ts')).makeNetworkKey))
  service(root, run)
  return root
}

/** A command whose errors are ours to print, with what every command takes. */
function add (parent: Command, spec: string, description: string): Command {
  return parent.command(spec).description(description).exitOverride()
    .addOption(new Option('--output <format>', 'how results are printed').choices(['table', 'json']).default('table'))
}

function withData (command: Command): Command {
  return command.option('--data <dir>', 'data folder of the coordinator to talk to')
}

function node (parent: Command, role: string, description: string): Command {
  return add(parent, role, description)
    .option('--data <dir>', 'data folder; default: one of your user')
    .option('--listen <multiaddr>', 'address to listen on, repeatable; default /ip4/0.0.0.0/tcp/0', many)
    .option('--peer <multiaddr>', 'peer to stay connected to, repeatable', many)
    .option('--announce <multiaddr>', 'a further address others reach this node at, such as a port that your router forwards, repeatable', many)
    .option('--relay', 'let nodes that cannot be dialled meet here: this node passes on what they say, within limits')
    .option('--network-key <file>', 'be part of the private network with this key, and of no other')
    .option('--upnp', 'ask the router of this network to forward the port of this node')
    .option('--no-dht', 'look for coordinators neither in the DHT of this network nor by asking peers, and be found by neither')
    .option('--no-mdns', 'do not look for peers on the local network')
    .addOption(new Option('--profile <profile>', role === 'worker' ? 'whose machine this is: of somebody who works at it, of nobody, or free at night; local lends all of it and lifts the limits per address, for many nodes on one machine' : 'local lifts the limits per address, for many nodes on one machine').choices(role === 'worker' ? ['desktop', 'always', 'nights', 'local', 'open'] : ['local', 'open']).default('open'))
    .option('--no-containers', 'run no container apps, even where Docker or Podman is')
    .option('--engine <socket>', 'socket of Docker or Podman; default DOCKER_HOST, then the usual places')
    .option('--registry <host>', 'a further registry to get images from, repeatable', many)
    .option('--max-image-size <gib>', 'largest image, unpacked; default 10', numberIn(0.001, 100_000))
    .option('--image-quota <gib>', 'room for all images, the least used ones go first; default 20', numberIn(0.001, 1_000_000))
    .addOption(new Option('--log-level <level>', 'what is logged on stderr').choices(['debug', 'info', 'warn', 'error', 'silent']).default('info'))
    .addOption(new Option('--exit-with-parent').hideHelp())
}

function nodes (root: Command, run: Run): void {
  node(root, 'coordinator', 'run a coordinator in the foreground')
    .option('--api-port <port>', 'port of the HTTP API on loopback; 0 takes a free one', wholeIn(0, 65_535), 0)
    .option('--opening-balance <byc>', 'ByteChips you start with, issued once', '1000')
    .option('--trust <peer-id>', 'worker whose single result counts, repeatable', many)
    .option('--adopt-receipts', 'after a lost disk or an old backup: take the receipts workers show for the truth')
    .action(run(async () => (await import('./nodes.ts')).runCoordinator))
  node(root, 'worker', 'lend this machine, in the foreground')
    .option('--slots <n>', 'tasks at a time; default half of the cores', wholeIn(1, 256))
    .option('--price-level <per-mille>', 'price relative to the suggested tariff; default 1000', wholeIn(1, 1_000_000))
    .option('--tariff <core,gib,gpu>', 'ByteChips for an hour of one core, of one GiB and of one GPU, instead of a level; e.g. 0.75,0.25,4', tariffs)
    .option('--price-script <file>', 'a program that says the price: it gets the job as JSON and answers {"price": 0.5} or {"no": "why"}')
    .option('--min-price <byc>', 'never ask less than this for a chunk', numberIn(0, 1_000_000_000))
    .option('--max-price <byc>', 'never ask more than this for a chunk', numberIn(0, 1_000_000_000))
    .option('--credit-limit <byc>', 'what a new coordinator may owe this worker; it grows with what was settled; default 1')
    .option('--owner <peer-id>', 'your coordinator: it, and no other, may net what this worker is owed; cannot be taken back')
    .option('--operator <name>', 'who runs this worker; a chunk never goes to one operator twice')
    .option('--cores <n>', 'cores offered; default all', numberIn(0.1, 4096))
    .option('--memory <gib>', 'memory offered; default all', numberIn(0.0625, 100_000))
    .option('--allow-image <pattern>', 'run only these container images, repeatable; * stands for anything', many)
    .option('--deny-image <pattern>', 'never run these container images, repeatable', many)
    .option('--egress', 'let container apps that ask for it reach the internet, but not this machine or its network')
    .option('--runtime <name>', 'OCI runtime that every container must use, e.g. runsc')
    .option('--allow-process-isolation', 'lend this machine although it cannot put apps into namespaces: then only Node\'s permission model stands between a stranger\'s app and your files')
    .option('--config <file>', 'the owner\'s settings; default owner.json in the data folder. Followed while the worker runs')
    .option('--metrics-port <port>', 'serve figures for Prometheus on this port of loopback', wholeIn(1, 65_535))
    .addOption(new Option('--simulate <file>', 'for tests: JSON that replaces what is seen of the machine').hideHelp())
    .addOption(new Option('--crew <n>', 'for large clusters: so many workers in this process, which share its sandboxes').argParser(wholeIn(2, 100)).hideHelp())
    .addOption(new Option('--lie', 'for tests: change every result').hideHelp())
    .addOption(new Option('--slow <ms>', 'for tests: take longer for every task').argParser(whole).hideHelp())
    .addOption(new Option('--flaky <percent>', 'for tests: fail so many tasks, or die of them').argParser(numberIn(0, 100)).hideHelp())
    .addOption(new Option('--on-off <n>', 'for tests: change every other result after the first n').argParser(whole).hideHelp())
    .addOption(new Option('--secretive', 'for tests: never show a result').hideHelp())
    .action(run(async () => (await import('./nodes.ts')).runWorker))
}

function cluster (root: Command, run: Run): void {
  const sized = (command: Command, workers: number): Command => command
    .option('--data <dir>', 'folder of the cluster')
    .option('--workers <n>', 'how many workers, at most 100', wholeIn(1, 100), workers)
    .option('--liars <n>', 'how many of them change their results', whole, 0)
    .option('--slow <n>', 'how many of them are slow', whole, 0)
  sized(add(root, 'up', 'start a local cluster and say what to do next'), 3).action(run(async () => (await import('./cluster.ts')).upWithHelp))
  const group = root.command('cluster').description('a local cluster of real processes').exitOverride()
  sized(add(group, 'up', 'start it'), 3).action(run(async () => (await import('./cluster.ts')).up))
  add(group, 'down', 'end it and leave nothing behind').option('--data <dir>', 'folder of the cluster').action(run(async () => (await import('./cluster.ts')).down))
  chaos(add(group, 'chaos', 'run a job on a throw-away cluster under hostile conditions, and see what came of it'), run)
  add(group, 'status', 'its processes').option('--data <dir>', 'folder of the cluster').action(run(async () => (await import('./cluster.ts')).status))
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
    .action(run(async () => (await import('./chaos.ts')).chaos))
}

/** What a job is and how it is to run. */
function described (command: Command): Command {
  return command
    .option('--app <dir|tag>', 'the app')
    .option('--partitioner <name|dir|tag>', 'cuts the input into chunks; default passthrough')
    .option('--assembler <name|dir|tag>', 'makes one result of many; default passthrough')
    .option('--template <file>', 'template.json with blocks and parameters')
    .option('--input <file|dir|->', 'input data; - is standard input')
    .option('--param <key=value>', 'app.key=value, partitioner.key=value or assembler.key=value, repeatable', many)
    .option('--name <text>', 'name of the job')
    .option('--confidence <percent>', 'least share of results that must be right; default 99', number)
    .option('--replicas <n>', 'exactly this many independent results must agree, whatever is known of the workers', wholeIn(1, 7))
    .option('--trust <level>', 'who may get chunks: open (anyone, the default), verified, private or local')
    .option('--retries <n>', 'further attempts a chunk may cost; default 5', wholeIn(0, 100))
    .option('--task-timeout <s>', 'longest run of one task; default 300', numberIn(0.001, 86_400))
    .option('--job-timeout <s>', 'longest life of the job; default none', number)
    .option('--budget <byc>', 'most the job may cost; default 100, or what you have')
    .option('--max-price <byc>', 'most one chunk may cost')
    .option('--estimate <s>', 'run time of one chunk, as far as you know; default 1', numberIn(0.001, 86_400))
    .option('--allow-wasm', 'blocks on a stock python image may run in python-wasm')
    .option('--allow-partial', 'deliver what succeeded when some chunks failed')
}

function jobs (root: Command, run: Run): void {
  const group = root.command('job').description('run and follow jobs').exitOverride()
  described(withData(add(group, 'run', 'run a job and wait for its result')))
    .option('--out <dir>', 'where the output goes; default job-<id>/outputs')
    .option('--local-cluster <n>', 'start a coordinator and N workers just for this job', wholeIn(1, 64))
    .option('--detach', 'do not wait')
    .option('--id-only', 'print the id and do not wait')
    .option('--timeout <s>', 'stop waiting after this long; the job keeps running', number)
    .option('--placement-timeout <s>', 'stop waiting for a job that is held this long', number)
    .action(run(async () => (await import('./job-run.ts')).runJob))
  described(withData(add(group, 'plan', 'what a job would cost and take, from live offers; 5 when it could not be placed')))
    .option('--chunks <n>', 'how many chunks, where its partitioner is a block: those are not run for a plan', wholeIn(1, 1_000_000))
    .option('--explain', 'every worker: its expected cost by terms, or why it does not match')
    .action(run(async () => (await import('./job-plan.ts')).planJob))
  const load = async () => await import('./jobs.ts')
  withData(add(group, 'list', 'all jobs, newest first')).option('--limit <n>', 'how many', whole, 50).action(run(async () => (await load()).list))
  withData(add(group, 'describe <id>', 'one job')).action(run(async () => (await load()).describe))
  withData(add(group, 'explain <id>', 'why it waits, who may run it or not, and where its time and money went')).action(run(async () => (await import('./job-explain.ts')).explain))
  withData(add(group, 'tasks <id>', 'its attempts, chunk by chunk')).option('--limit <n>', 'how many', whole, 100).option('--state <state>', 'only those in this state').action(run(async () => (await load()).tasks))
  withData(add(group, 'logs <id>', 'what its tasks printed')).option('--chunk <n>', 'only of this chunk', whole).option('-f, --follow', 'go on until the job ends').action(run(async () => (await load()).logs))
  withData(add(group, 'get <id>', 'fetch output and logs')).option('--out <dir>', 'default job-<id>').action(run(async () => (await load()).get))
  withData(add(group, 'abort <id>', 'end it; what was not spent comes back')).action(run(async () => (await load()).act.bind(undefined, 'abort')))
  withData(add(group, 'retry <id>', 'run again what failed of it')).action(run(async () => (await load()).act.bind(undefined, 'retry')))
}

function blocks (root: Command, run: Run, noun: Noun): void {
  const group = root.command(noun).description(noun === 'app' ? 'make, test and push apps' : 'make, test and push partitioners and assemblers').exitOverride()
  const load = async () => await import('./blocks.ts')
  const created = add(group, 'new <dir>', `make ${noun === 'app' ? 'an app' : 'an engine'} that runs as it is`)
    .addOption(new Option('--platform <platform>', 'what it runs on').choices(['python-wasm', 'docker']).default('python-wasm'))
  if (noun === 'engine') created.addOption(new Option('--type <type>', 'which kind').choices(['partitioner', 'assembler']))
  created.action(run(async () => (await load()).create.bind(undefined, noun)))
  withData(add(group, 'validate <dir>', 'check a folder without running it')).action(run(async () => (await load()).validate.bind(undefined, noun)))
  add(group, 'test <dir>', 'run it here, in the sandbox, with logs and results')
    .option('--input <file|dir|->', noun === 'app' ? 'the chunk; default its example/data.bin, if it has one' : 'the input files')
    .option('--repeat <n>', 'run it so many times and see whether the results agree', wholeIn(1, 100), 1)
    .option('--param <key=value>', 'a parameter, repeatable', many)
    .option('--out <dir>', 'keep what it writes')
    .option('--allow-wasm', 'a block on a stock python image may run in python-wasm')
    .option('--timeout <s>', 'longest run', number, 300)
    .option('--memory <mib>', 'memory it may use', number, 512)
    .action(run(async () => (await import('./block-test.ts')).testBlock))
  const pushed = withData(add(group, 'push <dir>', 'register it under name@version'))
  if (noun === 'app') pushed.option('--no-self-test', 'do not run its example three times to see whether the results agree')
  pushed.action(run(async () => (await load()).push.bind(undefined, noun)))
  withData(add(group, 'list', 'those registered')).action(run(async () => (await load()).list.bind(undefined, noun)))
  withData(add(group, 'get <tag>', 'one of them')).action(run(async () => (await load()).get.bind(undefined, noun)))
  withData(add(group, 'activate <tag>', 'let jobs use it')).action(run(async () => (await load()).setActive.bind(undefined, true)))
  withData(add(group, 'deactivate <tag>', 'keep jobs from using it')).action(run(async () => (await load()).setActive.bind(undefined, false)))
}

function images (root: Command, run: Run): void {
  const group = root.command('image').description('container images of the coordinator').exitOverride()
  const load = async () => await import('./images.ts')
  withData(add(group, 'list', 'those it has')).action(run(async () => (await load()).list))
  withData(add(group, 'pull <name>', 'get one from its registry, so that jobs need not wait for it')).action(run(async () => (await load()).pull))
  withData(add(group, 'import <file|->', 'take one from an archive made by "docker save", or an OCI layout as tar'))
    .option('--name <name>', 'what jobs call it; default the name in the archive').action(run(async () => (await load()).importImage))
  withData(add(group, 'export <name>', 'write one as an archive that "docker load" takes'))
    .requiredOption('--out <file|->', 'where to').action(run(async () => (await load()).exportImage))
  withData(add(group, 'remove <name>', 'forget one')).action(run(async () => (await load()).remove))
}

function ledger (root: Command, run: Run): void {
  const group = root.command('ledger').description('the books of a coordinator, or a worker, also when it does not run').exitOverride()
  const load = async () => await import('./ledger.ts')
  withData(add(group, 'verify [file]', 'check an exported journal, or the whole data folder of a coordinator or worker; changes nothing'))
    .option('--checkpoint <file>', 'what the journal in the file follows, or must pass').action(run(async () => (await import('./ledger-verify.ts')).verify))
  withData(add(group, 'checkpoint', 'let the running coordinator sign its balances as they are'))
    .option('--out <file>', 'write it there, with the balances').action(run(async () => (await load()).checkpoint))
  withData(add(group, 'export', 'write the journal of a running coordinator, an entry a line')).requiredOption('--out <file|->', 'where to')
    .option('--since-checkpoint', 'only what came after the last checkpoint, which it begins with').action(run(async () => (await load()).exportJournal))
  withData(add(group, 'adopt-receipts', 'after a lost disk or an old backup: book what workers hold receipts for')).option('--yes', 'do not ask').action(run(async () => (await import('./peers.ts')).adoptReceipts))
  withData(add(group, 'repair', 'build a damaged database anew, of a coordinator or worker that is stopped or quarantined'))
    .option('--from-mirror', 'from the mirror in the data folder').option('--yes', 'do not ask').action(run(async () => (await load()).repair))
}

function receipts (root: Command, run: Run): void {
  const group = root.command('receipt').description('what proves what was done and paid, to anybody').exitOverride()
  withData(add(group, 'verify <file>', 'check a receipt: every signature, line and sum; needs no node'))
    .option('--outputs <dir>', 'compare these output files with those of the job')
    .option('--rerun <n>', 'run this many of its chunks again here, drawn by chance', wholeIn(1, 1_000_000))
    .option('--seed <text>', 'draw the same chunks again')
    .option('--app <dir>', 'for --rerun: folder of the app; default: by hash from the coordinator')
    .option('--input <file|dir|->', 'for --rerun: the input of the job, to be cut again')
    .option('--chunks <dir>', 'for --rerun: its chunks as data_<n>.bin, where it was cut by a block')
    .action(run(async () => (await import('./receipts.ts')).verify))
  add(group, 'export', 'write what a worker did and was paid, in one file it signs; the worker must not run').requiredOption('--out <file>', 'where to')
    .option('--data <dir>', 'data folder of the worker').action(run(async () => (await import('./receipts.ts')).exportLifetime))
}

function inspection (root: Command, run: Run): void {
  const load = async () => await import('./inspect.ts')
  const nodeGroup = root.command('node').description('workers').exitOverride()
  withData(add(nodeGroup, 'list', 'who is connected, what they earned, who was caught'))
    .option('--show <columns>', 'other columns: some of capacity, offers, reputation, with commas between them', oneOrMoreOf('capacity', 'offers', 'reputation'))
    .action(run(async () => (await import('./node-list.ts')).nodes))
  withData(add(nodeGroup, 'describe <peer>', 'one worker: what it was struck for, and the evidence')).action(run(async () => (await import('./node-record.ts')).describeNode))
  add(nodeGroup, 'verify <file>', 'check evidence against a worker, anywhere and without a node').action(run(async () => (await import('./node-record.ts')).verifyEvidence))
  owner(root, nodeGroup, run)
  const wallet = root.command('wallet').description('the books').exitOverride()
  withData(add(wallet, 'balance', 'all accounts')).action(run(async () => (await load()).balance))
  add(wallet, 'peers', 'who owes whom: of a coordinator, paid and acknowledged by worker; of a worker, earned and owed by coordinator')
    .option('--data <dir>', 'data folder of a coordinator or a worker').option('--worker', 'of the worker of this machine')
    .action(run(async () => (await import('./peers.ts')).peers))
  withData(add(wallet, 'deposit <peer> <byc>', 'as a bank: credit a node with what its owner has brought you')).action(run(async () => (await import('./peers.ts')).deposit))
  withData(add(wallet, 'redeem <folder>', 'show the receipts of the worker with this data folder to the coordinator that is its bank'))
    .option('--out <file>', 'keep the bank\'s word, for the payer')
    .action(run(async () => (await import('./peers.ts')).redeem))
  withData(add(wallet, 'redeemed <file>', 'tell the coordinator that owes what a bank has moved for its receipts')).action(run(async () => (await import('./peers.ts')).redeemed))
  const net = wallet.command('net').description('cancel what two coordinators owe each other\'s workers').exitOverride()
  withData(add(net, 'propose <peer>', 'sign a proposal to the coordinator with this peer id'))
    .option('--worker <folder>', 'data folder of a worker of yours that it owes, repeatable', many)
    .option('--amount <byc>', 'at most this much on each side; default all that can be')
    .requiredOption('--out <file>', 'where the proposal goes').action(run(async () => (await import('./netting.ts')).propose))
  withData(add(net, 'accept <file>', 'book a proposal of another coordinator, and sign it'))
    .option('--decline', 'sign that it does not count')
    .requiredOption('--out <file>', 'where the answer goes').action(run(async () => (await import('./netting.ts')).accept))
  withData(add(net, 'finish <file>', 'book the answer to a proposal; at a bank, let it count there')).action(run(async () => (await import('./netting.ts')).finish))
  withData(add(wallet, 'transactions', 'the journal, newest first')).option('--account <id>', 'only of this account').option('--limit <n>', 'how many', whole, 20).action(run(async () => (await load()).transactions))
  add(root, 'status', 'what this node does and why: a coordinator, or a worker').option('--data <dir>', 'data folder of the node').option('--watch', 'again and again')
    .action(run(async () => (await import('./status.ts')).status))
  doctor(root, run)
  doctor(nodeGroup, run)
  add(root, 'version', 'the version').action(run(async () => (await load()).version))
}

function doctor (parent: Command, run: Run): void {
  add(parent, 'doctor', 'check a node and its machine, with what to do about what is wrong; also while it does not run')
    .option('--data <dir>', 'data folder of the node; default: every node of your user on this machine')
    .action(run(async () => (await import('./doctor/doctor.ts')).doctor))
}

function service (root: Command, run: Run): void {
  const group = root.command('service').description('a node that runs by itself: a systemd user unit, or a launchd agent').exitOverride().enablePositionalOptions()
  const load = async () => await import('./service/service.ts')
  add(group, 'install <role> [options...]', 'install a worker or coordinator with the options of that command, and start it').passThroughOptions()
    .option('--dry-run', 'print it and change nothing')
    .option('--memory-max <limit>', 'most memory of the node and its sandboxes, e.g. 50% or 8G; before the role', '90%')
    .action(run(async () => (await load()).installer(acceptsOptions)))
  add(group, 'uninstall <role>', 'end it in order and forget the service; its data stays').action(run(async () => (await load()).uninstall))
  add(group, 'status [role]', 'whether it runs').action(run(async () => (await load()).status))
}

/** What the owner of a machine says to its worker. */
function owner (root: Command, nodeGroup: Command, run: Run): void {
  const load = async () => await import('./owner.ts')
  const mine = (command: Command): Command => command.option('--data <dir>', 'data folder of the worker; default: that of your user')
  const settings = (command: Command): Command => mine(command).option('--config <file>', 'the settings; default owner.json in the data folder')
  mine(add(nodeGroup, 'pause [for]', 'hold what runs and take nothing more, for a time like 2h or until resumed'))
    .option('--release', 'give its memory back at once: what runs is ended, and others get the chunks').action(run(async () => (await load()).pause))
  mine(add(nodeGroup, 'resume', 'take work again')).action(run(async () => (await load()).resume))
  mine(add(nodeGroup, 'finish', 'finish what runs, take nothing more until resumed')).action(run(async () => (await load()).finish))
  mine(add(nodeGroup, 'drain', 'say goodbye to all coordinators; what runs is finished, and nothing more taken until the next start')).action(run(async () => (await load()).drain))
  mine(add(nodeGroup, 'auctions', 'the jobs this machine was asked to bid for, and why it lost'))
    .option('--limit <n>', 'how many', whole, 20).action(run(async () => (await import('./auctions.ts')).auctions))
  settings(add(nodeGroup, 'block <peer-id>', 'work for this coordinator no more')).action(run(async () => (await load()).block))
  settings(add(nodeGroup, 'unblock <peer-id>', 'work for it again')).action(run(async () => (await load()).unblock))
  settings(add(nodeGroup, 'trust <peer-id>', 'work only for this coordinator, and others named so')).action(run(async () => (await load()).trust))
  const config = root.command('config').description('what a worker\'s owner allows on the machine').exitOverride()
  settings(add(config, 'list', 'the rules in force, and which were set')).action(run(async () => (await load()).listConfig))
  settings(add(config, 'set <key> <value>', 'change one, e.g. inUse.cpu 25')).action(run(async () => (await load()).setConfig))
  settings(add(config, 'unset <key>', 'back to what the profile says')).action(run(async () => (await load()).unsetConfig))
}

/** Three amounts with commas between them. */
function tariffs (text: string): { core: number, gib: number, gpu: number } {
  const [core, gib, gpu, ...more] = text.split(',').map(part => numberIn(0, 1_000_000_000)(part))
  if (core === undefined || gib === undefined || gpu === undefined || more.length > 0) throw new InvalidArgumentError('It must be three amounts, like 0.75,0.25,4.')
  return { core, gib, gpu }
}
