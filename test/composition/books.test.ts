import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import '../../src/network/polyfill.ts'
import { openCoordinator } from '../../src/composition/coordinator-node.ts'
import { condemnsBooks, openQuarantined } from '../../src/composition/quarantine.ts'
import type { Account } from '../../src/ledger/accounts.ts'
import { userAccount } from '../../src/ledger/accounts.ts'
import { createLogger } from '../../src/observe/logger.ts'

describe('the books of a running coordinator', () => {
  let dir: string
  beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'nightshift-running-books-')) })
  afterEach(async () => { await rm(dir, { recursive: true, force: true }) })

  it('end its work when memory and disk say different things: quarantined, it shows what the disk says', async () => {
    const log = createLogger('silent')
    const node = await openCoordinator({ dataDir: dir, listen: ['/ip4/127.0.0.1/tcp/0'], peers: [], mdns: false, profile: 'local', openingBalance: '1', trusted: [], log })
    const user = node.services.state.ledger.account(userAccount('local'))
    let found: Error | undefined
    try {
      await node.request({ kind: 'checkpoint' })
      const { ledger } = node.services.state
      expect(ledger.checkpoint).toMatchObject({ seq: 1, peer: node.peerId })
      // a bit that fell over in memory
      ;(ledger.view.accounts as Map<string, Account>).set(user.id, { ...user, creditsPosted: user.creditsPosted + 64n })
      await node.request({ kind: 'checkpoint' })
      found = await node.failed
      expect(found).toMatchObject({ code: 'NS_E_LEDGER', message: expect.stringMatching(/account user:local has creditsPosted/) as string })
      await expect(node.request({ kind: 'tick' })).rejects.toMatchObject({ code: 'NS_E_LEDGER' })
    } finally {
      await node.close()
    }
    if (!condemnsBooks(found)) expect.fail('it is no reason for a quarantine')
    const { services, quarantine } = await openQuarantined({ dataDir: dir, log }, found)
    expect(services.state.ledger.account(user.id)).toEqual(user)
    expect(quarantine?.why.message).toBe(found.message)
  }, 60_000)
})
