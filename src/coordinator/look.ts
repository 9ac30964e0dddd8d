import { Ledger } from '../ledger/ledger.ts'
import { loadLedger, readBooks } from '../ledger/load.ts'
import { jobEnded } from '../lifecycle/job.ts'
import { errorMessage } from '../model/errors.ts'
import type { Reason } from '../model/reasons.ts'
import type { Signer } from '../model/signer.ts'
import type { Store } from '../model/store.ts'
import { loadChannels } from './channels.ts'
import { freshState, lastIncarnation, loadRecords } from './load.ts'
import { loadNettings } from './netting-books.ts'
import type { CoordinatorConfig, CoordinatorState } from './state.ts'

/** A coordinator's state to look at, and what of it is not as it should be. */
export interface Look {
  readonly state: CoordinatorState
  readonly faults: readonly string[]
}

/**
 * Reads a state that nobody will act on. Books and receipts that do not add up
 * are shown as they are; every job that has not ended is held for `why`.
 * @throws when the records themselves cannot be read
 */
export async function lookAt (store: Store, signer: Signer, config: CoordinatorConfig, why: Reason, now: number): Promise<Look> {
  const faults: string[] = []
  const note = (error: unknown): void => { faults.push(errorMessage(error)) }
  const ledger = await loadLedger(store, signer).catch(async (error: unknown) => {
    note(error)
    return new Ledger(await readBooks(store))
  })
  const state = freshState({ signer, bootId: '' }, await lastIncarnation(store), config, ledger)
  await loadChannels(store, state).catch(note)
  await loadNettings(store, state).catch(note)
  await loadRecords(store, state, now)
  for (const { record } of state.jobs.values()) {
    if (!jobEnded(record.state)) Object.assign(record, { state: 'HELD', reason: why })
  }
  return { state, faults }
}
