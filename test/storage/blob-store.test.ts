import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openBlobStore, SMALL_BLOB_BYTES } from '../../src/storage/index.ts'
import type { OpenBlobStore } from '../../src/storage/index.ts'
import { bytesOf, streamOf } from '../support/bytes.ts'

let dir: string
let blobs: OpenBlobStore
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'nightshift-test-'))
  blobs = await openBlobStore(dir)
})
afterEach(async () => {
  await blobs.close()
  await rm(dir, { recursive: true })
})

const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const ABSENT = 'f'.repeat(64)

async function filesOnDisk (): Promise<string[]> {
  const entries = await readdir(join(dir, 'large'), { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name)
}

describe.each([0, 1, SMALL_BLOB_BYTES, SMALL_BLOB_BYTES + 1, 300_000])('a blob of %i bytes', (size) => {
  const bytes = randomBytes(size)
  const ref = { sha256: sha(bytes), size }

  it.each([
    ['at once', () => bytes],
    ['as a stream', () => streamOf(bytes.subarray(0, 10), bytes.subarray(10, 20_000), bytes.subarray(20_000))]
  ])('put %s reads back, also after a reopening', async (_, data) => {
    expect(await blobs.put(data(), { expect: ref.sha256, maxBytes: size })).toEqual(ref)
    await blobs.close()
    blobs = await openBlobStore(dir)
    expect(await blobs.has(ref.sha256)).toBe(true)
    expect(await blobs.size(ref.sha256)).toBe(size)
    expect((await bytesOf(blobs.open(ref.sha256))).equals(bytes)).toBe(true)
    const content = await blobs.content(ref.sha256)
    expect(sha(content instanceof Uint8Array ? content : await readFile(content.hostPath))).toBe(ref.sha256)
    expect(content instanceof Uint8Array).toBe(size <= SMALL_BLOB_BYTES)
  })

  it('is read in any range', async () => {
    await blobs.put(bytes)
    const position = fc.integer({ min: 0, max: size + 10 })
    await fc.assert(fc.asyncProperty(position, position, async (start, end) => {
      expect((await bytesOf(blobs.open(ref.sha256, { start, end }))).equals(bytes.subarray(start, Math.max(start, end)))).toBe(true)
    }), { numRuns: 20 })
  })

  it('is gone once deleted', async () => {
    await blobs.put(bytes)
    await blobs.delete(ref.sha256)
    expect(await blobs.has(ref.sha256)).toBe(false)
    await expect(bytesOf(blobs.open(ref.sha256))).rejects.toMatchObject({ code: 'NS_E_BLOB_MISSING' })
    await expect(blobs.content(ref.sha256)).rejects.toMatchObject({ code: 'NS_E_BLOB_MISSING' })
  })

  it('may be put many times at once', async () => {
    const refs = await Promise.all(Array.from({ length: 8 }, async (_, n) => await blobs.put(n % 2 === 0 ? bytes : streamOf(bytes))))
    expect(refs).toEqual(Array(8).fill(ref))
    expect(await filesOnDisk()).toEqual(size > SMALL_BLOB_BYTES ? [ref.sha256] : [])
  })
})

describe.each([100, 100_000])('refused content of %i bytes', (size) => {
  const bytes = randomBytes(size)

  it.each([
    ['too large, at once', () => bytes, { maxBytes: size - 1 }, 'NS_E_TOO_LARGE'],
    ['too large, as a stream', () => streamOf(bytes.subarray(0, 50), bytes.subarray(50)), { maxBytes: size - 1 }, 'NS_E_TOO_LARGE'],
    ['of another hash, at once', () => bytes, { expect: ABSENT }, 'NS_E_BLOB_CORRUPT'],
    ['of another hash, as a stream', () => streamOf(bytes), { expect: ABSENT }, 'NS_E_BLOB_CORRUPT']
  ])('%s leaves nothing behind', async (_, data, options, code) => {
    await expect(blobs.put(data(), options)).rejects.toMatchObject({ code })
    expect(await blobs.has(sha(bytes))).toBe(false)
    expect(await blobs.has(ABSENT)).toBe(false)
    expect(await filesOnDisk()).toEqual([])
  })

  it('of a source that fails leaves nothing behind and passes the error on', async () => {
    async function * failing (): AsyncIterable<Uint8Array> {
      yield bytes
      throw new Error('the wire broke')
    }
    await expect(blobs.put(failing())).rejects.toThrow('the wire broke')
    expect(await filesOnDisk()).toEqual([])
  })

  it('closes its source when cancelled midway', async () => {
    const controller = new AbortController()
    let closed = false
    async function * endless (): AsyncIterable<Uint8Array> {
      try {
        for (let n = 0; ; n++) {
          if (n === 3) controller.abort()
          yield bytes
        }
      } finally {
        closed = true
      }
    }
    await expect(blobs.put(endless(), { signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' })
    expect(closed).toBe(true)
    expect(await filesOnDisk()).toEqual([])
  })
})

it('removes at open what a killed process left half-written', async () => {
  await blobs.put(randomBytes(50_000))
  const [kept] = await filesOnDisk()
  await mkdir(join(dir, 'large/incoming'), { recursive: true })
  await writeFile(join(dir, 'large/incoming/half'), 'half a blob')
  await blobs.close()
  blobs = await openBlobStore(dir)
  expect(await filesOnDisk()).toEqual([kept])
})

it('never makes a path of a name that is no hash', async () => {
  for (const name of ['../../etc/passwd', '', 'A'.repeat(64), '..'.repeat(32)]) {
    expect(await blobs.has(name)).toBe(false)
    await expect(bytesOf(blobs.open(name))).rejects.toMatchObject({ code: 'NS_E_BLOB_MISSING' })
    await expect(blobs.content(name)).rejects.toMatchObject({ code: 'NS_E_BLOB_MISSING' })
    await blobs.delete(name)
  }
})

it('refuses a folder in use', async () => {
  await expect(openBlobStore(dir)).rejects.toMatchObject({ code: 'NS_E_DATA_LOCKED' })
})

it('holds many tiny blobs', async () => {
  const all = Array.from({ length: 20_000 }, (_, n) => Buffer.from(`chunk ${n}`))
  const refs = await Promise.all(all.map(async (bytes) => await blobs.put(bytes)))
  await blobs.sync()
  expect(new Set(refs.map(({ sha256 }) => sha256)).size).toBe(all.length)
  const back = await Promise.all(refs.map(async ({ sha256 }) => await blobs.content(sha256)))
  expect(back.every((bytes, n) => bytes instanceof Uint8Array && all[n]?.equals(bytes))).toBe(true)
})
