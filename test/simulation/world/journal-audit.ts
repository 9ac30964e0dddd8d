import { accountsRoot } from '../../../src/ledger/checkpoint.ts'
import { checkJournal } from '../../../src/ledger/check-journal.ts'
import { journalLines } from '../../../src/ledger/journal.ts'
import type { SimulatedCoordinator } from './coordinator.ts'
import { simulatedSigner } from './signer.ts'
import { must } from './violation.ts'

/** What the archive and the disk have of the journal is one chain from the first entry on, and comes to the balances in memory. */
export async function auditJournal ({ name, state, disk, archive, world }: SimulatedCoordinator): Promise<void> {
  if (state === undefined) return
  const told = await checkJournal(journalLines(disk, archive), simulatedSigner(name)).catch((error: unknown) => error as Error)
  must(!(told instanceof Error), 'I6 the journal is whole', () => `${name}: ${(told as Error).message}`)
  if (told instanceof Error) return
  const { ledger } = state
  must(told.head.hash === ledger.head.hash && accountsRoot(told.accounts.values(), told.holds.values()) === accountsRoot(ledger.accounts(), ledger.holds()), 'balances are what the journal comes to',
    () => `${name}: the journal ends with entry ${told.head.seq}, the books with ${ledger.head.seq}`)
  world.stats.count('checkpoints', told.checkpoints)
  world.stats.count('entries archived', ledger.pruned.seq)
}
