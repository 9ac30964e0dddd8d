import { hash as digest } from 'node:crypto'
import { copyFile, mkdir, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { JournalArchive } from '../model/archive.ts'
import { NightshiftError, errorMessage } from '../model/errors.ts'
import { syncFolder } from './sync-folder.ts'

const NAME = /^journal-(\d{15})\.ndjson$/
/** Largest piece read, bytes: far beyond what one piece of the journal comes to. */
const MOST_BYTES = 256 * 1024 * 1024

/** The two folders an archive is kept in: a damage of one is repaired from the other. */
export type ArchiveFolders = readonly [string, string]

/** Of a coordinator's data folder. */
export function archiveFolders (dataDir: string): ArchiveFolders {
  return [join(dataDir, 'archive'), join(dataDir, 'mirror', 'archive')]
}

/**
 * Opens the archive of a journal: files of lines, each ended by a line with
 * their number and SHA-256, in two folders. What is missing in one of them is
 * copied from the other, and said.
 */
export async function openJournalArchive (folders: ArchiveFolders, log: (message: string) => void): Promise<JournalArchive> {
  for (const folder of folders) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    for (const name of await readdir(folder)) if (name.endsWith('.part')) await rm(join(folder, name), { force: true })
  }
  for (const [name, there] of await namesIn(folders)) {
    const from = there[0]
    if (there.length === folders.length || from === undefined) continue
    if (!await isWhole(join(from, name))) {
      log(`the archive file ${name} is missing in one of its folders and damaged in ${from}: put it back from a backup`)
      continue
    }
    for (const folder of folders) if (folder !== from) await restore(join(from, name), folder)
    log(`the archive file ${name} was missing in one of its folders and was copied from ${from}`)
  }
  return { ...readJournalArchive(folders), append: async (first, lines) => { await append(folders, first, lines) } }
}

/** The archive as it is, to read. */
export function readJournalArchive (folders: ArchiveFolders): Pick<JournalArchive, 'pieces'> {
  return { pieces: (from, options) => pieces(folders, from, options?.reverse === true) }
}

async function append (folders: ArchiveFolders, first: number, lines: readonly string[]): Promise<void> {
  const name = nameOf(first)
  const body = lines.map(line => `${line}\n`).join('')
  const text = `${body}${JSON.stringify({ end: lines.length, sha256: digest('sha256', body) })}\n`
  for (const folder of folders) {
    // the books of another day went further: what they had archived is no part of these
    for (const other of await archived(folder)) if (other > name) await rename(join(folder, other), join(folder, `${other}.superseded`))
    await writeWhole(folder, name, text)
  }
}

async function writeWhole (folder: string, name: string, text: string): Promise<void> {
  const part = join(folder, `${name}.part`)
  const file = await open(part, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.datasync()
  } finally {
    await file.close()
  }
  await rename(part, join(folder, name))
  await syncFolder(folder)
}

async function * pieces (folders: ArchiveFolders, from: number, reverse: boolean): AsyncGenerator<readonly string[]> {
  const names = [...(await namesIn(folders)).keys()].sort()
  const begin = names.findLastIndex(name => name <= nameOf(from))
  const wanted = names.slice(Math.max(0, begin))
  for (const name of reverse ? wanted.reverse() : wanted) yield await wholeCopy(folders, name)
}

async function wholeCopy (folders: ArchiveFolders, name: string): Promise<readonly string[]> {
  const damages: string[] = []
  for (const folder of folders) {
    try {
      return await linesOf(join(folder, name))
    } catch (error) {
      damages.push(errorMessage(error))
    }
  }
  throw new NightshiftError('NS_E_DATA_CORRUPT', `no copy of the archive file ${name} is whole: ${damages.join('; ')}`, { remedy: 'put the file back from a backup; balances do not depend on it' })
}

/** The lines of a file whose sum is right. Throws when it is not. */
async function linesOf (path: string): Promise<readonly string[]> {
  const { size } = await stat(path)
  if (size > MOST_BYTES) throw new Error(`${path} has ${size} bytes, ${MOST_BYTES} are allowed`)
  const text = await readFile(path, 'utf8')
  const begin = text.lastIndexOf('\n', text.length - 2) + 1
  const body = text.slice(0, begin)
  const lines = body === '' ? [] : body.slice(0, -1).split('\n')
  if (text.slice(begin) !== `${JSON.stringify({ end: lines.length, sha256: digest('sha256', body) })}\n`) throw new Error(`${path} is not what was written`)
  return lines
}

async function isWhole (path: string): Promise<boolean> {
  return await linesOf(path).then(() => true, () => false)
}

/** What of an archive is not whole; nothing is changed. */
export async function checkArchive (folders: ArchiveFolders): Promise<{ readonly files: number, readonly damages: readonly string[] }> {
  const damages: string[] = []
  const names = await namesIn(folders)
  for (const name of names.keys()) {
    for (const folder of folders) await linesOf(join(folder, name)).catch((error: unknown) => { damages.push(errorMessage(error)) })
  }
  return { files: names.size, damages }
}

/** Puts whole copies in the place of damaged or missing ones, which are kept under another name. Says what was done, and what could not be. */
export async function repairArchive (folders: ArchiveFolders, log: (message: string) => void): Promise<number> {
  let repaired = 0
  for (const name of (await namesIn(folders)).keys()) {
    const whole: string[] = []
    for (const folder of folders) if (await isWhole(join(folder, name))) whole.push(folder)
    const [from] = whole
    if (from === undefined) log(`no copy of the archive file ${name} is whole: put it back from a backup`)
    for (const folder of folders) {
      if (from === undefined || whole.includes(folder)) continue
      await rename(join(folder, name), join(folder, `${name}.damaged`)).catch(ignoreMissing)
      await restore(join(from, name), folder)
      repaired++
    }
  }
  return repaired
}

async function restore (path: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const part = join(folder, `${basename(path)}.part`)
  await copyFile(path, part)
  const file = await open(part, 'r+')
  try {
    await file.datasync()
  } finally {
    await file.close()
  }
  await rename(part, join(folder, basename(path)))
  await syncFolder(folder)
}

/** The names of all files, each with the folders that have it. */
async function namesIn (folders: ArchiveFolders): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>()
  for (const folder of folders) {
    for (const name of await archived(folder)) found.set(name, [...found.get(name) ?? [], folder])
  }
  return found
}

async function archived (folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: unknown) => { ignoreMissing(error); return [] })
  return names.filter(name => NAME.test(name)).sort()
}

function ignoreMissing (error: unknown): void {
  if ((error as { code?: string }).code !== 'ENOENT') throw error
}

function nameOf (first: number): string {
  return `journal-${String(first).padStart(15, '0')}.ndjson`
}
