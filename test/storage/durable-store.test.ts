import { cp, mkdtemp, open, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { checkMirror, openDurableStore, openStore, repairFromMirror } from '../../src/storage/index.ts'
import { SeededRandom } from '../simulation/random.ts'
import { damage } from './damage.ts'

describe('a store with a mirror', () => {
  let dir: string
  const notes: string[] = []
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nightshift-durable-'))
    notes.length = 0
  })
  afterEach(async () => { await rm(dir, { recursive: true, force: true }) })

  const openIt = async (snapshotBytes?: number, base = dir) => await openDurableStore({
    dir: join(base, 'state'), mirrorDir: join(base, 'mirror'), log: message => { notes.push(message) }, ...snapshotBytes === undefined ? {} : { snapshotBytes }
  })
  const all = async (store: { range: (bounds: { gte: string, lt: string }) => AsyncIterable<readonly [string, string]> }): Promise<Record<string, string>> => {
    const found: Record<string, string> = {}
    for await (const [key, value] of store.range({ gte: 'a', lt: '~' })) found[key] = value
    return found
  }
  const fill = async (batches: number, snapshotBytes?: number, base = dir): Promise<Record<string, string>> => {
    const store = await openIt(snapshotBytes, base)
    for (let i = 0; i < batches; i++) await store.batch([{ key: `k${i % 50}`, value: `value ${i} \u2028 äö` }, { key: `n${i}`, value: String(i) }, { key: `n${i - 20}`, value: undefined }], { sync: true })
    const expected = await all(store)
    await store.close()
    return expected
  }

  it('gives back what was put, after a restart too, and hides keys of its own', async () => {
    const expected = await fill(100)
    const store = await openIt()
    expect(await all(store)).toEqual(expected)
    expect(await store.get('k3')).toBe('value 53 \u2028 äö')
    expect(await store.get('missing')).toBeUndefined()
    await store.close()
    expect(notes).toEqual([])
  })

  it('keeps the order of batches that come at once, and numbers them without a gap', async () => {
    const store = await openIt()
    await Promise.all(Array.from({ length: 500 }, async (_, i) => { await store.batch([{ key: 'last', value: String(i) }], { sync: true }) }))
    expect(await store.get('last')).toBe('499')
    expect(store.position.n).toBe(500)
    await store.close()
    expect(await checkMirror(join(dir, 'mirror'))).toMatchObject({ position: { n: 500 }, damages: [] })
  })

  it('takes snapshots while it is written to, and drops what is older than two', async () => {
    const expected = await fill(2000, 20_000)
    const files = (await readdir(join(dir, 'mirror'))).filter(name => name.startsWith('snapshot'))
    expect(files.length).toBe(2)
    const { damages, snapshots } = await checkMirror(join(dir, 'mirror'))
    expect({ damages, snapshots }).toEqual({ damages: [], snapshots: 2 })
    await rm(join(dir, 'state'), { recursive: true })
    await repairFromMirror(join(dir, 'state'), join(dir, 'mirror'), () => undefined)
    const store = await openIt()
    expect(await all(store)).toEqual(expected)
    await store.close()
  })

  it('keeps its mirror small, however long it runs', async () => {
    const store = await openIt(10_000)
    let most = 0
    for (let i = 0; i < 600; i++) {
      await store.batch([{ key: `k${i % 50}`, value: 'x'.repeat(200) }], { sync: true })
      if (i % 20 === 0) most = Math.max(most, (await Promise.all((await readdir(join(dir, 'mirror'))).map(async name => (await stat(join(dir, 'mirror', name)).catch(() => ({ size: 0 }))).size))).reduce((sum, size) => sum + size, 0))
    }
    await store.close()
    // two snapshots of 50 values, and what was mirrored since the older of them
    expect(most).toBeGreaterThan(10_000)
    expect(most).toBeLessThan(3 * 11_000 + 2 * 20_000)
  })

  it('takes over the folder of an earlier version, which had no sums and no mirror', async () => {
    const old = await openStore(join(dir, 'state'))
    await old.batch([{ key: 'attempt/1', value: 'kept' }, { key: 'book/1', value: '{}' }], { sync: true })
    await old.close()
    const store = await openIt()
    expect(await all(store)).toEqual({ 'attempt/1': 'kept', 'book/1': '{}' })
    expect(notes.join()).toMatch(/earlier version was taken over: 2 entries/)
    await store.batch([{ key: 'book/1', value: 'changed' }], { sync: true })
    await store.close()
    await rm(join(dir, 'state'), { recursive: true })
    await repairFromMirror(join(dir, 'state'), join(dir, 'mirror'), () => undefined)
    const again = await openIt()
    expect(await all(again)).toEqual({ 'attempt/1': 'kept', 'book/1': 'changed' })
    await again.close()
  })

  it('takes from the mirror what the database lost at its end', async () => {
    await fill(50)
    await cp(join(dir, 'state'), join(dir, 'older'), { recursive: true })
    const expected = await fill(80)
    await rm(join(dir, 'state'), { recursive: true })
    await cp(join(dir, 'older'), join(dir, 'state'), { recursive: true })
    const store = await openIt()
    expect(await all(store)).toEqual(expected)
    expect(notes.join()).toMatch(/80 batches were taken from the mirror/)
    await store.close()
  })

  it.each([
    ['was not written', (text: string) => text.slice(0, text.lastIndexOf('{"hash"', text.length - 3000))],
    ['was written as zeros', (text: string) => text.slice(0, -3000) + '\0'.repeat(3000)]
  ])('gives the mirror its end back, which %s before a power loss', async (_, lose) => {
    const expected = await fill(50)
    const file = (await readdir(join(dir, 'mirror'))).find(name => name.startsWith('batches')) ?? ''
    const path = join(dir, 'mirror', file)
    await writeFile(path, lose(await readFile(path, 'utf8')))
    const store = await openIt()
    expect(await all(store)).toEqual(expected)
    await store.batch([{ key: 'k1', value: 'after' }], { sync: true })
    await store.close()
    expect((await checkMirror(join(dir, 'mirror'))).damages).toEqual([])
    await rm(join(dir, 'state'), { recursive: true })
    await repairFromMirror(join(dir, 'state'), join(dir, 'mirror'), () => undefined)
    const repaired = await openIt()
    expect(await all(repaired)).toEqual({ ...expected, k1: 'after' })
    await repaired.close()
  })

  it('drops a mirror line that was cut off: the database has it, or it was never acknowledged', async () => {
    const expected = await fill(50)
    const file = (await readdir(join(dir, 'mirror'))).find(name => name.startsWith('batches')) ?? ''
    const path = join(dir, 'mirror', file)
    await writeFile(path, `${await readFile(path, 'utf8')}{"hash":"0123`)
    const store = await openIt()
    expect(await all(store)).toEqual(expected)
    await store.batch([{ key: 'k1', value: 'after' }], { sync: true })
    await store.close()
    expect((await checkMirror(join(dir, 'mirror'))).damages).toEqual([])
  })

  it('does not open a database it cannot vouch for, and says how it is repaired', async () => {
    await fill(500)
    const log = (await readdir(join(dir, 'state'))).find(name => name.endsWith('.log')) ?? ''
    const path = join(dir, 'state', log)
    const { size } = await stat(path)
    const file = await open(path, 'r+')
    await file.write(Buffer.alloc(64), 0, 64, Math.floor(size / 2))
    await file.close()
    await expect(openIt()).rejects.toMatchObject({ code: 'NS_E_DATA_CORRUPT', remedy: expect.stringMatching(/ledger repair --from-mirror/) as string })
  })

  it.each(['write', 'datasync'] as const)('promises nothing more after a %s of the mirror that failed, which is never tried again, and is whole at the next open', async method => {
    const store = await openIt()
    await store.batch([{ key: 'before', value: '1' }], { sync: true })
    const probe = await open(process.execPath, 'r')
    const failing = vi.spyOn(Object.getPrototypeOf(probe) as { write: () => Promise<never>, datasync: () => Promise<never> }, method).mockRejectedValueOnce(new Error('EIO: i/o error'))
    await probe.close()
    try {
      let refused: unknown
      await vi.waitUntil(async () => {
        await store.batch([{ key: 'meanwhile', value: '2' }], { sync: true }).catch((error: unknown) => { refused = error })
        return refused !== undefined
      }, { timeout: 10_000 })
      expect(refused).toMatchObject({ code: 'NS_E_DISK', message: expect.stringMatching(/EIO/) as string, remedy: expect.stringMatching(/start again/) as string })
      const calls = failing.mock.calls.length
      await expect(store.batch([{ key: 'after', value: '3' }], { sync: true })).rejects.toMatchObject({ code: 'NS_E_DISK' })
      expect(failing).toHaveBeenCalledTimes(calls)
    } finally {
      failing.mockRestore()
    }
    await store.close()
    const again = await openIt()
    // whether the failed batch got there is not known; what came after it was never written
    expect(await all(again)).toMatchObject({ before: '1' })
    expect(await again.get('after')).toBeUndefined()
    await again.batch([{ key: 'next', value: '4' }], { sync: true })
    await again.close()
    expect((await checkMirror(join(dir, 'mirror'))).damages).toEqual([])
  })

  it('is not repaired while a node uses it', async () => {
    const store = await openIt()
    await store.batch([{ key: 'k', value: 'v' }], { sync: true })
    await expect(repairFromMirror(join(dir, 'state'), join(dir, 'mirror'), () => undefined)).rejects.toMatchObject({ code: 'NS_E_DATA_LOCKED' })
    await store.close()
  })

  const MUTATIONS = process.env['NIGHTSHIFT_TEST_FULL'] === '1' ? 1000 : 60
  it(`finds or survives ${MUTATIONS} random damages of one file, and never gives a wrong value`, async () => {
    const seed = Number(process.env['NIGHTSHIFT_SEED'] ?? Date.now() % 1_000_000)
    console.log(`seed ${seed} (NIGHTSHIFT_SEED replays it)`)
    const seeded = new SeededRandom(seed)
    const random = (): number => seeded.fraction()
    const good = join(dir, 'good')
    const expected = await fill(400, 30_000, good)
    const tally = { harmless: 0, healed: 0, repaired: 0 }
    for (let i = 0; i < MUTATIONS; i++) {
      const work = join(dir, 'work')
      await rm(work, { recursive: true, force: true })
      await cp(good, work, { recursive: true })
      const what = await damage(work, ['state', 'mirror'], random)
      notes.length = 0
      const outcome = await openIt(undefined, work).then(store => ({ store }), (error: unknown) => ({ error: error as { code?: string } }))
      if ('error' in outcome) {
        expect(outcome.error.code, what).toMatch(/NS_E_DATA_CORRUPT|NS_E_CONFIG/)
        await repairFromMirror(join(work, 'state'), join(work, 'mirror'), message => { notes.push(message) })
        const store = await openIt(undefined, work)
        expect(await all(store), what).toEqual(expected)
        await store.close()
        tally.repaired++
      } else {
        expect(await all(outcome.store), what).toEqual(expected)
        await outcome.store.close()
        if (notes.length > 0) tally.healed++
        else tally.harmless++
      }
    }
    console.log(JSON.stringify(tally))
    expect(tally.repaired).toBeGreaterThan(0)
  }, 600_000)
})
