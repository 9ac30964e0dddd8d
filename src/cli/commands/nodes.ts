import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'
import { add, many, numberIn, whole, wholeIn } from './build.ts'
import type { Run } from './build.ts'

/** Addresses that cannot be any are refused with the command line, and so before a service is installed that ends at every start. */
function addresses (value: string, before: readonly string[] | undefined): readonly string[] {
  if (!/^\/[a-z0-9]+\/[^/]/.test(value)) throw new InvalidArgumentError('It must be an address like /ip4/192.0.2.7/tcp/4001.')
  return many(value, before)
}

function node (parent: Command, role: string, description: string): Command {
  return add(parent, role, description)
    .option('--data <dir>', 'data folder; default: one of your user')
    .option('--listen <multiaddr>', 'address to listen on, repeatable; default /ip4/0.0.0.0/tcp/0', addresses)
    .option('--peer <multiaddr>', 'peer to stay connected to, repeatable', addresses)
    .option('--announce <multiaddr>', 'a further address others reach this node at, such as a port that your router forwards, repeatable', addresses)
    .option('--relay', 'let nodes that cannot be dialled meet here: this node passes on what they say, within limits')
    .option('--network-key <file>', 'be part of the private network with this key, and of no other')
    .option('--upnp', 'ask the router of this network to forward the port of this node')
    .option('--no-dht', 'look for coordinators neither in the DHT of this network nor by asking peers, and be found by neither')
    .option('--no-mdns', 'do not look for peers on the local network')
    .addOption(new Option('--profile <profile>', role === 'worker' ? 'whose machine this is: of somebody who works at it, of nobody, or free at night; local lends all of it and lifts the limits per address, for many nodes on one machine; open is what the settings say, else desktop' : 'local lifts the limits per address, for many nodes on one machine').choices(role === 'worker' ? ['desktop', 'always', 'nights', 'local', 'open'] : ['local', 'open']).default('open'))
    .option('--no-containers', 'run no container apps, even where Docker or Podman is')
    .option('--engine <socket>', 'socket of Docker or Podman; default DOCKER_HOST, then the usual places')
    .option('--registry <host>', 'a further registry to get images from, repeatable', many)
    .option('--max-image-size <gib>', 'largest image, unpacked; default 10', numberIn(0.001, 100_000))
    .option('--image-quota <gib>', 'room for all images, the least used ones go first; default 20', numberIn(0.001, 1_000_000))
    .addOption(new Option('--log-level <level>', 'what is logged on stderr').choices(['debug', 'info', 'warn', 'error', 'silent']).default('info'))
    .addOption(new Option('--exit-with-parent').hideHelp())
}

export function nodes (root: Command, run: Run): void {
  node(root, 'coordinator', 'run a coordinator in the foreground')
    .option('--api-port <port>', 'port of the HTTP API on loopback; 0 takes a free one', wholeIn(0, 65_535), 0)
    .option('--opening-balance <byc>', 'ByteChips you start with, issued once', '1000')
    .option('--trust <peer-id>', 'worker whose single result counts, repeatable', many)
    .option('--adopt-receipts', 'after a lost disk or an old backup: take the receipts workers show for the truth')
    .action(run(async () => (await import('../nodes.ts')).runCoordinator))
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
    .action(run(async () => (await import('../nodes.ts')).runWorker))
}

/** Three amounts with commas between them. */
function tariffs (text: string): { core: number, gib: number, gpu: number } {
  const [core, gib, gpu, ...more] = text.split(',').map(part => numberIn(0, 1_000_000_000)(part))
  if (core === undefined || gib === undefined || gpu === undefined || more.length > 0) throw new InvalidArgumentError('It must be three amounts, like 0.75,0.25,4.')
  return { core, gib, gpu }
}
