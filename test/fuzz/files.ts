import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readBlock } from '../../src/blocks/index.ts'
import { readEndpoint } from '../../src/api/endpoint.ts'
import { linesOf } from '../../src/cli/ledger-verify.ts'
import { readWallet } from '../../src/cli/stored.ts'
import { MINT, userAccount } from '../../src/ledger/accounts.ts'
import { checkJournal } from '../../src/ledger/check-journal.ts'
import { EMPTY_LEDGER, Ledger } from '../../src/ledger/ledger.ts'
import type { Transfer } from '../../src/ledger/transfers.ts'
import { NightshiftError } from '../../src/model/errors.ts'
import { verifySignature } from '../../src/model/messages/signing.ts'
import { loadIdentity } from '../../src/network/identity.ts'
import { CHAIN_START, chainedLine, followingHash } from '../../src/storage/chain.ts'
import { checkMirror, mirroredValues, openDurableStore } from '../../src/storage/index.ts'
import type { Dice } from '../simulation/world/dice.ts'
import { mutateBytes, mutateJson, mutateText } from './mutate.ts'
import type { Target } from './run.ts'
import { takes, takesLater } from './verdicts.ts'

async function folder (): Promise<{ readonly dir: string, readonly close: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'nightshift-fuzz-'))
  return { dir, close: async () => { await rm(dir, { recursive: true, force: true }) } }
}

/** Folders of blocks: manifest, parameter schema and template, each changed at times. */
export async function blockFolders (): Promise<Target> {
  const { dir, close } = await folder()
  await mkdir(join(dir, 'app'))
  await writeFile(join(dir, 'app', 'main.py'), 'pass\n')
  const documents = {
    'manifest.json': { name: 'words', version: '1.0', type: 'app', description: '', entrypoint: 'main.py', platform: 'python-wasm', platform_config: {}, device_requirements: { min_cpu: 1 } },
    'schema.json': { type: 'object', properties: { size: { type: 'integer', minimum: 1, default: 5 }, of: { enum: ['a', 'b'] } }, required: ['size'], additionalProperties: false },
    'template.json': { id: 'words', app: 'words@1.0', partitioner: 'lines', assembler: 'concat', params: { app: { size: 1 } } }
  }
  return {
    name: 'block folders',
    every: 100,
    feed: async dice => {
      for (const [name, document] of Object.entries(documents)) await writeFile(join(dir, name), dice.chance(0.5) ? mutateText(dice, document) : JSON.stringify(document))
      return await takesLater(async () => await readBlock(dir))
    },
    close
  }
}

export async function identities (): Promise<Target> {
  const { dir, close } = await folder()
  const { peerId } = await loadIdentity(dir)
  const file = join(dir, 'identity.key')
  const key = await readFile(file)
  return {
    name: 'identity keys',
    every: 100,
    feed: async dice => {
      await writeFile(file, dice.chance(0.9) ? mutateBytes(dice, key) : key)
      return await takesLater(async () => {
        const loaded = await loadIdentity(dir)
        if (loaded.peerId !== peerId) throw new Error(`a damaged key is taken for that of ${loaded.peerId}`)
      })
    },
    close
  }
}

/** Mirrors of a database: bytes changed, or a line changed and everything after it chained anew, as somebody who can write there would. */
export async function mirrors (): Promise<Target> {
  const { dir, close } = await folder()
  const mirrorDir = join(dir, 'mirror')
  const store = await openDurableStore({ dir: join(dir, 'state'), mirrorDir, sign: bytes => Promise.resolve({ peer: 'me', signature: Buffer.from(bytes).toString('hex') }), log: () => undefined })
  for (let i = 0; i < 20; i++) await store.batch([{ key: `k${i % 7}`, value: `v${i}` }, { key: 'gone', value: i % 2 === 0 ? 'x' : undefined }], { sync: true })
  await store.close()
  const files = new Map<string, string>()
  for (const name of await readdir(mirrorDir)) files.set(join(mirrorDir, name), await readFile(join(mirrorDir, name), 'utf8'))
  return {
    name: 'mirror files',
    every: 200,
    feed: async dice => {
      const [changed, text] = dice.pick([...files])
      await writeFile(changed, dice.chance(0.5) ? mutateBytes(dice, Buffer.from(text)) : rechained(dice, text))
      try {
        const { damages } = await checkMirror(mirrorDir, () => true)
        const isRead = await takesLater(async () => await mirroredValues(mirrorDir, 'k'))
        return damages.length === 0 && isRead
      } finally {
        await writeFile(changed, text)
      }
    },
    close
  }
}

function rechained (dice: Dice, text: string): string {
  const lines = text.split('\n').filter(line => line !== '')
  const bad = dice.whole(0, lines.length - 1)
  let hash: string = CHAIN_START
  // the lines of a file of batches go on from what its first line names, not from that line's own hash
  return lines.map((line, i) => {
    const { hash: own, ...body } = JSON.parse(line) as { hash: string, chain?: string, batchesAfter?: number }
    const isHeader = i === 0 && body.batchesAfter !== undefined
    const told = i === bad ? mutateJson(dice, body) : body
    const again = chainedLine(hash, typeof told === 'object' && told !== null && !Array.isArray(told) ? told : {})
    hash = isHeader ? body.chain ?? again.hash : again.hash
    return followingHash(CHAIN_START, line) === own && i === 0 && i !== bad ? `${line}\n` : again.text
  }).join('')
}

/** Exported journals: a line changed, or the text. */
export async function journals (): Promise<Target> {
  const { dir, close } = await folder()
  const file = join(dir, 'journal.ndjson')
  const ledger = new Ledger(EMPTY_LEDGER)
  const steps: readonly Transfer[] = [
    { kind: 'direct', debit: MINT, credit: userAccount('u'), amount: 100n, ref: { note: 'opening' } },
    { kind: 'hold', holdId: 'a'.repeat(32), debit: userAccount('u'), credit: 'peer:w', amount: 10n, ref: { job: 'j-a', chunk: 1, epoch: 1 } },
    { kind: 'post', holdId: 'a'.repeat(32), ref: { job: 'j-a', chunk: 1, epoch: 1 } }
  ]
  const lines = steps.map((step, i) => JSON.stringify(ledger.apply({ key: `k${i}`, at: i, incarnation: 1, transfers: [step] }).entry))
  return {
    name: 'journals',
    every: 50,
    feed: async dice => {
      const changed = lines.map(line => dice.chance(0.4) ? mutateText(dice, JSON.parse(line)) : line)
      await writeFile(file, dice.chance(0.1) ? lines.join('\n') : changed.join('\n'))
      return await takesLater(async () => await checkJournal(linesOf(file), { verify: verifySignature }))
    },
    close
  }
}

export function wallets (): Target {
  const account = {
    coordinator: 'c1', connected: true, admitted: true, earned: '1.5', receipted: '1', seq: 3, receipt: { body: '{}', signature: 'ab' },
    exposure: '0.5', leased: '0', limit: '1', lost: '0', refusal: { code: 'CREDIT_LIMIT', text: 'it owes too much' }, equivocated: false
  }
  const wallet = { worker: 'w1', coordinators: [account, { ...account, coordinator: 'c2' }] }
  return { name: 'wallet files', every: 1, feed: dice => takes(() => readWallet(mutateText(dice, wallet), 'wallet.json'), NightshiftError) }
}

export async function endpoints (): Promise<Target> {
  const { dir, close } = await folder()
  return {
    name: 'endpoint files',
    every: 100,
    feed: async dice => {
      await writeFile(join(dir, 'api.json'), mutateText(dice, { url: 'http://127.0.0.1:1234', token: 'dG9rZW4', pid: 5 }))
      return await takesLater(async () => await readEndpoint(dir))
    },
    close
  }
}
