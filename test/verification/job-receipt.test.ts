import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkFile } from '../../src/cli/receipts.ts'
import type { Checked } from '../../src/cli/receipts.ts'
import { jobReceipt } from '../../src/coordinator/job-receipt.ts'
import type { Store } from '../../src/model/store.ts'
import { sealHead, sealLine, SEAL_END } from '../../src/verification/sealed.ts'
import { MerkleTree } from '../../src/verification/merkle.ts'
import { simulatedJob } from '../simulation/jobs.ts'
import { SimulatedNetwork } from '../simulation/network.ts'
import { namedSigner } from '../support/signer.ts'

const ID = 'j-aaaaaaaaaaaaaaaa'
const signer = namedSigner('coordinator')

function storeOf (network: SimulatedNetwork): Pick<Store, 'get' | 'range'> {
  const data = new Map(network.written().map(({ key, value = '' }) => [key, value]))
  return {
    get: key => Promise.resolve(data.get(key)),
    range: async function * ({ gte, lt }) {
      for (const key of [...data.keys()].sort()) if (key >= gte && key < lt) yield await Promise.resolve([key, data.get(key) ?? ''] as const)
    }
  }
}

/** The same with another last digit. */
const otherDigit = (found: string): string => found.slice(0, -1) + (found.endsWith('0') ? '1' : '0')

/** The receipt of a whole job with a liar in it. */
async function made (chunks: number, replicas: number | undefined): Promise<string> {
  const network = new SimulatedNetwork(7)
  for (const name of ['w1', 'w2', 'w3']) network.addWorker(name, { taskMs: 50 })
  network.addWorker('liar', { taskMs: 40, lies: true })
  network.submit(simulatedJob(ID, { replicas }, 90_000_000_000n), chunks)
  network.run(10_000_000)
  const record = network.coordinator.jobs.get(ID)?.record
  expect(record?.state).toBe('COMPLETED')
  if (record === undefined) throw new Error('the job is gone')
  let text = ''
  for await (const piece of jobReceipt({ record, store: storeOf(network), signer })) text += piece
  return text
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
    const { lines, statement } = JSON.parse(text) as { lines: { verified: { how: string } }[], statement: Record<string, any> }
    expect(new Set(lines.map(line => line.verified.how))).toEqual(new Set(['trusted', 'agreed', 'audited', 'batch']))
    expect(statement).toMatchObject({ job: ID, state: 'COMPLETED', chunks: 120, decided: 120, failed: 0 })
    expect(statement.strikes).toBeGreaterThanOrEqual(2)
    expect(statement.confidence.achieved).toBeGreaterThan(99)
    expect(job?.attestations).toBeGreaterThan(120)
    expect(text.length / 120).toBeLessThan(1200)
  })

  it('never holds with any bit of it changed', async () => {
    const bytes = Buffer.from(await made(3, 2))
    expect(await problems(bytes)).toEqual([])
    await fc.assert(fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(7), async (at, bit) => {
      const changed = Uint8Array.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ (1 << bit)
      expect(await problems(changed)).not.toEqual([])
    }), { numRuns: process.env['NIGHTSHIFT_TEST_FULL'] === '1' ? 20_000 : 400 })
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
    ['its check', it => it.replace(/"chunk":5,.*?"check":"./, otherDigit), /^chunk 5: its check was changed/],
    ['the statement', it => it.replace('"strikes":', '"strikes":1'), /^signature: it is not one of coordinator/],
    ['the signature', it => it.replace(/"signature":"./, otherDigit), /^signature: it is not one of coordinator/],
    ['the recipe', it => it.replace('"name":"sim"', '"name":"sin"'), /^recipe: its hash is/]
  ])('names %s that was changed', async (_, change, named) => {
    const changed = change(text)
    expect(changed).not.toBe(text)
    expect((await problems(changed)).filter(problem => named.test(problem))).not.toEqual([])
  })

  it('does not hold when its own coordinator, signing anew, makes a chunk dearer than its sum or a draw not to be', async () => {
    const forge = (change: (line: any) => void): string => {
      const { statement, recipe, lines } = JSON.parse(text) as { statement: Record<string, unknown>, recipe: unknown, lines: Record<string, any>[] }
      const tree = new MerkleTree()
      const sealed = lines.map(({ check: _, ...line }) => {
        change(line)
        const { text: one, leaf } = sealLine(line)
        tree.add(leaf)
        return one
      })
      return sealHead('job', JSON.stringify({ ...statement, root: Buffer.from(tree.root()).toString('hex') }), JSON.stringify(recipe), signer) + sealed.join(',\n') + `\n${SEAL_END}`
    }
    expect(await problems(forge(() => undefined))).toEqual([])
    expect(await problems(forge(line => { if (line.chunk === 4) line.by[0].paid = '1' }))).toEqual([expect.stringMatching(/^totals: paid is/), expect.stringMatching(/^totals: worker w\d gave/)])
    expect(await problems(forge(line => { if (line.verified.how === 'audited') { line.verified.how = 'batch'; line.verified.groups = 1 } }))).toContainEqual(expect.stringMatching(/it was drawn for an audit, and passed without one/))
  })
})
