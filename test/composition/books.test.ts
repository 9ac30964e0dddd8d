import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import '../../src/network/polyfill.ts'
import { openCoordinator } from '../../src/composition/coordinator-node.ts'
import type { Account } from '../../src/ledger/accounts.ts'
import { userAccount } from '../../src/ledger/accounts.ts'
import { createLogger } from '../../src/observe/logger.ts'

describe('the books of a running coordinator', () => {
  let dir: string
  beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'nightshift-running-books-')) })
  afterEach(async () => { await rm(dir, { recursive: true, force: true }) })

  it('end the node when memory and disk say different things', async () => {
    const node = await openCoordinator({ dataDir: dir, listen: ['/ip4/127.0.0.1/tcp/0'], peers: [], mdns: false, profile: 'local', openingBalance: '1', trusted: [], log: createLogger('silent') })
    try {
      await node.request({ kind: 'checkpoint' })
      expect(node.services.state.ledger.checkpoint).toMatchObject({ seq: 1, peer: node.peerId })
      const { ledger } = node.services.state
      const user = ledger.account(userAccount('local'))
      // a bit that fell over in memory
      ;(ledger.view.accounts as Map<string, Account>).set(user.id, { ...user, creditsPosted: user.creditsPosted + 64n })
      await node.request({ kind: 'checkpoint' })
      expect(await node.failed).toMatchObject({ code: 'NS_E_LEDGER', message: expect.stringMatching(/account user:local has creditsPosted/) as string })
      await expect(node.request({ kind: 'tick' })).rejects.toMatchObject({ code: 'NS_E_LEDGER' })
    } finally {
      await node.close()
    }
  }, 60_000)
})
