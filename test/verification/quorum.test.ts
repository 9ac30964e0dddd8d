import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { commitment, holdIdOf, merkleRoot, opensCommitment } from '../../src/verification/commitment.ts'
import { decide, decideByMajority } from '../../src/verification/quorum.ts'
import { isBanned, newStanding, withNodeFailure, withPass, withStrike, CIRCUIT_OPEN_MS, circuitOf, STRIKE_WINDOW_MS } from '../../src/verification/reputation.ts'

const vote = (epoch: number, value: string, group = `g${epoch}`, trusted = false) => ({ epoch, value, group, trusted })

describe('what revealed results say', () => {
  it('waits for the quorum, and counts one vote per group', () => {
    expect(decide([vote(1, 'a')], 2)).toEqual({ kind: 'wait', missing: 1 })
    expect(decide([vote(1, 'a', 'same'), vote(2, 'a', 'same')], 2)).toEqual({ kind: 'wait', missing: 1 })
    expect(decide([vote(1, 'a'), vote(2, 'a')], 2)).toEqual({ kind: 'agreed', value: 'a', winners: [1, 2], losers: [] })
  })

  it('never outvotes a difference: only a trusted run settles it', () => {
    expect(decide([vote(1, 'a'), vote(2, 'b'), vote(3, 'a')], 2)).toEqual({ kind: 'dispute', values: 2 })
    expect(decide([vote(1, 'a'), vote(2, 'b'), vote(3, 'b', 'me', true)], 2)).toEqual({ kind: 'agreed', value: 'b', winners: [2, 3], losers: [1] })
  })

  it('falls back on more votes where nobody is trusted', () => {
    expect(decideByMajority([vote(1, 'a'), vote(2, 'b')], 2).kind).toBe('wait')
    expect(decideByMajority([vote(1, 'a'), vote(2, 'b'), vote(3, 'a')], 2)).toMatchObject({ kind: 'agreed', value: 'a' })
    expect(decideByMajority([vote(1, 'a'), vote(2, 'b'), vote(3, 'a'), vote(4, 'b')], 2).kind).toBe('wait')
  })
})

describe('commitments', () => {
  const attempt = { jobId: 'j-aaaaaaaaaaaaaaaa', chunk: 3, epoch: 2 }
  const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })

  it('open only with the very result, nonce, attempt and worker they were made of', () => {
    fc.assert(fc.property(bytes32, bytes32, fc.nat(31), fc.integer({ min: 1, max: 255 }), (result, nonce, at, flip) => {
      const made = commitment(attempt, 'worker', result, nonce)
      const other = Uint8Array.from(result, (byte, i) => i === at ? byte ^ flip : byte)
      expect(opensCommitment(made, attempt, 'worker', result, nonce)).toBe(true)
      expect(opensCommitment(made, attempt, 'worker', other, nonce)).toBe(false)
      expect(opensCommitment(made, attempt, 'copier', result, nonce)).toBe(false)
      expect(opensCommitment(made, { ...attempt, epoch: 3 }, 'worker', result, nonce)).toBe(false)
    }))
  })

  it('give a different hold to every attempt, and a root that depends on every leaf', () => {
    expect(holdIdOf(attempt)).not.toBe(holdIdOf({ ...attempt, epoch: 3 }))
    fc.assert(fc.property(fc.array(bytes32, { minLength: 1, maxLength: 9 }), fc.nat(8), (leaves, pick) => {
      const at = pick % leaves.length
      const changed = leaves.map((leaf, i) => i === at ? Uint8Array.from(leaf, byte => byte ^ 1) : leaf)
      expect(Buffer.compare(merkleRoot(leaves), merkleRoot(changed))).not.toBe(0)
      expect(Buffer.compare(merkleRoot(leaves), merkleRoot([...leaves, new Uint8Array(32)]))).not.toBe(0)
    }))
  })
})

describe('reputation', () => {
  it('bans after two strikes inside the window, not over it', () => {
    const once = withStrike(newStanding('g'), 1000)
    expect(isBanned(once, 1000)).toBe(false)
    expect(isBanned(withStrike(once, 2000), 2000)).toBe(true)
    expect(isBanned(withStrike(once, 2000 + STRIKE_WINDOW_MS), 2000 + STRIKE_WINDOW_MS)).toBe(false)
  })

  it('opens the circuit after three different jobs failed by the node\'s fault, and closes it with a success', () => {
    const failing = ['j1', 'j1', 'j2', 'j3'].reduce((standing, job) => withNodeFailure(standing, job, 1000), newStanding('g'))
    expect(circuitOf(failing, 1001)).toBe('open')
    expect(circuitOf(failing, 1000 + CIRCUIT_OPEN_MS)).toBe('half-open')
    expect(circuitOf(withNodeFailure(failing, 'j4', 1_000_000), 1_000_001)).toBe('open')
    expect(circuitOf(withPass(failing, 'app', 0), 1001)).toBe('closed')
  })
})
