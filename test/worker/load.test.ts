import { expect, it } from 'vitest'
import { BASE_CREDIT } from '../../src/ledger/credit.ts'
import { NO_RECEIPT_HASH, channelId, signReceipt } from '../../src/ledger/receipts.ts'
import type { Store } from '../../src/model/store.ts'
import { KEYS } from '../../src/worker/keys.ts'
import { loadWorker } from '../../src/worker/load.ts'
import { namedSigner } from '../support/signer.ts'

const HARDWARE = { cores: 4, cpuModel: 'sim', arch: 'x64', platform: 'linux', memoryMiB: 8192, memoryAvailableMiB: 8192, diskFreeMiB: 10_000, gpus: [] }
const CONFIG = { slots: 1, priceLevel: 1000, images: { allow: [], deny: [] }, isolation: 'namespaces', operator: '', hardware: HARDWARE, memoryMiB: 1024, cores: 4, creditLimit: BASE_CREDIT } as const

/** A database with one receipt of a coordinator for the worker `payee`. */
function paid (payee: string): Store {
  const { body, signature } = signReceipt({
    payer: 'coordinator', payee, channel: channelId('coordinator', payee), seq: 1, cumulative: 5n, prevHash: NO_RECEIPT_HASH, covers: [], ledger: { seq: 1, hash: NO_RECEIPT_HASH }
  }, namedSigner('coordinator'))
  const key = `${KEYS.receipt}coordinator/1`
  return {
    get: async () => await Promise.resolve(undefined),
    range: async function * ({ gte }: { readonly gte: string }) {
      await Promise.resolve()
      if (gte === KEYS.receipt) yield [key, JSON.stringify({ body, signature })] as const
    }
  } as unknown as Store
}

it('a worker does not start on the books of another identity: it would blame coordinators for knowing nothing of it', async () => {
  const start = async (self: string): Promise<unknown> => await loadWorker(paid('before'), namedSigner(self), CONFIG, { platforms: [], runtimes: [], egress: false })
  await expect(start('before')).resolves.toBeDefined()
  await expect(start('after')).rejects.toMatchObject({ code: 'NS_E_CONFIG', message: expect.stringContaining('those of before'), remedy: expect.stringContaining('identity.key') })
})
