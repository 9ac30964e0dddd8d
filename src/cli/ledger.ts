import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { pipeline } from 'node:stream/promises'
import { ApiClient } from '../api/client.ts'
import { readEndpoint } from '../api/endpoint.ts'
import { QUARANTINE_END } from '../api/quarantine.ts'
import { storeFolders } from '../composition/node-store.ts'
import { WALLET_FILE } from '../composition/wallet-file.ts'
import { clusterFolder, dataFolder } from '../config/paths.ts'
import { KEYS as COORDINATOR_KEYS } from '../coordinator/keys.ts'
import { LEDGER_KEYS } from '../ledger/ledger.ts'
import { openReceipt } from '../ledger/receipts.ts'
import { replay } from '../ledger/replay.ts'
import type { Replayed } from '../ledger/replay.ts'
import type { Entry } from '../ledger/transfers.ts'
import { NightshiftError, errorMessage } from '../model/errors.ts'
import { verifySignature } from '../model/messages/signing.ts'
import { formatByc } from '../model/money.ts'
import { loadIdentity } from '../network/index.ts'
import { checkDatabase, checkMirror, mirroredValues, repairFromMirror } from '../storage/index.ts'
import { loadBooks } from '../worker/books.ts'
import { KEYS as WORKER_KEYS } from '../worker/keys.ts'
import { connect } from './connect.ts'
import { EXIT, print, printJson, say } from './output.ts'
import type { Format } from './output.ts'

const AHEAD = COORDINATOR_KEYS.ahead

interface Common { readonly data?: string, readonly output: Format }

/** The data folder of a node, whether it runs or not; unless it is named, a coordinator's. */
function folderOf (data: string | undefined): string {
  if (data !== undefined) return data
  const cluster = join(clusterFolder(), 'coordinator')
  return existsSync(join(cluster, 'mirror')) ? cluster : dataFolder('coordinator')
}

/** `nightshift ledger verify [FILE]`: an exported journal, or everything a data folder holds. Changes nothing. */
export async function verify (file: string | undefined, command: Common): Promise<number> {
  return file === undefined ? await verifyFolder(folderOf(command.data), command) : await verifyFile(file, command)
}

async function verifyFile (file: string, command: Common): Promise<number> {
  try {
    const told = await replay(entriesOf(file))
    if (command.output === 'json') printJson({ ok: true, ...figures(told) })
    else print(`${file} is whole: ${told.entries} entries, ${formatByc(told.books.issued)} BYC issued, every credit has its debit`)
    return EXIT.done
  } catch (error) {
    if (!(error instanceof NightshiftError) || error.code !== 'NS_E_LEDGER') throw error
    if (command.output === 'json') printJson({ ok: false, error: { code: error.code, message: error.message } })
    else print(`${file} is not a whole journal: ${error.message}`)
    return EXIT.verification
  }
}

async function verifyFolder (folder: string, command: Common): Promise<number> {
  if (!existsSync(join(folder, 'state')) && !existsSync(join(folder, 'mirror'))) throw new NightshiftError('NS_E_CONFIG', `there is no node's data in ${folder}`, { remedy: 'name its folder with --data' })
  if (!existsSync(join(folder, 'mirror'))) throw new NightshiftError('NS_E_CONFIG', `the data in ${folder} is of an earlier version, which kept no mirror to check it with`, { remedy: 'start the node once, it takes the data over' })
  const { dir, mirrorDir } = storeFolders(folder)
  const database = await checkDatabase(dir)
  const { peerId } = await loadIdentity(folder)
  const mirror = await checkMirror(mirrorDir, ({ peer, bytes, signature }) => peer === peerId && verifySignature(peer, bytes, signature))
  const held = existsSync(join(folder, WALLET_FILE)) ? await receiptsOfWorker(mirrorDir, peerId) : await booksOfCoordinator(mirrorDir)
  const ok = held.ok && database.state !== 'damaged' && database.state !== 'absent' && mirror.damages.length === 0
  if (command.output === 'json') printJson({ ok, ...held.figures, database, mirror: { batch: mirror.position.n, snapshots: mirror.snapshots, damages: mirror.damages } })
  else {
    const words = { whole: 'whole', 'in use': 'in use by a running node, which checked it at its start', absent: 'ABSENT', damaged: 'DAMAGED' }
    print(`database: ${words[database.state]}${database.state === 'damaged' ? `: ${database.why}` : ''}`)
    print(`mirror:   ${mirror.damages.length === 0 ? `whole, ${mirror.snapshots} snapshot${mirror.snapshots === 1 ? '' : 's'}, up to batch ${mirror.position.n}` : `DAMAGED: ${mirror.damages.join('; ')}`}`)
    for (const line of held.lines) print(line)
    if (held.remedy !== undefined) say(`  what to do: ${held.remedy}`)
    if (database.state === 'damaged' || database.state === 'absent') say(`  what to do: nightshift ledger repair --from-mirror --data ${folder}`)
    else if (mirror.damages.length > 0) say('  what to do: start the node; it makes a new mirror from its database')
  }
  return ok ? EXIT.done : EXIT.verification
}

/** What a mirror says of the money of its node, and whether that is right. */
interface Held { readonly ok: boolean, readonly figures: object, readonly lines: readonly string[], readonly remedy?: string }

async function booksOfCoordinator (mirrorDir: string): Promise<Held> {
  const journal = await journalOfMirror(mirrorDir)
  const ahead = await receiptsAhead(mirrorDir)
  return {
    ok: ahead.length === 0 && !('error' in journal),
    figures: { ahead, journal },
    lines: [
      `journal:  ${'error' in journal ? `DAMAGED: ${journal.error}` : `whole, ${journal.entries} entries, ${journal.issued} BYC issued, every credit has its debit`}`,
      ...ahead.map(({ worker, seq, receipted }) => `receipts: BEHIND: worker ${worker} has receipt ${seq} for ${receipted} BYC, signed by this coordinator and unknown to these books`)
    ],
    ...ahead.length === 0 ? {} : { remedy: 'if another process runs with newer books, keep that one; if not: nightshift ledger adopt-receipts' }
  }
}

/** Every receipt a worker keeps, with its coordinator's signature looked at. */
async function receiptsOfWorker (mirrorDir: string, self: string): Promise<Held> {
  try {
    const stored = async (prefix: string): Promise<readonly (readonly [string, string])[]> => [...await mirroredValues(mirrorDir, prefix)].map(([key, text]) => [key.slice(prefix.length), text])
    const books = await loadBooks(self, { verify: verifySignature }, { books: await stored(WORKER_KEYS.book), receipts: await stored(WORKER_KEYS.receipt) })
    const receipted = formatByc([...books.values()].reduce((sum, { channel }) => sum + channel.cumulative, 0n))
    return { ok: true, figures: { receipts: { coordinators: books.size, receipted } }, lines: [`receipts: whole, ${receipted} BYC of ${books.size} coordinator${books.size === 1 ? '' : 's'}`] }
  } catch (error) {
    return { ok: false, figures: { receipts: { error: errorMessage(error) } }, lines: [`receipts: DAMAGED: ${errorMessage(error)}`] }
  }
}

type JournalFigures = ReturnType<typeof figures> | { readonly error: string }

async function journalOfMirror (dir: string): Promise<JournalFigures> {
  try {
    const values = await mirroredValues(dir, LEDGER_KEYS.entry)
    return figures(await replay([...values.values()].map(text => JSON.parse(text) as Entry)))
  } catch (error) {
    return { error: errorMessage(error) }
  }
}

/** Receipts of this coordinator that its books do not know, as workers have shown them. */
async function receiptsAhead (dir: string): Promise<readonly { readonly worker: string, readonly seq: number, readonly receipted: string }[]> {
  const shown = await mirroredValues(dir, AHEAD).catch(() => new Map<string, string>())
  return [...shown].map(([key, text]) => {
    const { receipt } = openReceipt(...textOf(text), { verify: verifySignature })
    return { worker: key.slice(AHEAD.length), seq: receipt.seq, receipted: formatByc(receipt.cumulative) }
  })
}

function textOf (stored: string): [body: string, signature: string] {
  const { body, signature } = JSON.parse(stored) as { body: string, signature: string }
  return [body, signature]
}

function figures ({ entries, head, books }: Replayed) {
  return { entries, head: head.hash, issued: formatByc(books.issued) }
}

/** The entries of an exported journal, a line each, as yet unchecked. */
export async function * entriesOf (file: string): AsyncGenerator<Entry> {
  let rest = ''
  let number = 0
  const parse = (line: string): Entry => {
    number++
    try {
      return JSON.parse(line) as Entry
    } catch {
      throw new NightshiftError('NS_E_LEDGER', `line ${number} is not an entry of a journal`)
    }
  }
  try {
    for await (const text of createReadStream(file, 'utf8') as AsyncIterable<string>) {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) yield parse(line)
    }
  } catch (error) {
    if (error instanceof NightshiftError) throw error
    throw new NightshiftError('NS_E_INPUT_UNREADABLE', `cannot read ${file}: ${errorMessage(error)}`)
  }
  if (rest !== '') yield parse(rest)
}

export async function exportJournal (command: Common & { readonly out: string }): Promise<number> {
  const data = await (await connect(command.data)).stream('/v1/ledger/journal')
  await pipeline(data, command.out === '-' ? process.stdout : createWriteStream(command.out))
  if (command.out !== '-' && command.output === 'json') printJson({ out: command.out })
  else if (command.out !== '-') print(`the journal is in ${command.out}; check it anywhere with: nightshift ledger verify ${command.out}`)
  return EXIT.done
}

export async function repair (command: Common & { readonly fromMirror?: boolean, readonly yes?: boolean }): Promise<number> {
  if (command.fromMirror !== true) throw new NightshiftError('NS_E_USAGE', 'repair from what?', { remedy: 'add --from-mirror' })
  const folder = folderOf(command.data)
  if (command.yes !== true && !await confirmed(`The database in ${folder} is built anew from its mirror; the present one is kept beside it. Go on? [y/N] `)) {
    say('nothing was changed')
    return EXIT.error
  }
  const { dir, mirrorDir } = storeFolders(folder)
  const done = await repairFromMirror(dir, mirrorDir, say)
  if (command.output === 'json') printJson({ batch: done.position.n, snapshot: done.snapshot, batches: done.batches, kept: done.kept })
  else {
    print(`repaired up to batch ${done.position.n}: snapshot ${done.snapshot} and ${done.batches} batches after it`)
    print(`  the damaged database is kept in ${done.kept}`)
  }
  await endQuarantine(folder)
  return EXIT.done
}

/** A coordinator that is up on this folder, quarantined, is told that it may look again. */
async function endQuarantine (folder: string): Promise<void> {
  const endpoint = await readEndpoint(folder)
  const told = endpoint !== undefined && await new ApiClient(endpoint).post(QUARANTINE_END).then(() => true, () => false)
  say(told ? 'the quarantined coordinator is told, and goes back to work' : 'no coordinator waits for this: start the node again')
}

export async function confirmed (question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new NightshiftError('NS_E_USAGE', 'there is nobody to ask', { remedy: 'add --yes to go on without a question' })
  const dialog = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await dialog.question(question)).trim())
  } finally {
    dialog.close()
  }
}
