import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generateKeyPair, generateKeyPairFromSeed, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { NightshiftError } from '../model/errors.ts'

export interface Identity {
  readonly peerId: string
  readonly privateKey: Ed25519PrivateKey
}

/**
 * The node's key, made once and kept in `identity.key`, readable by its owner
 * only: the peer id it gives survives restarts.
 * @throws NS_E_DATA_CORRUPT when the file is not such a key
 */
export async function loadIdentity (dataDir: string): Promise<Identity> {
  const file = join(dataDir, 'identity.key')
  const stored = await readFile(file).catch((error: unknown) => {
    if ((error as { code?: string }).code === 'ENOENT') return undefined
    throw error
  })
  const privateKey = stored === undefined ? await create(file) : await decode(file, stored)
  return { peerId: peerIdFromPrivateKey(privateKey).toString(), privateKey }
}

async function create (file: string): Promise<Ed25519PrivateKey> {
  const key = await generateKeyPair('Ed25519')
  await writeFile(`${file}.new`, privateKeyToProtobuf(key), { mode: 0o600, flush: true })
  await rename(`${file}.new`, file)
  return key
}

async function decode (file: string, bytes: Uint8Array): Promise<Ed25519PrivateKey> {
  try {
    const key = privateKeyFromProtobuf(bytes)
    if (key.type === 'Ed25519' && await isPair(key)) return key
  } catch {
    // said below in words
  }
  throw new NightshiftError('NS_E_DATA_CORRUPT', `${file} is not an Ed25519 key`, {
    remedy: 'restore it from a backup; without one choose another --data: the new node has a new identity, and what this one earned stays with the old one'
  })
}

/** The file holds both halves of the key: a flipped bit in one would give a node whose signatures are not its own. */
async function isPair (key: Ed25519PrivateKey): Promise<boolean> {
  const { publicKey } = await generateKeyPairFromSeed('Ed25519', key.raw.subarray(0, 32))
  return publicKey.equals(key.publicKey)
}
