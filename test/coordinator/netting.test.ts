import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { channelOf } from '../../src/coordinator/channels.ts'
import { balance, peerAccount, userAccount } from '../../src/ledger/accounts.ts'
import { checkBooks } from '../../src/ledger/audit.ts'
import { bankAccount } from '../../src/ledger/bank.ts'
import type { DoubleUse } from '../../src/ledger/bank.ts'
import { signBelonging } from '../../src/ledger/belonging.ts'
import { checkProof } from '../../src/ledger/equivocation.ts'
import { encodeNetting, isAgreed, openNetting, signNetting } from '../../src/ledger/netting.ts'
import type { Netting, SignedNetting } from '../../src/ledger/netting.ts'
import { redeemedOf } from '../../src/ledger/payer.ts'
import { channelId } from '../../src/ledger/receipts.ts'
import { bookOf } from '../../src/worker/books.ts'
import { nettedWith } from '../../src/worker/netting.ts'
import { namedSigner } from '../support/signer.ts'
import { checkDoubleUse } from './check-double-use.ts'
import { Operators } from './netting-world.ts'
import type { CoordinatorAt, Death, WorkerAt } from './netting-world.ts'

const RUNS = process.env['NIGHTSHIFT_TEST_FULL'] === '1' ? 500 : 30
const VERIFY = namedSigner('anybody')

function must<T> (value: T | undefined): T {
  if (value === undefined) throw new Error('there is nothing')
  return value
}

/** Owed by one to workers of the other, receipted and acknowledged on both sides. */
async function crossing (a: bigint, b: bigint): Promise<Operators> {
  const operators = await Operators.open()
  const [A, B] = operators.side(0)
  await A.pays('b1', a, 1)
  await B.pays('a1', b, 2)
  await operators.deliver()
  return operators
}

const owed = (coordinator: CoordinatorAt, worker: string): bigint => balance(coordinator.state.ledger.account(peerAccount(worker)))
const user = (coordinator: CoordinatorAt): bigint => balance(coordinator.state.ledger.account(userAccount('local')))

/** I1, I2, I7, I8 and I9 with netting, at any moment. */
function expectSound (operators: Operators): void {
  for (const { state, name } of operators.coordinators) {
    checkBooks(state.ledger.accounts(), state.ledger.holds())
    expect(state.accused.size, `${name} accuses nobody`).toBe(0)
    expect(state.unbooked.size + state.ahead.size, `${name} has the newest books`).toBe(0)
    let given = 0n
    for (const worker of operators.workers) {
      const channel = channelOf(state, worker.name)
      const account = state.ledger.account(peerAccount(worker.name))
      const taken = channel.netted + redeemedOf(channel)
      given += taken
      expect(account.debitsPosted, 'what is netted and redeemed is booked').toBe(taken)
      expect(taken <= channel.cumulative, 'no more is netted and redeemed than receipted').toBe(true)
      expect(channel.redeemed.get('bank') ?? 0n, 'the payer knows what the bank moved').toBe(BigInt(operators.bank.state.redeemed.get(channelId(name, worker.name))?.redeemed ?? '0'))
      expect(nettedWith(worker.state, name) <= channel.netted, 'a worker knows of no netting its payer does not').toBe(true)
      expect(nettedWith(worker.state, name) <= bookOf(worker.state, name).channel.cumulative).toBe(true)
    }
    expect(user(operators.side(name === 'A' ? 0 : 1)[0]), 'what was relieved came to the user').toBe(given)
  }
  const [A, B] = operators.side(0)
  const [ab, ba] = [A.state.nettings.get('B'), B.state.nettings.get('A')]
  expect(Math.abs((ab?.seq ?? 0) - (ba?.seq ?? 0)), 'one side is one answer ahead at most').toBeLessThanOrEqual(1)
  if (ab?.seq === ba?.seq) {
    expect(ab?.hash).toBe(ba?.hash)
    expect([...ab?.netted ?? []].sort()).toEqual([...ba?.netted ?? []].sort())
    const relieved = (coordinator: CoordinatorAt): bigint => operators.workers.reduce((sum, { name }) => sum + channelOf(coordinator.state, name).netted, 0n)
    expect(relieved(A), 'both are relieved of the same').toBe(relieved(B))
  }
}

const side = fc.nat(1)
const death = fc.constantFrom<Death>('none', 'none', 'none', 'none', 'none', 'none', 'decided', 'written')
const amount = fc.bigInt(1n, 100n)
const often = fc.constantFrom(true, true, true, true, false)
/** counted from the last document */
const which = fc.constantFrom(0, 0, 0, 0, 1, 2, 5)
const action = fc.oneof(
  { weight: 4, arbitrary: fc.record({ pay: side, to: fc.nat(1), amount }) },
  { weight: 3, arbitrary: fc.record({ deliver: fc.constantFrom(true, true, true, false) }) },
  { weight: 1, arbitrary: fc.record({ meet: fc.constant(true) }) },
  { weight: 5, arbitrary: fc.record({ propose: side, most: fc.option(amount, { nil: undefined }), death }) },
  { weight: 5, arbitrary: fc.record({ answer: which, rightSide: often, accepted: often, death }) },
  { weight: 6, arbitrary: fc.record({ net: side, most: fc.option(amount, { nil: undefined }), death }) },
  { weight: 5, arbitrary: fc.record({ finish: which, rightSide: often, death }) },
  { weight: 1, arbitrary: fc.record({ redeem: side, worker: fc.nat(1), amount }) }
)

describe('netting', () => {
  it('cancels the same on both sides, to the unit, in books, channels and workers', async () => {
    const operators = await crossing(70n, 50n)
    const [A, B] = operators.side(0)
    const proposal = must(await operators.propose(0))
    expect([owed(A, 'b1'), owed(B, 'a1')], 'a proposal changes nothing').toEqual([70n, 50n])
    const agreement = must(await operators.answer(1, encodeNetting(proposal), true))
    expect([owed(A, 'b1'), owed(B, 'a1'), user(B)]).toEqual([70n, 0n, 50n])
    expect(await operators.finish(0, encodeNetting(agreement))).toBe(true)
    expect([owed(A, 'b1'), owed(B, 'a1'), user(A), user(B)]).toEqual([20n, 0n, 50n, 50n])
    await operators.deliver()
    expect([nettedWith(operators.worker('b1').state, 'A'), nettedWith(operators.worker('a1').state, 'B')]).toEqual([50n, 50n])
    expect([A.state.nettingUntold.size, B.state.nettingUntold.size]).toEqual([0, 0])
    await operators.worker('b1').start()
    expect(nettedWith(operators.worker('b1').state, 'A'), 'a restart keeps it').toBe(50n)
    expectSound(operators)
  })

  it('spreads over several workers, each of which is relieved by what it has', async () => {
    const operators = await crossing(30n, 10n)
    const [A, B] = operators.side(0)
    await A.pays('b2', 20n, 3)
    await B.pays('a2', 35n, 4)
    await operators.deliver()
    const proposal = must(await operators.propose(1))
    expect(proposal.netting.amount).toBe(45n)
    await operators.finish(1, encodeNetting(must(await operators.answer(0, encodeNetting(proposal), true))))
    await operators.deliver()
    expect([owed(A, 'b1') + owed(A, 'b2'), owed(B, 'a1'), owed(B, 'a2')]).toEqual([5n, 0n, 0n])
    expectSound(operators)
  })

  it('never gives anybody more than was earned, whatever is repeated, lost, declined, redeemed or killed', async () => {
    let agreed = 0
    await fc.assert(fc.asyncProperty(fc.array(action, { minLength: 20, maxLength: 40 }), async actions => {
      const operators = await crossing(40n, 60n)
      let id = 2
      const pick = (which: number): string | undefined => operators.documents.at(-1 - which % Math.max(1, operators.documents.length))
      const earned = new Map([['b1', 40n], ['a1', 60n]])
      for (const it of actions) {
        if ('pay' in it) {
          const [payer, other] = operators.side(it.pay)
          const worker = operators.workers.filter(({ owner }) => owner === other.name)[it.to]?.name ?? ''
          await payer.pays(worker, it.amount, ++id)
          earned.set(worker, (earned.get(worker) ?? 0n) + it.amount)
        } else if ('deliver' in it) {
          if (it.deliver) await operators.deliver()
          else operators.loseMail()
        } else if ('meet' in it) await operators.meet()
        else if ('redeem' in it) {
          const [payer, other] = operators.side(it.redeem)
          await operators.redeem(payer, operators.workers.filter(({ owner }) => owner === other.name)[it.worker] as WorkerAt, it.amount)
        } else if ('net' in it) {
          const proposal = await operators.propose(it.net, it.most)
          if (proposal === undefined) continue
          operators.side(1 - it.net)[0].dies = it.death
          const agreement = await operators.answer(1 - it.net, encodeNetting(proposal), true)
          if (agreement !== undefined) await operators.finish(it.net, encodeNetting(agreement))
        } else if ('propose' in it) {
          operators.side(it.propose)[0].dies = it.death
          await operators.propose(it.propose, it.most)
        } else {
          const document = pick('answer' in it ? it.answer : it.finish)
          if (document === undefined) continue
          const answers = openNetting(document, VERIFY).netting.accepter === 'A' ? 0 : 1
          const index = ('answer' in it) === it.rightSide ? answers : 1 - answers
          const [self] = operators.side(index)
          self.dies = it.death
          if ('answer' in it) await operators.answer(index, document, it.accepted)
          else await operators.finish(index, document)
        }
        for (const coordinator of operators.coordinators) coordinator.dies = 'none'
        if ('death' in it && it.death !== 'none') await operators.meet()
        expectSound(operators)
      }
      await conclude(operators)
      for (const coordinator of operators.coordinators) {
        for (const worker of operators.workers) expect(nettedWith(worker.state, coordinator.name)).toBe(channelOf(coordinator.state, worker.name).netted)
      }
      for (const { name, owner } of operators.workers) {
        const payer = must(operators.coordinators.find(coordinator => coordinator.name !== owner))
        const open = owed(payer, name)
        const channel = channelOf(payer.state, name)
        expect(open + channel.netted + balance(operators.bank.state.ledger.account(bankAccount(name))), 'owed, netted and moved by the bank is what was earned').toBe(earned.get(name) ?? 0n)
      }
      agreed += operators.documents.filter(text => isAgreed(openNetting(text, VERIFY))).length
    }), { numRuns: RUNS })
    expect(agreed, 'the runs are not idle').toBeGreaterThan(2 * RUNS)
  }, 300_000)

  it('gives way to the lower peer id when both have proposed, and accuses nobody', async () => {
    const operators = await crossing(70n, 50n)
    const [A, B] = operators.side(0)
    const [ours, theirs] = [must(await operators.propose(0, 10n)), must(await operators.propose(1, 20n))]
    await expect(A.does({ kind: 'net-answer', signed: theirs, accepted: true })).rejects.toThrow('that of A goes first')
    const agreement = must(await operators.answer(1, encodeNetting(ours), true))
    expect(await operators.finish(0, encodeNetting(agreement))).toBe(true)
    await expect(A.does({ kind: 'net-answer', signed: theirs, accepted: true })).rejects.toThrow('agreement 1 is here')
    expect([A.state.accused.size, B.state.accused.size, owed(A, 'b1'), owed(B, 'a1')]).toEqual([0, 0, 60n, 40n])
    expectSound(operators)
  })

  it('is done with when it is declined, and goes on at the next number', async () => {
    const operators = await crossing(70n, 50n)
    const proposal = must(await operators.propose(0))
    const declined = must(await operators.answer(1, encodeNetting(proposal), false))
    expect(declined.document.answer?.accepted).toBe(false)
    expect(await operators.finish(0, encodeNetting(declined))).toBe(true)
    const again = must(await operators.propose(0))
    expect(again.netting).toMatchObject({ seq: 2, prevHash: proposal.hash, amount: 50n })
    await operators.finish(0, encodeNetting(must(await operators.answer(1, encodeNetting(again), true))))
    await operators.deliver()
    expectSound(operators)
  })

  it.each<[string, (netting: Netting) => Partial<Netting>, RegExp]>([
    ['more than is receipted', it => scaled(it, 71n, 71n), /71 units in all of what A owes b1, receipt 1 is for 70/],
    ['more than is receipted, with a receipt nobody signed', it => scaled(it, 60n, 60n, 90n), /names receipt 1 to a1 over/],
    ['what was netted before', it => scaled(it, 40n, 20n), /says 20 are cancelled in all/],
    ['uneven sides', it => ({ claims: it.claims.map((claim, index) => index === 0 ? claim : { ...claim, amount: 1n }) }), /is relieved of 1 units, 50 are agreed/],
    ['another worker', it => ({ claims: it.claims.map(claim => claim.payee === 'a1' ? { ...claim, payee: 'a2' } : claim) }), /a2 has not signed that it belongs to A/],
    ['a gap', () => ({ seq: 3 }), /does not continue agreement 0/]
  ])('is refused for %s', async (_, change, why) => {
    const operators = await crossing(70n, 50n)
    const { netting, document } = must(await operators.propose(0))
    const forged = signNetting({ ...netting, ...change(netting) }, document.belongings, namedSigner('A'))
    const B = operators.side(1)[0]
    await expect((async () => { await B.does({ kind: 'net-answer', signed: openNetting(encodeNetting(forged), VERIFY), accepted: true }) })()).rejects.toThrow(why)
    expect(owed(B, 'a1')).toBe(50n)
  })

  it('takes no claim of a worker that belongs to somebody else, or says nothing', async () => {
    const operators = await crossing(70n, 50n)
    const [A] = operators.side(0)
    const [claim] = operators.claims(A, operators.side(1)[0])
    const stranger = signBelonging('C', namedSigner('a1'))
    await expect(A.does({ kind: 'net-propose', peer: 'B', claims: [{ receipt: must(claim).receipt, belonging: stranger }] })).rejects.toThrow('has not signed that it belongs')
    const forged = { ...must(claim).belonging, signature: stranger.signature }
    await expect(A.does({ kind: 'net-propose', peer: 'B', claims: [{ receipt: must(claim).receipt, belonging: forged }] })).rejects.toThrow('has not signed that it belongs')
    A.state.belongings.clear()
    await expect(A.does({ kind: 'net-propose', peer: 'B', claims: operators.claims(A, operators.side(1)[0]) })).rejects.toThrow('nothing to net')
  })

  it('proves two proposals of one number, and accept and decline of one, to anybody', async () => {
    const operators = await crossing(70n, 50n)
    const [A, B] = operators.side(0)
    const proposal = must(await operators.propose(0))
    const agreement = must(await operators.answer(1, encodeNetting(proposal), true))
    const other = signNetting(scaledTo(proposal, 40n), proposal.document.belongings, namedSigner('A'))
    await B.does({ kind: 'net-answer', signed: other, accepted: true })
    expect(owed(B, 'a1'), 'nothing is booked for it').toBe(0n)
    const proof = JSON.parse(JSON.stringify(must(B.state.accused.get('A')))) as Parameters<typeof checkProof>[0]
    expect(checkProof(proof, VERIFY)).toEqual({ payer: 'A', what: 'netting agreements', seq: 1 })
    expect(() => checkProof({ ...proof, second: proof.first }, VERIFY)).toThrow('do not contradict')
    expect(() => checkProof({ ...proof, payer: 'B' }, VERIFY)).toThrow('signature')
    await operators.deliver()
    expect(operators.workers.map(({ state }) => state.books.get('A')?.proof), 'workers are told').not.toContain(undefined)
    await expect(B.does({ kind: 'net-propose', peer: 'A', claims: operators.claims(B, A) })).rejects.toThrow('contradicts itself')
    // the other way: B shows A both a no and a yes
    const C = await crossing(70n, 50n)
    const asked = must(await C.propose(0))
    const no = must(await C.answer(1, encodeNetting(asked), false))
    expect(await C.finish(0, encodeNetting(no))).toBe(true)
    await C.side(0)[0].does({ kind: 'net-finish', signed: agreementOf(asked, agreement) })
    expect(checkProof(must(C.side(0)[0].state.accused.get('B')), VERIFY)).toEqual({ payer: 'B', what: 'netting agreements', seq: 1 })
    expect(owed(C.side(0)[0], 'b1')).toBe(70n)
  })

  it('counts at a bank that is shown it; one that is not moves too much, which is proven', async () => {
    const operators = await crossing(70n, 50n)
    const [A] = operators.side(0)
    const { bank } = operators
    const agreement = must(await operators.answer(1, encodeNetting(must(await operators.propose(0))), true))
    await operators.finish(0, encodeNetting(agreement))
    const receipt = must(operators.worker('b1').receiptOf('A'))
    await bank.does({ kind: 'deposit', peer: 'A', amount: 1000n })
    const uninformed = new Operators().bank
    await uninformed.start()
    await uninformed.does({ kind: 'deposit', peer: 'A', amount: 1000n })
    await bank.does({ kind: 'net-finish', signed: agreement })
    await bank.start()
    await bank.does({ kind: 'redeem', receipt })
    expect(balance(bank.state.ledger.account(bankAccount('b1')))).toBe(20n)
    await expect(bank.does({ kind: 'redeem', receipt })).rejects.toThrow(/nothing is left of receipt 1/)
    const honest = must(bank.state.redeemed.get(receipt.receipt.channel))
    expect(() => checkDoubleUse({ redemption: honest, receipt: { body: receipt.body, signature: receipt.signature }, netting: agreement.document }, VERIFY)).toThrow('nothing was taken twice')

    await uninformed.does({ kind: 'redeem', receipt })
    const redemption = must(uninformed.state.redeemed.get(receipt.receipt.channel))
    await A.does({ kind: 'note-redemption', redemption, receipt })
    expect(A.state.incidents.map(({ worker, reason }) => [worker, reason.code])).toEqual([['b1', 'DOUBLE_USE']])
    const proof: DoubleUse = { redemption, receipt: { body: receipt.body, signature: receipt.signature }, netting: agreement.document }
    expect(checkDoubleUse(JSON.parse(JSON.stringify(proof)) as DoubleUse, VERIFY)).toBe(50n)
    expect([owed(A, 'b1'), channelOf(A.state, 'b1').cumulative - channelOf(A.state, 'b1').netted - redeemedOf(channelOf(A.state, 'b1'))]).toEqual([0n, -50n])
  })

  it('is bound by a proposal that was open while a bank moved the same, and has the proof', async () => {
    const operators = await crossing(70n, 50n)
    const [A] = operators.side(0)
    const { bank } = operators
    const receipt = must(operators.worker('b1').receiptOf('A'))
    const proposal = must(await operators.propose(0))
    await bank.does({ kind: 'deposit', peer: 'A', amount: 1000n })
    await bank.does({ kind: 'redeem', receipt })
    const redemption = must(bank.state.redeemed.get(receipt.receipt.channel))
    await A.does({ kind: 'note-redemption', redemption, receipt })
    await operators.finish(0, encodeNetting(must(await operators.answer(1, encodeNetting(proposal), true))))
    await operators.deliver()
    expect([owed(A, 'b1'), user(A), channelOf(A.state, 'b1').netted, nettedWith(operators.worker('b1').state, 'A')]).toEqual([0n, 70n, 50n, 50n])
    expect(A.state.incidents.at(-1)?.reason.text).toContain('taken twice')
    for (let time = 0; time < 2; time++) await A.does({ kind: 'note-redemption', redemption, receipt })
    await A.start()
    expect(checkDoubleUse(must(A.state.doubleUses.get('b1')), VERIFY)).toBe(50n)
  })

  it('does not net what a bank has moved already', async () => {
    const operators = await crossing(70n, 50n)
    const [A] = operators.side(0)
    await operators.redeem(A, operators.worker('b1'), 45n)
    const proposal = must(await operators.propose(1))
    await expect(A.does({ kind: 'net-answer', signed: proposal, accepted: true })).rejects.toThrow(/are left: the rest was netted or redeemed before/)
    expect(must(await operators.answer(0, encodeNetting(proposal), false)).document.answer?.accepted).toBe(false)
    expect(await operators.finish(1, encodeNetting(must(operators.side(0)[0].state.nettings.get('B')?.last)))).toBe(true)
    expect(must(await operators.propose(0)).netting.amount).toBe(25n)
  })

  it('comes back with the workers, at the operator\'s word, after the disk was lost', async () => {
    const operators = await crossing(70n, 50n)
    const [A] = operators.side(0)
    const agreement = must(await operators.answer(1, encodeNetting(must(await operators.propose(0))), true))
    await operators.finish(0, encodeNetting(agreement))
    await operators.deliver()
    await A.loseDisk()
    await operators.meet()
    expect([A.state.ahead.size, A.state.unbooked.size]).toEqual([1, 1])
    await expect(A.does({ kind: 'net-propose', peer: 'B', claims: [] })).rejects.toMatchObject({ code: 'NS_E_BEHIND' })
    await A.does({ kind: 'adopt-receipts' })
    await operators.deliver()
    expect([owed(A, 'b1'), user(A), A.state.nettings.get('B')?.seq, A.state.nettings.get('B')?.hash]).toEqual([20n, 50n, 1, agreement.hash])
    expectSound(operators)
  })

  it('binds a coordinator that has forgotten its proposal by its own signature', async () => {
    const operators = await crossing(70n, 50n)
    const [A] = operators.side(0)
    const agreement = must(await operators.answer(1, encodeNetting(must(await operators.propose(0))), true))
    await A.loseDisk()
    await operators.meet()
    await expect(A.does({ kind: 'net-finish', signed: agreement })).rejects.toMatchObject({ code: 'NS_E_BEHIND' })
    await A.does({ kind: 'adopt-receipts' })
    expect(await operators.finish(0, encodeNetting(agreement))).toBe(true)
    await operators.deliver()
    expect([owed(A, 'b1'), user(A)]).toEqual([20n, 50n])
    expectSound(operators)
  })

  it('is believed by a worker only when both have signed it and it said itself whose it is', async () => {
    const operators = await crossing(70n, 50n)
    const b1 = operators.worker('b1')
    const proposal = must(await operators.propose(0))
    const forged = signNetting(proposal.netting, [signBelonging('B', namedSigner('b2')), ...proposal.document.belongings.filter(({ worker }) => worker !== 'b1')], namedSigner('A'))
    for (const text of [encodeNetting(proposal), encodeNetting(forged), 'nonsense']) {
      await b1.does({ kind: 'message', peer: 'A', message: { netting: { document: new Uint8Array(Buffer.from(text)) } } })
      expect(nettedWith(b1.state, 'A')).toBe(0n)
    }
  })
})

/** Everything that is open is answered and everybody is told. */
async function conclude (operators: Operators): Promise<void> {
  await operators.meet()
  for (let round = 0; round < 6; round++) {
    for (const index of [0, 1]) {
      const [self, peer] = operators.side(index)
      const open = self.state.nettings.get(peer.name)?.open
      if (open !== undefined) await operators.answer(1 - index, encodeNetting(open), false)
      const last = self.state.nettings.get(peer.name)?.last
      if (last !== undefined) await operators.finish(1 - index, encodeNetting(last))
    }
  }
  await operators.meet()
  const [A, B] = operators.side(0)
  expect(A.state.nettings.get('B')?.hash).toBe(B.state.nettings.get('A')?.hash)
  expect([A.state.nettings.get('B')?.open, B.state.nettings.get('A')?.open]).toEqual([undefined, undefined])
  expectSound(operators)
}

function scaled (netting: Netting, amount: bigint, netted: bigint, cumulative?: bigint): Partial<Netting> {
  return { amount, claims: netting.claims.map(claim => ({ ...claim, amount, netted, receipt: cumulative === undefined ? claim.receipt : { ...claim.receipt, cumulative } })) }
}

function scaledTo ({ netting }: SignedNetting, amount: bigint): Netting {
  return { ...netting, ...scaled(netting, amount, amount) }
}

/** The same question with the yes that was given elsewhere: both worlds have the same keys, receipts and figures. */
function agreementOf (asked: SignedNetting, agreement: SignedNetting): SignedNetting {
  expect(asked.hash).toBe(agreement.hash)
  return agreement
}
