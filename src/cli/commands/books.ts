import type { Command } from 'commander'
import { add, many, whole, wholeIn, withData } from './build.ts'
import type { Run } from './build.ts'

export function ledger (root: Command, run: Run): void {
  const group = root.command('ledger').description('the books of a coordinator, or a worker, also when it does not run').exitOverride()
  const load = async () => await import('../ledger.ts')
  withData(add(group, 'verify [file]', 'check an exported journal, or the whole data folder of a coordinator or worker; changes nothing'))
    .option('--checkpoint <file>', 'what the journal in the file follows, or must pass').action(run(async () => (await import('../ledger-verify.ts')).verify))
  withData(add(group, 'checkpoint', 'let the running coordinator sign its balances as they are'))
    .option('--out <file>', 'write it there, with the balances').action(run(async () => (await load()).checkpoint))
  withData(add(group, 'export', 'write the journal of a running coordinator, an entry a line')).requiredOption('--out <file|->', 'where to')
    .option('--since-checkpoint', 'only what came after the last checkpoint, which it begins with').action(run(async () => (await load()).exportJournal))
  withData(add(group, 'adopt-receipts', 'after a lost disk or an old backup: book what workers hold receipts for')).option('--yes', 'do not ask').action(run(async () => (await import('../peers.ts')).adoptReceipts))
  withData(add(group, 'repair', 'build a damaged database anew, of a coordinator or worker that is stopped or quarantined'))
    .option('--from-mirror', 'from the mirror in the data folder').option('--yes', 'do not ask').action(run(async () => (await load()).repair))
}

export function receipts (root: Command, run: Run): void {
  const group = root.command('receipt').description('what proves what was done and paid, to anybody').exitOverride()
  withData(add(group, 'verify <file>', 'check a receipt: every signature, line and sum; needs no node'))
    .option('--outputs <dir>', 'compare these output files with those of the job')
    .option('--rerun <n>', 'run this many of its chunks again here, drawn by chance', wholeIn(1, 1_000_000))
    .option('--seed <text>', 'draw the same chunks again')
    .option('--app <dir>', 'for --rerun: folder of the app; default: by hash from the coordinator')
    .option('--input <file|dir|->', 'for --rerun: the input of the job, to be cut again')
    .option('--chunks <dir>', 'for --rerun: its chunks as data_<n>.bin, where it was cut by a block')
    .action(run(async () => (await import('../receipts.ts')).verify))
  add(group, 'export', 'write what a worker did and was paid, in one file it signs; the worker must not run').requiredOption('--out <file>', 'where to')
    .option('--data <dir>', 'data folder of the worker').action(run(async () => (await import('../receipts.ts')).exportLifetime))
}

/** Who owes whom, and what moved. */
export function wallet (root: Command, run: Run): void {
  const load = async () => await import('../inspect.ts')
  const group = root.command('wallet').description('the books').exitOverride()
  withData(add(group, 'balance', 'all accounts')).action(run(async () => (await load()).balance))
  add(group, 'peers', 'who owes whom: of a coordinator, paid and acknowledged by worker; of a worker, earned and owed by coordinator')
    .option('--data <dir>', 'data folder of a coordinator or a worker').option('--worker', 'of the worker of this machine')
    .action(run(async () => (await import('../peers.ts')).peers))
  withData(add(group, 'deposit <peer> <byc>', 'as a bank: credit a node with what its owner has brought you')).action(run(async () => (await import('../peers.ts')).deposit))
  withData(add(group, 'redeem <folder>', 'show the receipts of the worker with this data folder to the coordinator that is its bank'))
    .option('--out <file>', 'keep the bank\'s word, for the payer')
    .action(run(async () => (await import('../peers.ts')).redeem))
  withData(add(group, 'redeemed <file>', 'tell the coordinator that owes what a bank has moved for its receipts')).action(run(async () => (await import('../peers.ts')).redeemed))
  const net = group.command('net').description('cancel what two coordinators owe each other\'s workers').exitOverride()
  withData(add(net, 'propose <peer>', 'sign a proposal to the coordinator with this peer id'))
    .option('--worker <folder>', 'data folder of a worker of yours that it owes, repeatable', many)
    .option('--amount <byc>', 'at most this much on each side; default all that can be')
    .requiredOption('--out <file>', 'where the proposal goes').action(run(async () => (await import('../netting.ts')).propose))
  withData(add(net, 'accept <file>', 'book a proposal of another coordinator, and sign it'))
    .option('--decline', 'sign that it does not count')
    .requiredOption('--out <file>', 'where the answer goes').action(run(async () => (await import('../netting.ts')).accept))
  withData(add(net, 'finish <file>', 'book the answer to a proposal; at a bank, let it count there')).action(run(async () => (await import('../netting.ts')).finish))
  withData(add(group, 'transactions', 'the journal, newest first')).option('--account <id>', 'only of this account').option('--limit <n>', 'how many', whole, 20).action(run(async () => (await load()).transactions))
}
