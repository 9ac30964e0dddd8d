import { createReadStream, existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { storeFolders } from '../composition/node-store.ts'
import { KEYS as COORDINATOR_KEYS } from '../coordinator/keys.ts'
import { accountsRoot } from '../ledger/checkpoint.ts'
import { checkJournal } from '../ledger/check-journal.ts'
import type { CheckedJournal, Known } from '../ledger/check-journal.ts'
import { openBooksLine } from '../ledger/books-line.ts'
import { journalLines } from '../ledger/journal.ts'
import { loadLedger } from '../ledger/load.ts'
import { openReceipt } from '../ledger/receipts.ts'
import { sourceOf } from '../ledger/source.ts'
import { NightshiftError, errorMessage } from '../model/errors.ts'
import { verifySignature } from '../model/messages/signing.ts'
import { formatByc } from '../model/money.ts'
import { loadIdentity } from '../network/index.ts'
import { archiveFolders, checkArchive, checkDatabase, checkMirror, mirroredValues, readJournalArchive } from '../storage/index.ts'
import { loadBooks } from '../worker/books.ts'
import { KEYS as WORKER_KEYS } from '../worker/keys.ts'
import { folderOf } from './ledger.ts'
import { EXIT, print, printJson, say } from './output.ts'
import type { Format } from './output.ts'

const AHEAD = COORDINATOR_KEYS.ahead
const LEDGER = 'ledger/'
const ANYBODY = { verify: verifySignature }

interface VerifyCommand { readonly data?: string, readonly output: Format, readonly checkpoint?: string }

/** `nightshift ledger verify [FILE]`: an exported journal, or everything a data folder holds. Changes nothing. */
export async function verify (file: string | undefined, command: VerifyCommand): Promise<number> {
  return file === undefined ? await verifyFolder(folderOf(command.data), command) : await verifyFile(file, command)
}

async function verifyFile (file: string, command: VerifyCommand): Promise<number> {
  try {
    const known = command.checkpoint === undefined ? undefined : await knownCheckpoint(command.checkpoint)
    const told = await checkJournal(linesOf(file), ANYBODY, known)
    if (command.output === 'json') printJson({ ok: true, ...figures(told) })
    else {
      print(`${file} is whole: ${told.entries} entries${told.from > 1 ? ` from entry ${told.from} on` : ''}, ${formatByc(told.books.issued)} BYC issued, every credit has its debit`)
      for (const peer of told.signers) print(`  its checkpoints are signed by ${peer}`)
    }
    return EXIT.done
  } catch (error) {
    if (!(error instanceof NightshiftError) || error.code !== 'NS_E_LEDGER') throw error
    if (command.output === 'json') printJson({ ok: false, error: { code: error.code, message: error.message } })
    else print(`${file} is not a whole journal: ${error.message}`)
    return EXIT.verification
  }
}

async function knownCheckpoint (file: string): Promise<Known> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => { throw unreadable(file, error) })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new NightshiftError('NS_E_LEDGER', `${file} holds no checkpoint: ${errorMessage(error)}`)
  }
  return openBooksLine(value, ANYBODY)
}

async function verifyFolder (folder: string, command: VerifyCommand): Promise<number> {
  if (!existsSync(join(folder, 'state')) && !existsSync(join(folder, 'mirror'))) throw new NightshiftError('NS_E_CONFIG', `there is no node's data in ${folder}`, { remedy: 'name its folder with --data' })
  if (!existsSync(join(folder, 'mirror'))) throw new NightshiftError('NS_E_CONFIG', `the data in ${folder} is of an earlier version, which kept no mirror to check it with`, { remedy: 'start the node once, it takes the data over' })
  const { dir, mirrorDir } = storeFolders(folder)
  const database = await checkDatabase(dir)
  const { peerId } = await loadIdentity(folder)
  const mirror = await checkMirror(mirrorDir, ({ peer, bytes, signature }) => peer === peerId && verifySignature(peer, bytes, signature))
  const held = await isWorkers(mirrorDir) ? await receiptsOfWorker(mirrorDir, peerId) : await booksOfCoordinator(folder, peerId)
  const isLost = database.state === 'damaged' || database.state === 'absent'
  const ok = held.ok && !isLost && mirror.damages.length === 0
  if (command.output === 'json') printJson({ ok, ...held.figures, database, mirror: { batch: mirror.position.n, snapshots: mirror.snapshots, damages: mirror.damages } })
  else {
    const words = { whole: 'whole', 'in use': 'in use by a running node, which checked it at its start', absent: 'ABSENT', damaged: 'DAMAGED' }
    print(`database: ${words[database.state]}${database.state === 'damaged' ? `: ${database.why}` : ''}`)
    print(`mirror:   ${mirror.damages.length === 0 ? `whole, ${mirror.snapshots} snapshot${mirror.snapshots === 1 ? '' : 's'}, up to batch ${mirror.position.n}` : `DAMAGED: ${mirror.damages.join('; ')}`}`)
    for (const line of held.lines) print(line)
    if (held.remedy !== undefined) say(`  what to do: ${held.remedy}`)
    if (isLost || held.isRepairable) say(`  what to do: nightshift ledger repair --from-mirror --data ${folder}`)
    else if (mirror.damages.length > 0) say('  what to do: start the node; it makes a new mirror from its database')
  }
  return ok ? EXIT.done : EXIT.verification
}

/** True for a worker's data. A coordinator counts its starts before it says anything; of a mirror that cannot be read nothing is known, and it is said to be damaged either way. */
async function isWorkers (mirrorDir: string): Promise<boolean> {
  const starts = await mirroredValues(mirrorDir, COORDINATOR_KEYS.incarnation).catch(() => undefined)
  return starts?.size === 0
}

/** What a data folder, beside its database, says of the money of its node, and whether that is right. */
interface Held { readonly ok: boolean, readonly figures: object, readonly lines: readonly string[], readonly remedy?: string, readonly isRepairable: boolean }

async function booksOfCoordinator (folder: string, peerId: string): Promise<Held> {
  const archive = await checkArchive(archiveFolders(folder))
  const journal = await journalOf(folder, peerId)
  const ahead = await receiptsAhead(storeFolders(folder).mirrorDir)
  return {
    ok: ahead.length === 0 && archive.damages.length === 0 && !('error' in journal),
    figures: { ahead, archive, journal },
    lines: [
      ...archive.files === 0 ? [] : [`archive:  ${archive.damages.length === 0 ? `whole, ${archive.files} file${archive.files === 1 ? '' : 's'}, each twice` : `DAMAGED: ${archive.damages.join('; ')}`}`],
      `journal:  ${'error' in journal ? `DAMAGED: ${journal.error}` : `whole, ${journal.entries} entries, ${journal.issued} BYC issued, every credit has its debit`}`,
      ...ahead.map(({ worker, seq, receipted }) => `receipts: BEHIND: worker ${worker} has receipt ${seq} for ${receipted} BYC, signed by this coordinator and unknown to these books`)
    ],
    ...ahead.length === 0 ? {} : { remedy: 'if another process runs with newer books, keep that one; if not: nightshift ledger adopt-receipts' },
    isRepairable: archive.damages.length > 0
  }
}

/** Every receipt a worker keeps, with its coordinator's signature looked at. */
async function receiptsOfWorker (mirrorDir: string, self: string): Promise<Held> {
  try {
    const stored = async (prefix: string): Promise<readonly (readonly [string, string])[]> => [...await mirroredValues(mirrorDir, prefix)].map(([key, text]) => [key.slice(prefix.length), text])
    const books = await loadBooks(self, ANYBODY, { books: await stored(WORKER_KEYS.book), receipts: await stored(WORKER_KEYS.receipt) })
    const receipted = formatByc([...books.values()].reduce((sum, { channel }) => sum + channel.cumulative, 0n))
    return { ok: true, figures: { receipts: { coordinators: books.size, receipted } }, lines: [`receipts: whole, ${receipted} BYC of ${books.size} coordinator${books.size === 1 ? '' : 's'}`], isRepairable: false }
  } catch (error) {
    return { ok: false, figures: { receipts: { error: errorMessage(error) } }, lines: [`receipts: DAMAGED: ${errorMessage(error)}`], isRepairable: false }
  }
}

type JournalFigures = ReturnType<typeof figures> | { readonly error: string }

/** The archive and what the mirror has of the database, as one chain from the first entry on; the balances it comes to must be those stored. */
async function journalOf (folder: string, peerId: string): Promise<JournalFigures> {
  try {
    const source = sourceOf(await mirroredValues(storeFolders(folder).mirrorDir, LEDGER))
    const ledger = await loadLedger(source, { self: peerId, ...ANYBODY })
    const told = await checkJournal(journalLines(source, readJournalArchive(archiveFolders(folder))), ANYBODY)
    if (told.head.hash !== ledger.head.hash) throw new Error(`its last entry is ${told.head.seq}, the head is entry ${ledger.head.seq}`)
    if (accountsRoot(told.accounts.values(), told.holds.values()) !== accountsRoot(ledger.accounts(), ledger.holds())) throw new Error('the balances stored are not what it adds up to')
    for (const peer of told.signers) if (peer !== peerId) throw new Error(`one of its checkpoints is signed by ${peer}`)
    return figures(told)
  } catch (error) {
    return { error: errorMessage(error) }
  }
}

/** Receipts of this coordinator that its books do not know, as workers have shown them. */
async function receiptsAhead (dir: string): Promise<readonly { readonly worker: string, readonly seq: number, readonly receipted: string }[]> {
  const shown = await mirroredValues(dir, AHEAD).catch(() => new Map<string, string>())
  return [...shown].map(([key, text]) => {
    const { receipt } = openReceipt(...textOf(text), ANYBODY)
    return { worker: key.slice(AHEAD.length), seq: receipt.seq, receipted: formatByc(receipt.cumulative) }
  })
}

function textOf (stored: string): [body: string, signature: string] {
  const { body, signature } = JSON.parse(stored) as { body: string, signature: string }
  return [body, signature]
}

function figures ({ entries, from, head, books, checkpoints, signers }: CheckedJournal) {
  return { from, entries, head: head.hash, issued: formatByc(books.issued), checkpoints, signers: [...signers] }
}

/** Lines of an exported journal, as yet unchecked. */
export async function * linesOf (file: string): AsyncGenerator<string> {
  let rest = ''
  try {
    for await (const text of createReadStream(file, 'utf8') as AsyncIterable<string>) {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      yield * lines
    }
  } catch (error) {
    throw unreadable(file, error)
  }
  if (rest !== '') yield rest
}

function unreadable (file: string, error: unknown): NightshiftError {
  return new NightshiftError('NS_E_INPUT_UNREADABLE', `cannot read ${file}: ${errorMessage(error)}`)
}
