import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ApiClient } from '../../api/client.ts'
import { WALLET_FILE } from '../../composition/wallet-file.ts'
import type { WorkerAccount } from '../../coordinator/views.ts'
import { balance } from '../../ledger/accounts.ts'
import { checkJournal } from '../../ledger/check-journal.ts'
import { errorMessage } from '../../model/errors.ts'
import { verifySignature } from '../../model/messages/signing.ts'
import { formatByc } from '../../model/money.ts'
import type { CoordinatorAccount } from '../../worker/views.ts'
import type { HostileCluster } from './hostile-cluster.ts'

/** What does not fit in the books, in words; nothing when all is well. */
export interface BooksCheck {
  readonly entries: number
  readonly issued: string
  readonly problems: readonly string[]
}

/** The last receipts have this long to be countersigned, milliseconds. */
const AGREEMENT_MS = 45_000
const POLL_MS = 250

/**
 * Does the coordinator's whole journal once more, and holds its accounts against what every worker's
 * own wallet says. Waits a while for the last receipts to go their way.
 */
export async function checkAccounts (cluster: HostileCluster, signal: AbortSignal): Promise<BooksCheck> {
  const api = await cluster.api()
  const patience = AbortSignal.any([signal, AbortSignal.timeout(AGREEMENT_MS)])
  let disagreements = await disagreementsOf(api, cluster)
  while (disagreements.length > 0 && !patience.aborted) {
    await delay(POLL_MS, undefined, { signal: patience }).catch(() => undefined)
    disagreements = await disagreementsOf(api, cluster)
  }
  try {
    const { entries, accounts, holds, books } = await checkJournal(api.textLines('/v1/ledger/journal'), { verify: verifySignature })
    const sum = [...accounts.values()].reduce((total, account) => total + balance(account), 0n)
    const problems = [
      ...sum === 0n ? [] : [`the sum of all accounts is ${formatByc(sum)} BYC instead of 0`],
      ...[...holds.values()].map(hold => `the hold ${hold.id} of ${formatByc(hold.amount)} BYC was neither posted nor voided`),
      ...[...accounts.values()].filter(account => account.id.startsWith('escrow:') && balance(account) !== 0n).map(account => `${formatByc(balance(account))} BYC are left in ${account.id}`),
      ...disagreements
    ]
    return { entries, issued: formatByc(books.issued), problems }
  } catch (error) {
    return { entries: 0, issued: '0', problems: [errorMessage(error), ...disagreements] }
  }
}

/** Where a worker's own receipts are not what the coordinator has in its books. */
async function disagreementsOf (api: ApiClient, cluster: HostileCluster): Promise<readonly string[]> {
  const { workers } = await api.get<{ workers: readonly WorkerAccount[] }>('/v1/wallet/peers')
  const found = await Promise.all(cluster.workers.map(async ({ node }) => {
    const theirs = workers.find(({ worker }) => worker === node.peerId)
    const own = await walletOf(node.dataDir, cluster.coordinator.peerId)
    const [paid, receipted, acknowledged, shown] = [theirs?.paid ?? '0', theirs?.receipted ?? '0', theirs?.acknowledged ?? '0', own?.receipted ?? '0']
    if (paid === receipted && receipted === acknowledged && shown === paid) return []
    return [`${node.name} was paid ${paid} BYC, has receipts for ${receipted}, has countersigned ${acknowledged}, and its own wallet says ${shown}`]
  }))
  return found.flat()
}

async function walletOf (dataDir: string, coordinator: string): Promise<CoordinatorAccount | undefined> {
  const text = await readFile(join(dataDir, WALLET_FILE), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : (JSON.parse(text) as { coordinators: readonly CoordinatorAccount[] }).coordinators.find(account => account.coordinator === coordinator)
}
