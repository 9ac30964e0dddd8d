import { describe, expect, it } from 'vitest'
import type { Message } from '../../src/model/messages/control.ts'
import { signAttestation } from '../../src/verification/attestation.ts'
import { evidenceOf } from '../../src/verification/evidence.ts'
import type { Evidence } from '../../src/verification/evidence.ts'
import { evidenceToWire } from '../../src/verification/evidence-wire.ts'
import { doubtsInWindow, isBanned, newStanding } from '../../src/verification/reputation.ts'
import { namedSigner } from '../support/signer.ts'
import { simulatedJob } from './jobs.ts'
import { SimulatedNetwork } from './network.ts'

const ID = 'j-aaaaaaaaaaaaaaaa'
const NEXT = 'j-bbbbbbbbbbbbbbbb'

/** What `coordinator` has against w1 for a chunk: w1 did sign its result. */
function against (coordinator: string, chunk: number, { accused = 'w1', witness = coordinator } = {}): Evidence {
  const work = { jobId: ID, chunk, coordinator, inputHash: '1'.repeat(64), appHash: '2'.repeat(64), paramsHash: '3'.repeat(64), specHash: '4'.repeat(64), exitCode: 0 }
  const [mine, other] = [{ ...work, worker: accused, epoch: 1, resultHash: 'a'.repeat(64) }, { ...work, worker: witness, epoch: 2, resultHash: 'b'.repeat(64) }]
  const sign = (attestation: typeof mine): string => Buffer.from(signAttestation(attestation, namedSigner(attestation.worker))).toString('hex')
  return evidenceOf(mine, sign(mine), other, sign(other))
}

/** Two proven workers, and a third that tells tales. */
function proven (trusted: readonly string[] = []): SimulatedNetwork {
  const network = new SimulatedNetwork(80, { trusted })
  for (const name of ['w1', 'w2', 'teller']) network.addWorker(name, { taskMs: 50 })
  network.submit(simulatedJob(ID, { replicas: undefined }, 90_000_000_000n), 150)
  network.run(600_000)
  return network
}

function tell (network: SimulatedNetwork, evidence: Evidence, from = 'teller'): void {
  const message: Message = { evidence: evidenceToWire(evidence) }
  network.onCoordinator({ kind: 'message', peer: from, message })
}

describe('what others say of a worker', () => {
  it('takes it back to probation when they are strangers, and it works and is paid all the same', () => {
    const network = proven()
    for (let i = 0; i < 20; i++) tell(network, against(`stranger${i}`, i))
    const standing = network.coordinator.standings.get('w1') ?? newStanding('w1')
    expect(standing).toMatchObject({ strikes: [], passes: 0 })
    expect(doubtsInWindow(standing, network.now)).toBe(3)
    const before = network.earned('w1')
    network.submit(simulatedJob(NEXT, { replicas: undefined }, 90_000_000_000n), 100)
    network.run(600_000)
    expect(network.coordinator.jobs.get(NEXT)?.record.state).toBe('COMPLETED')
    expect(network.earned('w1')).toBeGreaterThan(before)
    expect(network.coordinator.incidents).toEqual([])
  })

  it('counts like a wrong result found here when the owner named who says it, once for each result', () => {
    const network = proven(['c2'])
    for (let i = 0; i < 3; i++) tell(network, against('c2', 1))
    expect(network.coordinator.standings.get('w1')?.strikes).toHaveLength(1)
    expect(network.coordinator.incidents).toMatchObject([{ worker: 'w1', reason: { code: 'WRONG_RESULT' }, evidence: { coordinator: 'c2' } }])
    tell(network, against('c2', 2))
    expect(isBanned(network.coordinator.standings.get('w1') ?? newStanding('w1'), network.now)).toBe(true)
  })

  it('bans nobody on the word of a stranger, whoever the witness is: the app may be one that gives something else each time', () => {
    const network = proven(['w2'])
    for (let i = 0; i < 3; i++) tell(network, against('stranger', i, { witness: 'w2' }))
    expect(network.coordinator.standings.get('w1')?.strikes).toEqual([])
    expect(network.coordinator.incidents).toEqual([])
  })

  it('changes nothing when the accused has not signed it, when it is about this coordinator, or when one tells too much', () => {
    const network = proven(['c2'])
    const passes = network.coordinator.standings.get('w1')?.passes
    const evidence = against('c2', 1)
    tell(network, { ...evidence, accused: { ...evidence.accused, resultHash: 'c'.repeat(64) } })
    tell(network, against('coordinator', 1))
    for (let i = 0; i < 60; i++) tell(network, { ...evidence, chunk: i + 100 })
    tell(network, against('c2', 77))
    expect(network.coordinator.standings.get('w1')).toMatchObject({ strikes: [], passes })
    expect(network.coordinator.evidence.size).toBe(0)
  })

  it('is kept as far as there is room: strangers crowd out each other, and nobody whom the owner named', () => {
    const network = proven(['c2'])
    const { evidence } = network.coordinator
    const stranger = against('stranger', 0)
    const ids = (): readonly string[] => [...evidence.values()].map(({ coordinator, chunk }) => `${coordinator}/${chunk}`)
    tell(network, against('c2', 1))
    for (let i = 0; i < 800; i++) evidence.set(`e${i}`, { ...stranger, chunk: i })
    tell(network, against('stranger', 900))
    expect(ids()).toHaveLength(801)
    expect(ids()).toEqual(expect.arrayContaining(['c2/1', 'stranger/1', 'stranger/900']))
    expect(ids()).not.toContain('stranger/0')
    for (let i = 0; i < 199; i++) evidence.set(`t${i}`, { ...against('c2', 1), chunk: 1000 + i })
    tell(network, against('c2', 2))
    expect(ids()).toHaveLength(1000)
    expect(ids()).not.toContain('stranger/1')
    expect(ids()).toEqual(expect.arrayContaining(['c2/1', 'c2/2']))
    expect(isBanned(network.coordinator.standings.get('w1') ?? newStanding('w1'), network.now)).toBe(true)
  })

  it('strikes once for one result, also when it is told again after it had to go', () => {
    const network = proven(['c2'])
    tell(network, against('c2', 1))
    network.coordinator.evidence.clear()
    tell(network, against('c2', 1))
    expect(network.coordinator.standings.get('w1')?.strikes).toHaveLength(1)
  })

  it('is told to the others once, never back, and not to the accused', () => {
    const network = proven()
    const told: string[] = []
    const watch = (name: string): void => {
      const state = network.worker(name)
      told.push(...[...state.told].map(() => name))
    }
    tell(network, against('stranger', 1))
    tell(network, against('stranger', 1), 'w2')
    network.quiet(1000)
    for (const name of ['w1', 'w2', 'teller']) watch(name)
    expect(told).toEqual(['w2'])
  })
})
