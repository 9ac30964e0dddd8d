import type { Command } from 'commander'
import { add, oneOrMoreOf, whole, withData } from './build.ts'
import type { Run } from './build.ts'

/** What is known of workers, and what the owner of a machine says to its own. */
export function workers (root: Command, run: Run): void {
  const nodeGroup = root.command('node').description('workers').exitOverride()
  withData(add(nodeGroup, 'list', 'who is connected, what they earned, who was caught'))
    .option('--show <columns>', 'other columns: some of capacity, offers, reputation, with commas between them', oneOrMoreOf('capacity', 'offers', 'reputation'))
    .action(run(async () => (await import('../node-list.ts')).nodes))
  withData(add(nodeGroup, 'describe <peer>', 'one worker: what it was struck for, and the evidence')).action(run(async () => (await import('../node-record.ts')).describeNode))
  add(nodeGroup, 'verify <file>', 'check evidence against a worker, anywhere and without a node').action(run(async () => (await import('../node-record.ts')).verifyEvidence))
  owner(root, nodeGroup, run)
  doctor(nodeGroup, run)
}

/** What the owner of a machine says to its worker. */
function owner (root: Command, nodeGroup: Command, run: Run): void {
  const load = async () => await import('../owner.ts')
  const mine = (command: Command): Command => command.option('--data <dir>', 'data folder of the worker; default: that of your user')
  const settings = (command: Command): Command => mine(command).option('--config <file>', 'the settings; default owner.json in the data folder')
  mine(add(nodeGroup, 'pause [for]', 'hold what runs and take nothing more, for a time like 2h or until resumed'))
    .option('--release', 'give its memory back at once: what runs is ended, and others get the chunks').action(run(async () => (await load()).pause))
  mine(add(nodeGroup, 'resume', 'take work again')).action(run(async () => (await load()).resume))
  mine(add(nodeGroup, 'finish', 'finish what runs, take nothing more until resumed')).action(run(async () => (await load()).finish))
  mine(add(nodeGroup, 'drain', 'say goodbye to all coordinators; what runs is finished, and nothing more taken until the next start')).action(run(async () => (await load()).drain))
  mine(add(nodeGroup, 'auctions', 'the jobs this machine was asked to bid for, and why it lost'))
    .option('--limit <n>', 'how many', whole, 20).action(run(async () => (await import('../auctions.ts')).auctions))
  settings(add(nodeGroup, 'block <peer-id>', 'work for this coordinator no more')).action(run(async () => (await load()).block))
  settings(add(nodeGroup, 'unblock <peer-id>', 'work for it again')).action(run(async () => (await load()).unblock))
  settings(add(nodeGroup, 'trust <peer-id>', 'work only for this coordinator, and others named so')).action(run(async () => (await load()).trust))
  const config = root.command('config').description('what a worker\'s owner allows on the machine').exitOverride()
  settings(add(config, 'list', 'the rules in force, and which were set')).action(run(async () => (await load()).listConfig))
  settings(add(config, 'set <key> <value>', 'change one, e.g. inUse.cpu 25')).action(run(async () => (await load()).setConfig))
  settings(add(config, 'unset <key>', 'back to what the profile says')).action(run(async () => (await load()).unsetConfig))
}

/** How a node is. */
export function health (root: Command, run: Run): void {
  add(root, 'status', 'what this node does and why: a coordinator, or a worker').option('--data <dir>', 'data folder of the node').option('--watch', 'again and again')
    .action(run(async () => (await import('../status.ts')).status))
  doctor(root, run)
  add(root, 'version', 'the version').action(run(async () => (await import('../inspect.ts')).version))
}

function doctor (parent: Command, run: Run): void {
  add(parent, 'doctor', 'check a node and its machine, with what to do about what is wrong; also while it does not run')
    .option('--data <dir>', 'data folder of the node; default: every node of your user on this machine')
    .action(run(async () => (await import('../doctor/doctor.ts')).doctor))
}
