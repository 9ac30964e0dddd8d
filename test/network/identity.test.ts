import { generateKeyPair, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import { readFile, stat, readdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadIdentity } from '../../src/network/identity.ts'
import { tempDir } from './support/nodes.ts'

describe('identity', () => {
  it('stays the same, in a file for its owner only', async () => {
    const dir = await tempDir()
    const first = await loadIdentity(dir)
    expect((await loadIdentity(dir)).peerId).toBe(first.peerId)
    expect((await stat(join(dir, 'identity.key'))).mode & 0o777).toBe(0o600)
    expect(await readdir(dir)).toEqual(['identity.key'])
    expect((await loadIdentity(await tempDir())).peerId).not.toBe(first.peerId)
  })

  it('is refused when damaged, and the file is left alone', async () => {
    const dir = await tempDir()
    await loadIdentity(dir)
    await truncate(join(dir, 'identity.key'), 30)
    await expect(loadIdentity(dir)).rejects.toMatchObject({ code: 'NS_E_DATA_CORRUPT', remedy: expect.stringContaining('backup') })
    expect((await stat(join(dir, 'identity.key'))).size).toBe(30)
  })

  it.each([['secret', 4 + 5], ['public', 4 + 63]])('is refused when a bit of its %s half is flipped, and takes no other identity', async (_, at) => {
    const dir = await tempDir()
    await loadIdentity(dir)
    const file = join(dir, 'identity.key')
    const bytes = await readFile(file)
    bytes[at] = (bytes[at] ?? 0) ^ 1
    await writeFile(file, bytes)
    await expect(loadIdentity(dir)).rejects.toMatchObject({ code: 'NS_E_DATA_CORRUPT' })
  })

  it('is refused when it is a key of another kind', async () => {
    const dir = await tempDir()
    await writeFile(join(dir, 'identity.key'), privateKeyToProtobuf(await generateKeyPair('secp256k1')))
    await expect(loadIdentity(dir)).rejects.toMatchObject({ code: 'NS_E_DATA_CORRUPT' })
  })

  it('survives an end in the middle of its making', async () => {
    const dir = await tempDir()
    await writeFile(join(dir, 'identity.key.new'), 'half', { mode: 0o600 })
    const { peerId } = await loadIdentity(dir)
    expect((await loadIdentity(dir)).peerId).toBe(peerId)
    expect(await readdir(dir)).toEqual(['identity.key'])
  })
})
