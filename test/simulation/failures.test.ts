import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { escrowAccount, peerAccount } from '../../src/ledger/accounts.ts'
import { simulatedJob } from './jobs.ts'
import { SimulatedNetwork } from './network.ts'

const ID = 'j-aaaaaaaaaaaaaaaa'

describe('the end of a job', () => {
  it('gives back what a defect left reserved, and says so', () => {
    const network = new SimulatedNetwork(61)
    network.submit(simulatedJob(ID), 3)
    const { ledger } = network.coordinator
    const holdId = createHash('sha256').update('leaked').digest('hex')
    ledger.apply({
      key: 'leak', at: network.now, incarnation: 1,
      transfers: [{ kind: 'hold', holdId, debit: escrowAccount(ID), credit: peerAccount('w1'), amount: 5n, ref: {} }]
    })
    network.onCoordinator({ kind: 'abort', jobId: ID })
    expect(ledger.account(escrowAccount(ID)).debitsPending).toBe(0n)
    expect(network.escrow(ID)).toBe(0n)
    expect(network.notes).toContainEqual(expect.stringMatching(/a defect/))
  })

  it('finds nothing left reserved when all went well', () => {
    const network = new SimulatedNetwork(62)
    for (const name of ['w1', 'w2']) network.addWorker(name, { taskMs: 1000 })
    network.submit(simulatedJob(ID), 10)
    network.run(5000)
    network.onCoordinator({ kind: 'abort', jobId: ID })
    expect(network.coordinator.ledger.account(escrowAccount(ID)).debitsPending).toBe(0n)
    expect(network.notes.join()).not.toMatch(/a defect/)
  })
})
