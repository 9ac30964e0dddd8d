import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkFile } from '../../src/cli/receipts.ts'
import type { Checked } from '../../src/cli/receipts.ts'
import type { BatchLine } from '../../src/verification/job-receipt.ts'
import { sealHead, sealLine, SEAL_END } from '../../src/verification/sealed.ts'
import { MerkleTree } from '../../src/verification/merkle.ts'
import { simulatedJob } from '../simulation/jobs.ts'
import { SimulatedNetwork } from '../simulation/network.ts'
import { receiptOf } from '../simulation/receipt.ts'
import { namedSigner } from '../support/signer.ts'

const ID = 'j-aaaaaaaaaaaaaaaa'
const signer = namedSigner('coordinator')

/** The same with another last digit. */
const otherDigit = (found: string): string => found.slice(0, -1) + (found.endsWith('0') ? '1' : '0')

/** The receipt of a whole job with a liar in it. */
async function made (chunks: number, replicas: number | undefined): Promise<string> {
  const network = new SimulatedNetwork(7)
  for (const name of ['w1', 'w2', 'w3']) network.addWorker(name, { taskMs: 50 })
  network.addWorker('liar', { taskMs: 40, lies: true })
  network.submit(simulatedJob(ID, { replicas }, 90_000_000_000n), chunks)
  network.run(10_000_000)
  expect(network.coordinator.jobs.get(ID)?.record.state).toBe('COMPLETED')
  return await receiptOf(network, ID)
}

describe('the receipt of a job', () => {
  let dir = ''
  let text = ''
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nightshift-receipt-'))
    text = await made(120, undefined)
  })
  afterAll(async () => { await rm(dir, { recursive: true, force: true }) })

  async function check (content: string | Uint8Array): Promise<Checked> {
    const file = join(dir, 'receipt.json')
    await writeFile(file, content)
    return await checkFile(file, signer)
  }

  async function problems (content: string | Uint8Array): Promise<readonly string[]> {
    return (await check(content)).problems.named.map(({ where, what }) => `${where}: ${what}`)
  }

  it('is JSON, holds, and says how every chunk was found right', async () => {
    const { job, problems: found } = await check(text)
    expect(found.named).toEqual([])
    const { lines, statement } = JSON.parse(text) as { lines: { verified?: { how: string } }[], statement: Record<string, any> }
    const batches = lines.findIndex(line => line.verified !== undefined)
    expect(new Set(lines.slice(batches).map(line => line.verified?.how))).toEqual(new Set(['trusted', 'agreed', 'audited', 'batch']))
    expect(statement).toMatchObject({ job: ID, state: 'COMPLETED', chunks: 120, decided: 120, failed: 0, batches, checks: { batches } })
    expect(statement.strikes).toBeGreaterThanOrEqual(2)
    expect(statement.confidence.achieved).toBeGreaterThan(99)
    expect(job?.attestations).toBeGreaterThan(120)
    expect(text.length / 120).toBeLessThan(1200)
  })

  /** Changes single bits between two places. */
  async function changeBits (bytes: Uint8Array, from: number, to: number, runs: number): Promise<void> {
    await fc.assert(fc.asyncProperty(fc.integer({ min: from, max: to - 1 }), fc.nat(7), async (at, bit) => {
      const changed = Uint8Array.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ (1 << bit)
      expect(await problems(changed)).not.toEqual([])
    }), { numRuns: process.env['NIGHTSHIFT_TEST_FULL'] === '1' ? 50 * runs : runs })
  }

  it('never holds with any bit of it changed', async () => {
    const bytes = Buffer.from(await made(3, 2))
    expect(await problems(bytes)).toEqual([])
    await changeBits(bytes, 0, bytes.length, 400)
  })

  it('never holds with any bit of its batches changed', async () => {
    await changeBits(Buffer.from(text), text.indexOf('{"batch":0'), text.indexOf('{"chunk":0'), 40)
  })

  it('does not hold cut short, or with something added', async () => {
    for (const cut of [0, 1, 100, Math.floor(text.length / 2), text.length - 2]) expect(await problems(text.slice(0, cut))).not.toEqual([])
    expect(await problems(`${text}x`)).toEqual([expect.stringMatching(/something follows its end/)])
    expect(await problems(`${text}\n`)).toEqual([expect.stringMatching(/something follows its end/)])
  })

  it.each<[string, (text: string) => string, RegExp]>([
    ['a result', it => it.replace(/"chunk":7,.*?"resultHash":"./, otherDigit), /^chunk 7: the attestation of worker w\d does not hold/],
    ['an attestation', it => it.replace(/"chunk":9,.*?"attestation":"./, otherDigit), /^chunk 9: the attestation of worker w\d does not hold/],
    ['what was paid', it => it.replace(/("chunk":11,.*?"paid":")(\d+)/, (_, before: string, paid: string) => `${before}${BigInt(paid) + 1n}`), /^chunk 11: its line was changed, in what makes up paid/],
    ['how sure it is', it => it.replace(/("chunk":3,.*?"risk":)\d+/, '$1999999'), /^chunk 3: its line was changed, in what makes up risk/],
    ['a commitment in a batch', it => it.replace(/"batch":0,.*?"results":\[\[\d+,\d+,"./, otherDigit), /^batch 0: its (draw is not what the seed comes to|line was changed)/],
    ['what was drawn', it => it.replace(/("batch":0,.*?"drawn":\[)(\d+)/, (_, before: string, place: string) => `${before}${Number(place) + 1}`), /^batch 0: its draw is not what the seed comes to: result \d+ was audited and did not draw it/],
    ['its check', it => it.replace(/"chunk":5,.*?"check":"./, otherDigit), /^chunk 5: its check was changed/],
    ['the statement', it => it.replace('"strikes":', '"strikes":1'), /^signature: it is not one of coordinator/],
    ['the signature', it => it.replace(/"signature":"./, otherDigit), /^signature: it is not one of coordinator/],
    ['the recipe', it => it.replace('"name":"sim"', '"name":"sin"'), /^recipe: its hash is/]
  ])('names %s that was changed', async (_, change, named) => {
    const changed = change(text)
    expect(changed).not.toBe(text)
    expect((await problems(changed)).filter(problem => named.test(problem))).not.toEqual([])
  })

  it('does not hold when its own coordinator, signing anew, makes a chunk dearer than its sum or a draw another', async () => {
    const forge = (change: (line: any) => void, what: Record<string, unknown> = {}): string => {
      const { statement, recipe, lines } = JSON.parse(text) as { statement: Record<string, unknown>, recipe: unknown, lines: Record<string, any>[] }
      const tree = new MerkleTree()
      const sealed = lines.map(({ check: _, ...line }) => {
        change(line)
        const { text: one, leaf } = sealLine(line)
        tree.add(leaf)
        return one
      })
      return sealHead('job', JSON.stringify({ ...statement, ...what, root: Buffer.from(tree.root()).toString('hex') }), JSON.stringify(recipe), signer) + sealed.join(',\n') + `\n${SEAL_END}`
    }
    expect(await problems(forge(() => undefined))).toEqual([])
    expect(await problems(forge(line => { if (line.chunk === 4) line.by[0].paid = '1' }))).toEqual([expect.stringMatching(/^totals: paid is/), expect.stringMatching(/^totals: worker w\d gave/)])
    const passed = 'verified: it was drawn for an audit, and passed without one'
    expect(await problems(forge(line => { if (line.verified?.how === 'audited') { line.verified.how = 'batch'; line.verified.groups = 1 } }))).toContainEqual(expect.stringContaining(passed))
    expect(await problems(forge(line => { if (line.verified?.how === 'audited') line.verified.how = 'single' }))).toContainEqual(expect.stringContaining(passed))
    expect(await problems(forge(line => { if (line.verified?.how === 'batch') line.verified.how = 'audited' }))).toContainEqual(expect.stringMatching(/verified.how says audited, and one group gave its result/))

    const drew = /^batch 0: its draw is not what the seed comes to: /
    const first = (change: (line: BatchLine) => void) => (line: any): void => { if (line.batch === 0) change(line as BatchLine) }
    const another = ({ drawn, results }: BatchLine): void => { drawn[0] = results.findIndex((_, place) => !drawn.includes(place)) }
    expect(await problems(forge(first(another)))).toContainEqual(expect.stringMatching(/^batch 0: its draw is not what the seed comes to: result \d+ was audited and did not draw it$/))
    expect(await problems(forge(first(({ drawn }) => { drawn.pop() })))).toContainEqual(expect.stringMatching(drew))
    expect(await problems(forge(first(line => { line.passes *= 1000 })))).toContainEqual(expect.stringMatching(drew))
    const epochs = (line: any): void => { for (const result of line.results ?? []) result[1]++ }
    expect(await problems(forge(epochs))).toContainEqual(expect.stringMatching(/verified.batch: result \d+ of batch \d+ is of chunk \d+, epoch \d+, worker w\d, which did not give its result/))
    expect(await problems(forge(line => { delete line.verified?.batch }))).toContainEqual(expect.stringMatching(/verified.how says (batch|audited), and there is no batch/))
    const other = 'f'.repeat(64)
    expect(await problems(forge(() => undefined, { seed: other, seedHash: createHash('sha256').update(other).digest('hex') }))).toContainEqual(expect.stringMatching(drew))
  })
})
