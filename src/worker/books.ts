import type { EquivocationProof } from '../ledger/equivocation.ts'
import { openNetting } from '../ledger/netting.ts'
import type { NettingDocument, SignedNetting } from '../ledger/netting.ts'
import { newPayeeChannel } from '../ledger/payee.ts'
import type { PayeeChannel } from '../ledger/payee.ts'
import { openReceipt } from '../ledger/receipts.ts'
import type { SignedReceipt } from '../ledger/receipts.ts'
import type { BootClaim } from '../lifecycle/boot.ts'
import { sortable } from '../model/ids.ts'
import type { Signer } from '../model/signer.ts'
import { newConduct } from '../verification/conduct.ts'
import type { Conduct } from '../verification/conduct.ts'
import { KEYS } from './keys.ts'
import type { WorkerState } from './state.ts'
import type { WorkerTurn } from './turn.ts'

/** What a worker keeps of one coordinator, whether it is connected or not. */
export interface CoordinatorBook {
  readonly channel: PayeeChannel
  /** the start of it this worker last agreed with */
  readonly seen?: BootClaim
  /** units of results that were shown to it and then recalled or left unpaid without a judgement */
  readonly lost: bigint
  /** the last agreement by which this coordinator owes this worker less: what it owes was cancelled against what others owe */
  readonly netting?: SignedNetting
  /** how it treated this worker; what it is refused for */
  readonly conduct: Conduct
  /** that it signed receipts which contradict each other: nothing is done for it any more */
  readonly proof?: EquivocationProof
  /** nothing is taken from it but receipts until then, milliseconds; not kept over a restart */
  readonly refusedUntil: number
}

interface StoredBook { readonly seen?: BootClaim, readonly lost: string, readonly proof?: EquivocationProof, readonly netting?: NettingDocument, readonly conduct?: Conduct }
interface StoredReceipt { readonly body: string, readonly signature: string }

function newBook (coordinator: string, self: string): CoordinatorBook {
  return { channel: newPayeeChannel(coordinator, self), lost: 0n, conduct: newConduct(), refusedUntil: 0 }
}

export function bookOf (state: WorkerState, coordinator: string): CoordinatorBook {
  return state.books.get(coordinator) ?? newBook(coordinator, state.self)
}

/** Changes what is kept of a coordinator; receipts that became known are written, those no longer kept are removed. */
export function saveBook (turn: WorkerTurn, coordinator: string, change: Partial<CoordinatorBook>): void {
  const before = bookOf(turn.state, coordinator)
  const after = { ...before, ...change }
  turn.state.books.set(coordinator, after)
  const { seen, lost, proof, netting, conduct } = after
  const text: StoredBook = {
    ...seen === undefined ? {} : { seen },
    lost: lost.toString(),
    ...proof === undefined ? {} : { proof },
    ...netting === undefined ? {} : { netting: netting.document },
    conduct
  }
  turn.put(KEYS.book + coordinator, JSON.stringify(text))
  const kept = new Set(after.channel.kept)
  for (const receipt of before.channel.kept) {
    if (kept.has(receipt)) continue
    turn.put(receiptKey(coordinator, receipt), undefined)
    turn.put(workKey(coordinator, receipt.receipt.seq), undefined)
  }
  for (const receipt of before.channel.kept) kept.delete(receipt)
  for (const receipt of kept) turn.put(receiptKey(coordinator, receipt), JSON.stringify({ body: receipt.body, signature: receipt.signature }))
}

/** Where the results are kept that a receipt pays for. */
export function workKey (coordinator: string, seq: number): string {
  return `${KEYS.work}${coordinator}/${sortable(seq)}`
}

function receiptKey (coordinator: string, { receipt }: SignedReceipt): string {
  return `${KEYS.receipt}${coordinator}/${sortable(receipt.seq)}`
}

type Entries = AsyncIterable<readonly [string, string]> | Iterable<readonly [string, string]>

/** Reads the books back from stored texts by key suffix. Throws NS_E_RECEIPT for a receipt that is damaged. */
export async function loadBooks (
  self: string, signer: Pick<Signer, 'verify'>,
  stored: { readonly books: Entries, readonly receipts: Entries }
): Promise<Map<string, CoordinatorBook>> {
  const books = new Map<string, CoordinatorBook>()
  for await (const [coordinator, text] of stored.books) {
    // records of older versions have no conduct
    const { seen, lost, proof, netting, conduct = newConduct() } = JSON.parse(text) as StoredBook
    books.set(coordinator, {
      ...newBook(coordinator, self),
      conduct,
      ...seen === undefined ? {} : { seen },
      lost: BigInt(lost),
      ...proof === undefined ? {} : { proof },
      ...netting === undefined ? {} : { netting: openNetting(JSON.stringify(netting), signer) }
    })
  }
  for await (const [key, text] of stored.receipts) {
    const coordinator = key.slice(0, key.indexOf('/'))
    const { body, signature } = JSON.parse(text) as StoredReceipt
    const receipt = openReceipt(body, signature, signer)
    const book = books.get(coordinator) ?? newBook(coordinator, self)
    const { seq, cumulative } = receipt.receipt
    books.set(coordinator, { ...book, channel: { ...book.channel, seq, cumulative, hash: receipt.hash, kept: [...book.channel.kept, receipt] } })
  }
  return books
}
