import { hash as digest } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { NightshiftError } from '../model/errors.ts'
import type { Signer } from '../model/signer.ts'
import type { Account } from './accounts.ts'
import { merkleRoot } from './merkle.ts'
import type { Hold } from './transfers.ts'

const DOMAIN = 'nightshift/checkpoint/1\0'

/** Entries after which a checkpoint is taken. */
export const CHECKPOINT_ENTRIES = 10_000
/** With entries since the last one, a checkpoint is taken when there was none for this long, milliseconds. */
export const CHECKPOINT_IDLE_MS = 60 * 60_000

const Hash = Type.String({ pattern: '^[0-9a-f]{64}$' })

const CheckpointSchema = Type.Object({
  seq: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  hash: Hash,
  accountsRoot: Hash,
  at: Type.Number(),
  peer: Type.String({ minLength: 1, maxLength: 128 }),
  signature: Type.String({ pattern: '^([0-9a-f]{2}){1,256}$' })
}, { additionalProperties: false })

/**
 * What a node vouches for: with entry `seq`, whose hash is `hash`, its books came
 * to `accountsRoot`. Whoever has one needs no entry before it to check those after it.
 */
export type Checkpoint = Readonly<Static<typeof CheckpointSchema>>

/** True when a checkpoint is to be taken now. */
export function checkpointIsDue (ledger: { readonly head: { readonly seq: number }, readonly lastAt: number, readonly checkpoint: Checkpoint | undefined }, now: number, every = CHECKPOINT_ENTRIES): boolean {
  const since = ledger.head.seq - (ledger.checkpoint?.seq ?? 0)
  return since >= every || (since > 0 && now - ledger.lastAt >= CHECKPOINT_IDLE_MS)
}

/** Hex root of a Merkle tree over accounts and open holds, each as one canonical line. An account that nothing was moved on is as none. */
export function accountsRoot (accounts: Iterable<Account>, holds: Iterable<Hold>): string {
  const lines: string[] = []
  for (const account of accounts) {
    const { id, debitsPending, debitsPosted, creditsPending, creditsPosted } = account
    if (!isUnused(account)) lines.push(`account ${JSON.stringify(id)} ${debitsPending} ${debitsPosted} ${creditsPending} ${creditsPosted}`)
  }
  for (const { id, debit, credit, amount } of holds) lines.push(`hold ${JSON.stringify(id)} ${JSON.stringify(debit)} ${JSON.stringify(credit)} ${amount}`)
  return merkleRoot(lines.sort())
}

export function isUnused ({ debitsPending, debitsPosted, creditsPending, creditsPosted }: Account): boolean {
  return debitsPending === 0n && debitsPosted === 0n && creditsPending === 0n && creditsPosted === 0n
}

export function signCheckpoint (head: { readonly seq: number, readonly hash: string }, accounts: Iterable<Account>, holds: Iterable<Hold>, at: number, signer: Signer): Checkpoint {
  const fields = { seq: head.seq, hash: head.hash, accountsRoot: accountsRoot(accounts, holds), at, peer: signer.self }
  return { ...fields, signature: Buffer.from(signer.sign(signed(fields))).toString('hex') }
}

/**
 * Reads a checkpoint and checks its form and signature; whose it is, is for the caller to judge.
 * @throws NS_E_LEDGER saying what is wrong with it
 */
export function openCheckpoint (value: unknown, signer: Pick<Signer, 'verify'>): Checkpoint {
  if (!Value.Check(CheckpointSchema, value)) throw new NightshiftError('NS_E_LEDGER', 'this is no checkpoint of a journal')
  if (!signer.verify(value.peer, signed(value), Buffer.from(value.signature, 'hex'))) {
    throw new NightshiftError('NS_E_LEDGER', `the checkpoint at entry ${value.seq} is not what ${value.peer} signed`)
  }
  return value
}

function signed ({ seq, hash, accountsRoot, at, peer }: Omit<Checkpoint, 'signature'>): Buffer {
  return Buffer.from(DOMAIN + digest('sha256', JSON.stringify({ seq, hash, accountsRoot, at, peer })), 'utf8')
}
