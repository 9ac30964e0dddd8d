import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkMirror, openDurableStore, repairFromMirror } from '../../src/storage/index.ts'
import { SeededRandom } from '../simulation/random.ts'
import { DATABASE_FILES, damageLargest } from '../support/data-folder.ts'

const MORTAL = fileURLToPath(new URL('support/mortal.ts', import.meta.url))
/** Steps tried with every change; all of them in test:full. */
const SAMPLE = process.env['NIGHTSHIFT_TEST_FULL'] === '1' ? Infinity : 3

interface End { readonly killed: boolean, readonly said: string }

async function mortal (work: 'repair' | 'write', dir: string, step: number): Promise<End> {
  const child = spawn(process.execPath, ['--import', 'tsx', MORTAL, work, dir, String(step)], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => { said += text })
  const [code, signal] = await once(child, 'close') as [number | null, string | null]
  if (signal === null) expect(code).toBe(0)
  return { killed: signal === 'SIGKILL', said }
}

describe('a store whose process is killed at any step', () => {
  let dir: string
  beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'nightshift-killed-')) })
  afterEach(async () => { await rm(dir, { recursive: true, force: true }) })

  const state = (base: string): string => join(base, 'state')
  const mirror = (base: string): string => join(base, 'mirror')
  const openIt = async (base: string) => await openDurableStore({ dir: state(base), mirrorDir: mirror(base), log: () => undefined, snapshotBytes: 2000 })
  const content = async (base: string): Promise<Record<string, string>> => {
    const store = await openIt(base)
    const found: Record<string, string> = {}
    for await (const [key, value] of store.range({ gte: 'a', lt: '~' })) found[key] = value
    await store.close()
    return found
  }

  /** Tries steps until the work is done before its process dies: all of them, or a sample. */
  async function atEachStep (work: 'repair' | 'write', good: string, last: number, check: (base: string, end: End, step: number) => Promise<void>): Promise<void> {
    const random = new SeededRandom(Date.now() % 1_000_000)
    for (let tried = 0; tried < SAMPLE; tried++) {
      const step = SAMPLE === Infinity ? tried + 1 : 1 + Math.floor(random.fraction() * last)
      const base = join(dir, `at-${step}`)
      await rm(base, { recursive: true, force: true })
      await cp(good, base, { recursive: true })
      const end = await mortal(work, base, step)
      await check(base, end, step)
      await rm(base, { recursive: true, force: true })
      if (!end.killed && SAMPLE === Infinity) return expect(step, 'steps there are').toBeGreaterThan(last)
    }
  }

  it('during a repair has the damaged database or the whole one, and can be repaired again', async () => {
    const good = join(dir, 'good')
    const store = await openIt(good)
    for (let i = 0; i < 100; i++) await store.batch([{ key: `k${i % 30}`, value: `value ${i}` }], { sync: true })
    await store.close()
    const expected = await content(good)
    await damageLargest(state(good), DATABASE_FILES, 64)
    await expect(openIt(good)).rejects.toMatchObject({ code: 'NS_E_DATA_CORRUPT' })
    await atEachStep('repair', good, 12, async (base, { killed }, step) => {
      const found = await content(base).catch((error: { code?: string }) => error.code)
      if (found !== 'NS_E_DATA_CORRUPT' || !killed) expect(found, `after step ${step}`).toEqual(expected)
      await repairFromMirror(state(base), mirror(base), () => undefined)
      expect(await content(base), `repaired after step ${step}`).toEqual(expected)
      expect((await readdir(base)).filter(name => /building|repaired/.test(name)), 'leftovers').toEqual([])
    })
  }, 600_000)

  it('while it writes and takes snapshots keeps what it has acknowledged, in both copies', async () => {
    const empty = join(dir, 'empty')
    await (await openIt(empty)).close()
    await atEachStep('write', empty, 100, async (base, { said }, step) => {
      const acknowledged = said.trim().split('\n').filter(line => line !== '').map(Number)
      const found = await content(base)
      for (const i of acknowledged) expect(found[`n${i}`], `batch ${i} after step ${step}`).toBe(String(i))
      expect((await checkMirror(mirror(base))).damages, `mirror after step ${step}`).toEqual([])
      expect((await readdir(mirror(base))).filter(name => name.endsWith('.part')), 'leftovers').toEqual([])
      await rm(state(base), { recursive: true })
      await repairFromMirror(state(base), mirror(base), () => undefined)
      expect(await content(base), `the mirror's after step ${step}`).toEqual(found)
    })
  }, 1_200_000)
})
