import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { chunkPrice, clampPrice, tariffPrice } from '../../src/market/pricing.ts'
import { UNITS_PER_BYC } from '../../src/model/money.ts'
import type { RequirementsView } from '../../src/model/offer.ts'
import { askScript, readAnswer } from '../../src/worker/price-script.ts'
import { rulesOf } from '../../src/worker/owner/settings.ts'
import { viewAuctions } from '../../src/worker/auctions.ts'
import { workerStatus } from '../../src/worker/status.ts'
import { simulatedJob } from '../simulation/jobs.ts'
import { SimulatedNetwork } from '../simulation/network.ts'

const needs: RequirementsView = { platform: 'wasm', minCores: 2, minMemoryMiB: 4096, minDiskMiB: 0, gpus: [], isolation: 'process', network: 'none', gpuCount: 1, arch: '', runtime: '', image: '' }
const HOUR_MS = 3_600_000
const ID = 'j-aaaaaaaaaaaaaaaa'
const never = new AbortController().signal

describe('an owner\'s prices', () => {
  it('can be a tariff for each resource', () => {
    expect(tariffPrice(needs, HOUR_MS, { core: 1, gib: 0.5, gpu: 10 })).toBe(14n * UNITS_PER_BYC)
    expect(tariffPrice({ ...needs, gpuCount: 0 }, HOUR_MS, { core: 0.75, gib: 0.25, gpu: 9 })).toBe(chunkPrice({ ...needs, gpuCount: 0 }, HOUR_MS, 1000))
  })

  it('never leave their bounds', () => {
    const amount = fc.bigInt({ min: 0n, max: 10n ** 15n })
    fc.assert(fc.property(amount, amount, amount, (price, a, b) => {
      const [least, most] = a < b ? [a, b] : [b, a]
      const asked = clampPrice(price, least, most)
      expect(asked >= least && asked <= most).toBe(true)
      if (price >= least && price <= most) expect(asked).toBe(price)
    }))
  })

  it.each([
    [{ minimum: 2, maximum: 1 }, ['price.minimum', 'price.maximum']],
    [{ strategy: 'script' }, ['price.strategy', 'price.script']]
  ])('are refused with both settings named when %j contradict each other', (price, names) => {
    for (const name of names) expect(() => rulesOf({ price })).toThrow(name)
    expect(() => rulesOf({ price: { minimum: 1, maximum: 1 } })).not.toThrow()
  })

  it('follow the settings while a worker runs', () => {
    const network = new SimulatedNetwork(51)
    network.addWorker('w1', { taskMs: 100 })
    network.onWorker('w1', { kind: 'owner', news: { rules: rulesOf({ profile: 'always', price: { strategy: 'tariff', core: 1.5, gib: 0.5 } }) } })
    network.quiet(500)
    network.submit(simulatedJob(ID, { replicas: 1, estimate: 1 }), 1)
    network.run(60_000)
    const [auction] = viewAuctions(network.worker('w1'))
    expect(auction?.bid?.price).toBe((2 / 3600).toFixed(9).replace(/0+$/, ''))
  })
})

describe('a price script', () => {
  let dir = ''
  beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'nightshift-test-')) })
  afterEach(async () => { await rm(dir, { recursive: true, force: true }) })

  async function script (body: string): Promise<readonly string[]> {
    const file = join(dir, 'price.sh')
    await writeFile(file, `#!/bin/sh\n${body}\n`)
    await chmod(file, 0o700)
    return [file]
  }
  const ask = async (body: string, timeoutMs = 5000, signal = never) => await askScript({ key: '', command: await script(body), timeoutMs, job: JSON.stringify({ job: ID, workMs: 1000 }) }, signal)

  it('reads the job and answers a price, or a no', async () => {
    expect(await ask('grep -q workMs && echo \'{"price": 0.5}\'')).toEqual({ kind: 'price', price: UNITS_PER_BYC / 2n })
    expect(await ask('echo \'{"no": "not on sundays"}\'')).toEqual({ kind: 'no', why: 'not on sundays' })
  })

  it.each([
    ['exit 3', 'code 3'],
    ['echo broken >&2; exit 1', 'broken'],
    ['echo half', 'no JSON'],
    ['echo \'{"price": -1}\'', 'neither'],
    ['echo \'{"price": "1e9"}\'', 'not an amount'],
    ['yes', 'printed more']
  ])('that does %j gives no price, and why', async (body, why) => {
    const answer = await ask(body)
    expect(answer.kind).toBe('failed')
    expect((answer as { why: string }).why).toContain(why)
  })

  it('that takes too long ends with all it started', async () => {
    const answer = await ask(`sleep 60 & echo $! > ${join(dir, 'child')}; wait`, 300)
    expect(answer).toEqual({ kind: 'failed', why: 'it took longer than 300 ms' })
    const child = Number(await readFile(join(dir, 'child'), 'utf8'))
    // nobody may have reaped it: then it is dead all the same
    await vi.waitFor(async () => { expect(await readFile(`/proc/${child}/stat`, 'utf8').catch(() => 'gone')).toMatch(/^gone$|\) Z /) })
  })

  it('that is not there, and one that is asked of a worker that ends, give no price', async () => {
    expect((await askScript({ key: '', command: [join(dir, 'nothing')], timeoutMs: 5000, job: '{}' }, never)).kind).toBe('failed')
    expect((await askScript({ key: '', command: ['price\0script'], timeoutMs: 5000, job: '{}' }, never)).kind).toBe('failed')
    expect(await ask('sleep 60', 5000, AbortSignal.abort())).toEqual({ kind: 'failed', why: 'the worker is shutting down' })
  })

  it('says anything else and no price comes of it', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), text => {
      const answer = readAnswer(text)
      if (answer.kind === 'price') expect(answer.price >= 0n).toBe(true)
    }))
  })

  it('decides bids, within the owner\'s bounds, and its failures are the owner\'s to see', () => {
    const network = new SimulatedNetwork(52)
    network.addWorker('w1', { taskMs: 100 })
    network.onWorker('w1', { kind: 'owner', news: { rules: rulesOf({ profile: 'always', price: { strategy: 'script', script: ['/bin/price'], maximum: 0.0001 } }) } })
    network.quiet(500)
    network.submit(simulatedJob(ID, { replicas: 1, estimate: 1 }), 1)
    network.quiet(100)
    const key = (): string => [...network.worker('w1').awaitedPrices.asked.keys()][0] ?? ''
    expect(key()).toContain(ID)
    network.onWorker('w1', { kind: 'priced', key: key(), answer: { kind: 'failed', why: 'it ended with code 1: my secret' } })
    expect(workerStatus(network.worker('w1'), network.now).price).toMatchObject({ strategy: 'script', trouble: { reason: { code: 'PRICE_SCRIPT_FAILED', text: expect.stringContaining('my secret') } } })
    network.quiet(100)
    expect(JSON.stringify([...network.coordinator.jobs.get(ID)?.explanations.values() ?? []])).toContain('PRICE_SCRIPT_FAILED')
    expect(JSON.stringify([...network.coordinator.jobs.get(ID)?.explanations.values() ?? []])).not.toContain('my secret')
    network.quiet(4000)
    network.onWorker('w1', { kind: 'priced', key: key(), answer: { kind: 'price', price: UNITS_PER_BYC } })
    expect(workerStatus(network.worker('w1'), network.now).price.trouble).toBeUndefined()
    network.run(60_000)
    expect(network.coordinator.jobs.get(ID)?.record.state).toBe('COMPLETED')
    expect(network.earned('w1')).toBe(UNITS_PER_BYC / 10_000n)
  })
})
