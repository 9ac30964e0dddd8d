import { MINT, userAccount } from '../ledger/accounts.ts'
import type { Store } from '../model/store.ts'
import type { CoordinatorState } from './state.ts'

/** Issues the user's opening balance from the mint, once in the life of a data folder. */
export async function openingTransfer (store: Store, state: CoordinatorState, amount: bigint, now: number): Promise<void> {
  if (state.ledger.head.seq > 0) return
  const { writes } = state.ledger.apply({
    key: 'opening-balance',
    at: now,
    incarnation: state.incarnation,
    transfers: [{ kind: 'direct', debit: MINT, credit: userAccount(state.config.user), amount, ref: { note: 'opening balance' } }]
  })
  await store.batch(writes, { sync: true })
}
