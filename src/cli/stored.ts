import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { readObject } from '../api/endpoint.ts'
import { WALLET_FILE } from '../composition/wallet-file.ts'
import type { Belonging } from '../ledger/belonging.ts'
import { NightshiftError } from '../model/errors.ts'
import { formatByc } from '../model/money.ts'
import { newConduct } from '../verification/conduct.ts'
import type { CoordinatorAccount } from '../worker/views.ts'

/** What of a worker's account with a coordinator is shown, or handed on to a bank. */
const Text = Type.String({ maxLength: 256 })
const Account = Type.Object({
  coordinator: Text, connected: Type.Boolean(), equivocated: Type.Boolean(),
  earned: Text, receipted: Text, netted: Type.Optional(Text), seq: Type.Integer({ minimum: 0 }), exposure: Text, leased: Text, limit: Text, lost: Text,
  refusal: Type.Optional(Type.Object({ code: Text })),
  unfair: Type.Optional(Type.Object({ code: Text, text: Type.String() })),
  conduct: Type.Optional(Type.Record(Text, Type.Number())),
  receipt: Type.Optional(Type.Object({ body: Type.String(), signature: Type.String() }))
})
const Wallet = Type.Object({
  worker: Type.Optional(Text),
  belonging: Type.Optional(Type.Object({ worker: Text, owner: Text, signature: Text })),
  coordinators: Type.Array(Account)
})

export interface StoredWallet {
  readonly worker?: string
  /** whose it is, if it has said so */
  readonly belonging?: Belonging
  readonly coordinators: readonly CoordinatorAccount[]
}

/**
 * The wallet of the worker whose data folder this is.
 * @throws NS_E_CONFIG when none has run there, NS_E_DATA_CORRUPT when its file is no wallet
 */
export async function walletIn (folder: string): Promise<StoredWallet> {
  const file = join(folder, WALLET_FILE)
  const text = await readFile(file, 'utf8').catch(() => { throw new NightshiftError('NS_E_CONFIG', `no worker has run on ${folder}`, { remedy: 'name the data folder of a worker' }) })
  return readWallet(text, file)
}

/**
 * A worker's accounts, as it keeps them in its wallet file.
 * @throws NS_E_DATA_CORRUPT when the file is not such a wallet
 */
export function readWallet (text: string, file: string): StoredWallet {
  const value = readObject(text, file)
  if (Value.Check(Wallet, value)) {
    const { worker, belonging, coordinators } = value as unknown as Omit<StoredWallet, 'coordinators'> & { readonly coordinators: readonly (Omit<CoordinatorAccount, 'conduct' | 'netted'> & Partial<CoordinatorAccount>)[] }
    return {
      ...worker === undefined ? {} : { worker },
      ...belonging === undefined ? {} : { belonging },
      // older versions did not net, nor judge coordinators
      coordinators: coordinators.map(account => ({ ...account, netted: account.netted ?? formatByc(0n), conduct: { ...newConduct(), ...account.conduct } }))
    }
  }
  const error = Value.Errors(Wallet, value).First()
  throw new NightshiftError('NS_E_DATA_CORRUPT', `${file} is not a worker's wallet: ${error?.path ?? ''} ${error?.message ?? ''}`, { remedy: 'start the worker again: it writes the file anew' })
}
