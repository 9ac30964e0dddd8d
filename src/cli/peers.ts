import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Redeemed } from '../api/wallet.ts'
import { WALLET_FILE } from '../composition/wallet-file.ts'
import { dataFolder } from '../config/paths.ts'
import type { NettingView, WorkerAccount } from '../coordinator/views.ts'
import type { DoubleUse, Redemption } from '../ledger/bank.ts'
import { NightshiftError } from '../model/errors.ts'
import { formatByc } from '../model/money.ts'
import type { CoordinatorAccount } from '../worker/views.ts'
import { connect } from './connect.ts'
import { confirmed } from './ledger.ts'
import { EXIT, print, printJson, printRows, say, shortPeer } from './output.ts'
import type { Format } from './output.ts'
import { readWallet, walletIn } from './stored.ts'

interface Common { readonly data?: string, readonly output: Format }

/** `nightshift wallet peers`: of a running coordinator by its API, of a worker, running or not, by the file it keeps. */
export async function peers (command: Common & { readonly worker?: boolean }): Promise<number> {
  const folder = command.data ?? (command.worker === true ? dataFolder('worker') : undefined)
  const wallet = folder === undefined ? undefined : await readFile(join(folder, WALLET_FILE), 'utf8').catch(() => undefined)
  if (folder !== undefined && wallet !== undefined) return ofWorker(command.output, readWallet(wallet, join(folder, WALLET_FILE)))
  if (command.worker === true) {
    throw new NightshiftError('NS_E_CONFIG', `no worker has run on ${folder ?? ''}`, { remedy: 'name its data folder with --data' })
  }
  return await ofCoordinator(command)
}

function ofWorker (format: Format, wallet: { readonly coordinators: readonly CoordinatorAccount[] }): number {
  printRows(format, 'coordinators', wallet.coordinators, {
    coordinator: row => shortPeer(row.coordinator), state: row => row.equivocated ? 'banned' : row.refusal?.code ?? row.unfair?.code ?? (row.connected ? 'connected' : 'away'),
    earned: row => `${row.earned} BYC`, receipted: row => row.receipted, netted: row => row.netted, receipt: row => String(row.seq),
    unpaid: row => row.exposure, leased: row => row.leased, limit: row => row.limit, lost: row => row.lost
  })
  if (format === 'json') return EXIT.done
  printRows(format, 'coordinators', wallet.coordinators, {
    coordinator: row => shortPeer(row.coordinator), accepted: row => String(row.conduct.accepted), paid: row => String(row.conduct.paid), 'never paid': row => String(row.conduct.unpaid),
    'taken back': row => String(row.conduct.late), 'refused without evidence': row => String(row.conduct.unexplained), 'with evidence': row => String(row.conduct.contested),
    'draws right': row => String(row.conduct.fairDraws), forged: row => String(row.conduct.forged), 'not shown': row => String(row.conduct.missingDraws)
  })
  for (const { coordinator, unfair } of wallet.coordinators) if (unfair !== undefined) print(`${shortPeer(coordinator)} gets no new work: ${unfair.text}`)
  return EXIT.done
}

async function ofCoordinator (command: Common): Promise<number> {
  const { workers, nettings, accused, doubleUses } = await (await connect(command.data)).get<{ workers: readonly WorkerAccount[], nettings: readonly NettingView[], accused: readonly { payer: string }[], doubleUses: readonly DoubleUse[] }>('/v1/wallet/peers')
  if (command.output === 'json') {
    printJson({ workers, nettings, accused, doubleUses })
    return EXIT.done
  }
  printRows('table', 'workers', workers, {
    worker: row => shortPeer(row.worker), state: row => row.ahead === undefined ? row.refusal?.code ?? (row.connected ? 'connected' : 'away') : `has receipt ${row.ahead.seq}`,
    paid: row => `${row.paid} BYC`, receipted: row => row.receipted, netted: row => row.netted, redeemed: row => row.redeemed, open: row => row.open, receipt: row => String(row.seq),
    acknowledged: row => `${row.acknowledged} (${row.acknowledgedSeq})`, pending: row => row.pending, 'asks to settle': row => row.settleAsked ? 'yes' : ''
  })
  for (const { coordinator, netted, seq, proposed } of nettings) {
    print(`netted with ${shortPeer(coordinator)}: ${netted} BYC on each side, agreement ${seq}${proposed === undefined ? '' : `; number ${proposed.seq} over ${proposed.amount} BYC is proposed and not answered`}`)
  }
  for (const { redemption } of doubleUses) print(`netted and redeemed: receipts to ${redemption.payee}, at the bank ${redemption.bank}; --output json has the proof`)
  for (const { payer } of accused) print(`proven to have signed what contradicts itself: ${payer}`)
  return EXIT.done
}

export async function deposit (peer: string, amount: string, command: Common): Promise<number> {
  const done = await (await connect(command.data)).post<{ peer: string, balance: string }>('/v1/wallet/deposit', { peer, amount })
  if (command.output === 'json') printJson(done)
  else print(`${shortPeer(done.peer)} has ${done.balance} BYC at this bank`)
  return EXIT.done
}

/** `nightshift wallet redeem FOLDER`: shows a worker's receipts to the bank this command talks to. */
export async function redeem (folder: string, command: Common & { readonly out?: string }): Promise<number> {
  const receipts = (await walletIn(folder)).coordinators.flatMap(({ receipt }) => receipt === undefined ? [] : [receipt])
  const bank = await connect(command.data)
  const redemptions: Redemption[] = []
  const redeemed: Redeemed[] = []
  let failure: unknown
  for (const receipt of receipts) {
    try {
      const redemption = await bank.post<Redemption>('/v1/wallet/redeem', receipt)
      redemptions.push(redemption)
      redeemed.push({ redemption, receipt })
    } catch (error) {
      failure ??= error
    }
  }
  if (redemptions.length === 0 && failure !== undefined) throw failure
  if (command.out !== undefined) await writeFile(command.out, `${JSON.stringify(redeemed)}\n`, { mode: 0o600 })
  printRows(command.output, 'redemptions', redemptions, {
    payer: row => shortPeer(row.payer), payee: row => shortPeer(row.payee), receipt: row => String(row.seq),
    moved: row => `${formatByc(BigInt(row.amount))} BYC`, 'in all': row => `${formatByc(BigInt(row.redeemed))} BYC`
  })
  return EXIT.done
}

/** `nightshift wallet redeemed FILE`: tells the payer what a bank has moved for its receipts. */
export async function redeemed (file: string, command: Common): Promise<number> {
  const words = await wordsIn(file)
  const payer = await connect(command.data)
  const { peerId } = await payer.get<{ peerId: string }>('/v1/status')
  const accounts: WorkerAccount[] = []
  for (const word of words.filter(({ redemption }) => redemption.payer === peerId)) accounts.push(await payer.post<WorkerAccount>('/v1/wallet/redeemed', word))
  printRows(command.output, 'workers', accounts, {
    worker: row => shortPeer(row.worker), receipted: row => row.receipted, netted: row => row.netted, redeemed: row => row.redeemed, open: row => row.open
  })
  return EXIT.done
}

async function wordsIn (file: string): Promise<readonly Redeemed[]> {
  try {
    const words: unknown = JSON.parse(await readFile(file, 'utf8'))
    if (Array.isArray(words)) return words as readonly Redeemed[]
  } catch (cause) {
    throw new NightshiftError('NS_E_INPUT_UNREADABLE', `${file} cannot be read`, { remedy: 'it is what "nightshift wallet redeem --out FILE" writes', cause })
  }
  throw new NightshiftError('NS_E_INPUT_UNREADABLE', `${file} has no words of a bank`, { remedy: 'it is what "nightshift wallet redeem --out FILE" writes' })
}

/** `nightshift ledger adopt-receipts`: never without the operator's word. */
export async function adoptReceipts (command: Common & { readonly yes?: boolean }): Promise<number> {
  const client = await connect(command.data)
  const { condition } = await client.get<{ condition?: { text: string } }>('/v1/status')
  if (condition !== undefined && command.yes !== true && !await confirmed(`${condition.text}\nBook what the workers hold receipts for? Do so only when no other process runs with this identity. [y/N] `)) {
    say('nothing was changed')
    return EXIT.error
  }
  const { adopted } = await client.post<{ adopted: readonly { worker: string, seq: number, receipted: string }[] }>('/v1/ledger/adopt-receipts', {})
  if (command.output === 'json') printJson({ adopted })
  else for (const { worker, seq, receipted } of adopted) print(`adopted receipt ${seq} to ${shortPeer(worker)}: ${receipted} BYC in all`)
  return EXIT.done
}
