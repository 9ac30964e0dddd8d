import { Command, CommanderError } from 'commander'
import { NightshiftError, errorMessage, errorView } from '../model/errors.ts'
import { blocks, images } from './commands/blocks.ts'
import { ledger, receipts, wallet } from './commands/books.ts'
import { add } from './commands/build.ts'
import type { Action, Run } from './commands/build.ts'
import { cluster } from './commands/cluster.ts'
import { jobs } from './commands/jobs.ts'
import { nodes } from './commands/nodes.ts'
import { service } from './commands/service.ts'
import { health, workers } from './commands/workers.ts'
import { EXIT, printError, printJson } from './output.ts'

/** Parses a command line, runs what it says, and returns the exit code. */
export async function runCommand (argv: readonly string[]): Promise<number> {
  let exit: number = EXIT.done
  const fail = (error: unknown): number => {
    if (wantsJson(argv)) printJson({ error: errorView(error) })
    return printError(error)
  }
  const run = (load: () => Promise<Action>) => async (...args: unknown[]): Promise<void> => {
    try {
      exit = await (await load())(...args.slice(0, -1) as never[])
    } catch (error) {
      exit = fail(error)
    }
  }
  try {
    await program(run).parseAsync([...argv])
    return exit
  } catch (error) {
    if (!(error instanceof CommanderError)) return fail(error)
    if (error.exitCode === 0) return EXIT.done
    // what is wrong was printed already
    if (wantsJson(argv)) printJson({ error: errorView(new NightshiftError('NS_E_USAGE', error.message.replace(/^error: /, ''))) })
    return EXIT.usage
  }
}

/** Asked of the words themselves: what cannot be parsed is answered in the form that was asked for, too. */
function wantsJson (argv: readonly string[]): boolean {
  return argv.some((word, i) => word === '--output=json' || (word === '--output' && argv[i + 1] === 'json'))
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
  workers(root, run)
  wallet(root, run)
  health(root, run)
  add(root.command('key').description('keys other than a node\'s own').exitOverride(), 'network', 'make the key of a new private network')
    .requiredOption('--out <file>', 'where to').action(run(async () => (await import('./keys.ts')).makeNetworkKey))
  service(root, run, acceptsOptions)
  return root
}
