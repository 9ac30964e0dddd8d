import { open, stat, readFile } from 'node:fs/promises'
import { generateKey, preSharedKey } from '@libp2p/pnet'
import { NightshiftError } from '../model/errors.ts'
import type { Protector } from './reach/probe.ts'

/** A key file: header, encoding, 32 bytes in hex. */
const KEY_BYTES = 95
const FORMAT = /^\/key\/swarm\/psk\/1\.0\.0\/\r?\n\/base16\/\r?\n[0-9a-f]{64}\s*$/i
const HANDSHAKE_MS = 5_000

/**
 * The layer of the private network whose key is in this file: who does not hold
 * the key cannot even begin a connection. It says who is in, not who somebody is.
 * @throws NS_E_CONFIG when the file is missing, readable by others, or no such key
 */
export async function loadNetworkKey (file: string): Promise<Protector> {
  const { mode, size } = await stat(file).catch((cause: unknown) => {
    throw new NightshiftError('NS_E_CONFIG', `the network key ${file} cannot be read`, { remedy: 'copy it from a node of the network, or make one for a new network with "nightshift key network --out FILE"', cause })
  })
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new NightshiftError('NS_E_CONFIG', `the network key ${file} can be read by other users of this machine`, { remedy: `let only its owner read it: chmod 600 ${file}` })
  }
  const text = size > KEY_BYTES * 2 ? '' : await readFile(file, 'utf8')
  if (!FORMAT.test(text)) {
    throw new NightshiftError('NS_E_CONFIG', `${file} is not a network key`, { remedy: 'copy it again from a node of the network; a new one is made with "nightshift key network --out FILE"' })
  }
  return preSharedKey({ psk: new TextEncoder().encode(text.trim()), timeout: HANDSHAKE_MS })
}

/** Makes the key of a new private network, readable by its owner only. Throws NS_E_CONFIG when the file exists. */
export async function createNetworkKey (file: string): Promise<void> {
  const key = new Uint8Array(KEY_BYTES)
  generateKey(key)
  const handle = await open(file, 'wx', 0o600).catch((cause: unknown) => {
    const exists = (cause as { code?: string }).code === 'EEXIST'
    throw new NightshiftError('NS_E_CONFIG', exists ? `${file} exists already` : `${file} cannot be written`, { remedy: 'choose another name; a key that is overwritten locks this node out of its network', cause })
  })
  try {
    await handle.writeFile(key)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
