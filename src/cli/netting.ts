import { readFile, rename, writeFile } from 'node:fs/promises'
import type { NettingStep } from '../api/netting.ts'
import type { Belonging } from '../ledger/belonging.ts'
import { MAX_NETTING_CHARS } from '../ledger/netting.ts'
import { NightshiftError } from '../model/errors.ts'
import type { CoordinatorAccount } from '../worker/views.ts'
import { connect } from './connect.ts'
import { EXIT, print, printJson, say, shortPeer } from './output.ts'
import type { Format } from './output.ts'
import { walletIn } from './stored.ts'

interface Common { readonly data?: string, readonly output: Format }

/** `nightshift wallet net propose PEER`: what both sides owe each other's workers, signed by this one. */
export async function propose (peer: string, command: Common & { readonly worker?: readonly string[], readonly amount?: string, readonly out: string }): Promise<number> {
  const claims = (await Promise.all((command.worker ?? []).map(claimsOf))).flat().filter(({ coordinator }) => coordinator === peer).map(({ receipt, belonging }) => ({ receipt, belonging }))
  const coordinator = await connect(command.data)
  const step = await coordinator.post<NettingStep>('/v1/wallet/net/propose', { peer, claims, ...command.amount === undefined ? {} : { amount: command.amount } })
  await save(command.out, step)
  tell(command, step, `proposed: ${step.amount} BYC on each side, number ${step.seq}`, `have it answered by the other coordinator: nightshift wallet net accept ${command.out} --out ANSWER`)
  return EXIT.done
}

/** `nightshift wallet net accept FILE`: books what the other side proposes, and signs it; or declines it. */
export async function accept (file: string, command: Common & { readonly decline?: boolean, readonly out: string }): Promise<number> {
  const accepted = command.decline !== true
  const step = await (await connect(command.data)).post<NettingStep>('/v1/wallet/net/answer', { document: await documentIn(file), accepted })
  await save(command.out, step)
  tell(command, step, accepted ? `netted ${step.amount} BYC with ${shortPeer(step.proposer)}, number ${step.seq}` : `declined number ${step.seq}: nothing was netted`,
    `give it back, the other side is not done without it: nightshift wallet net finish ${command.out}`)
  return EXIT.done
}

/** `nightshift wallet net finish FILE`: books an answered proposal; at a bank, lets it count there. */
export async function finish (file: string, command: Common): Promise<number> {
  const step = await (await connect(command.data)).post<NettingStep>('/v1/wallet/net/finish', { document: await documentIn(file) })
  tell(command, step, step.document.answer?.accepted === true
    ? `netted ${step.amount} BYC between ${shortPeer(step.proposer)} and ${shortPeer(step.accepter)}, number ${step.seq}`
    : `number ${step.seq} was declined: nothing was netted`)
  return EXIT.done
}

function tell (command: Common, step: NettingStep, done: string, next?: string): void {
  if (command.output === 'json') return printJson(step)
  print(done)
  for (const { payer, payee, amount, netted } of step.claims) print(`  ${shortPeer(payer)} owes ${shortPeer(payee)} ${amount} BYC less (${netted} BYC in all)`)
  if (next !== undefined) say(next)
}

interface Claim { readonly coordinator: string, readonly receipt: NonNullable<CoordinatorAccount['receipt']>, readonly belonging: Belonging }

/** What a worker has receipts for, with its word on whose it is. */
async function claimsOf (folder: string): Promise<readonly Claim[]> {
  const { worker = `on ${folder}`, belonging, coordinators } = await walletIn(folder)
  if (belonging === undefined) throw new NightshiftError('NS_E_CONFIG', `worker ${worker} has not said whose it is`, { remedy: 'start it with --owner and the peer id of your coordinator' })
  return coordinators.flatMap(({ coordinator, receipt }) => receipt === undefined ? [] : [{ coordinator, receipt, belonging }])
}

async function documentIn (file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => { throw new NightshiftError('NS_E_INPUT_UNREADABLE', `${file} cannot be read`, { cause }) })
  if (text.length > MAX_NETTING_CHARS + 1) throw new NightshiftError('NS_E_USAGE', `${file} is no netting document: it is too long`)
  return text.trim()
}

/** A document is whole or not there. */
async function save (file: string, { document }: NettingStep): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify(document)}\n`, { mode: 0o600 })
  await rename(`${file}.new`, file)
}
