import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { readObject } from '../api/endpoint.ts'
import { NightshiftError } from '../model/errors.ts'
import { newConduct } from '../verification/conduct.ts'
import type { CoordinatorAccount } from '../worker/views.ts'

/** What of a worker's account with a coordinator is shown, or handed on to a bank. */
const Text = Type.String({ maxLength: 256 })
const Account = Type.Object({
  coordinator: Text, connected: Type.Boolean(), equivocated: Type.Boolean(),
  earned: Text, receipted: Text, seq: Type.Integer({ minimum: 0 }), exposure: Text, leased: Text, limit: Text, lost: Text,
  refusal: Type.Optional(Type.Object({ code: Text })),
  unfair: Type.Optional(Type.Object({ code: Text, text: Type.String() })),
  conduct: Type.Optional(Type.Record(Text, Type.Number())),
  receipt: Type.Optional(Type.Object({ body: Type.String(), signature: Type.String() }))
})
const Wallet = Type.Object({ coordinators: Type.Array(Account) })

/**
 * A worker's accounts, as it keeps them in its wallet file.
 * @throws NS_E_DATA_CORRUPT when the file is not such a wallet
 */
export function readWallet (text: string, file: string): { readonly coordinators: readonly CoordinatorAccount[] } {
  const value = readObject(text, file)
  if (Value.Check(Wallet, value)) {
    const { coordinators } = value as unknown as { readonly coordinators: readonly (Omit<CoordinatorAccount, 'conduct'> & Partial<CoordinatorAccount>)[] }
    // older versions did not judge coordinators
    return { coordinators: coordinators.map(account => ({ ...account, conduct: { ...newConduct(), ...account.conduct } })) }
  }
  const error = Value.Errors(Wallet, value).First()
  throw new NightshiftError('NS_E_DATA_CORRUPT', `${file} is not a worker's wallet: ${error?.path ?? ''} ${error?.message ?? ''}`, { remedy: 'start the worker again: it writes the file anew' })
}
