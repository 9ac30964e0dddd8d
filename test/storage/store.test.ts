import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../src/model/store.ts'
import { openStore } from '../../src/storage/index.ts'
import { collect } from '../support/bytes.ts'

let dir: string
beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'nightshift-test-')) })
afterEach(async () => { await rm(dir, { recursive: true }) })

async function withStore<T> (use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(join(dir, 'db'))
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

describe('openStore', () => {
  it('keeps what a batch wrote, across a reopening', async () => {
    await withStore(async (store) => {
      await store.batch([{ key: 'a', value: '1' }, { key: 'b', value: 'zwei ✓' }, { key: 'c', value: '3' }], { sync: true })
      await store.batch([{ key: 'a', value: undefined }, { key: 'c', value: '4' }], { sync: false })
    })
    await withStore(async (store) => {
      expect(await store.get('a')).toBeUndefined()
      expect(await store.get('b')).toBe('zwei ✓')
      expect(await store.get('c')).toBe('4')
    })
  })

  it('iterates half-open ranges in order, reversed and limited', async () => {
    await withStore(async (store) => {
      await store.batch(['x/1', 'x/2', 'x/3', 'y/1'].map((key) => ({ key, value: key.toUpperCase() })), { sync: false })
      const keys = async (bounds: Parameters<Store['range']>[0]): Promise<string[]> =>
        (await collect(store.range(bounds))).map(([key]) => key)
      expect(await keys({ gte: 'x/', lt: 'x0' })).toEqual(['x/1', 'x/2', 'x/3'])
      expect(await keys({ gte: 'x/2', lt: 'x/3' })).toEqual(['x/2'])
      expect(await keys({ gte: 'x/', lt: 'x0', reverse: true, limit: 2 })).toEqual(['x/3', 'x/2'])
      expect(await collect(store.range({ gte: 'y', lt: 'z' }))).toEqual([['y/1', 'Y/1']])
    })
  })

  it('streams a range: leaving early is enough to close it', async () => {
    await withStore(async (store) => {
      await store.batch(Array.from({ length: 5000 }, (_, n) => ({ key: `k${n}`, value: 'v' })), { sync: false })
      let seen = 0
      for await (const _entry of store.range({ gte: 'k', lt: 'l' })) {
        if (++seen === 3) break
      }
      expect(seen).toBe(3)
    })
  })

  it('refuses a second opening in this process', async () => {
    await withStore(async () => {
      await expect(openStore(join(dir, 'db'))).rejects.toMatchObject({
        code: 'NS_E_DATA_LOCKED',
        message: expect.stringContaining('another node uses this data folder'),
        remedy: expect.stringContaining('--data')
      })
    })
  })

  it('refuses a folder another process holds, and takes it over when that one is killed', async () => {
    const script = 'import { Level } from "level"; const db = new Level(process.argv[1]); await db.open(); console.log("open"); setInterval(() => {}, 1000)'
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script, join(dir, 'db')], { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = new Promise((resolve) => holder.once('exit', resolve))
    await new Promise((resolve) => holder.stdout.once('data', resolve))
    await expect(openStore(join(dir, 'db'))).rejects.toMatchObject({ code: 'NS_E_DATA_LOCKED' })
    holder.kill('SIGKILL')
    await ended
    await withStore(async (store) => { expect(await store.get('a')).toBeUndefined() })
  })

  it('says so when the files are damaged', async () => {
    await withStore(async (store) => { await store.batch([{ key: 'a', value: '1' }], { sync: true }) })
    const manifest = (await readdir(join(dir, 'db'))).find((name) => name.startsWith('MANIFEST'))
    await writeFile(join(dir, 'db', manifest ?? ''), 'not a manifest at all')
    await expect(openStore(join(dir, 'db'))).rejects.toMatchObject({ code: 'NS_E_DATA_CORRUPT', remedy: expect.any(String) })
  })

  it('says so when the folder cannot be made', async () => {
    await writeFile(join(dir, 'file'), '')
    await expect(openStore(join(dir, 'file', 'db'))).rejects.toMatchObject({ code: 'NS_E_CONFIG' })
  })
})
