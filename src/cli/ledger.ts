import { createWriteStream, existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { pipeline } from 'node:stream/promises'
import { ApiClient } from '../api/client.ts'
import { readEndpoint } from '../api/endpoint.ts'
import { QUARANTINE_END } from '../api/quarantine.ts'
import { storeFolders } from '../composition/node-store.ts'
import { clusterFolder, dataFolder } from '../config/paths.ts'
import type { Checkpoint } from '../ledger/checkpoint.ts'
import { NightshiftError } from '../model/errors.ts'
import { archiveFolders, repairArchive, repairFromMirror } from '../storage/index.ts'
import { connect } from './connect.ts'
import { EXIT, print, printJson, say } from './output.ts'
import type { Format } from './output.ts'

interface Common { readonly data?: string, readonly output: Format }

/** The data folder of a node, whether it runs or not; unless it is named, a coordinator's. */
export function folderOf (data: string | undefined): string {
  if (data !== undefined) return data
  const cluster = join(clusterFolder(), 'coordinator')
  return existsSync(join(cluster, 'mirror')) ? cluster : dataFolder('coordinator')
}

export async function exportJournal (command: Common & { readonly out: string, readonly sinceCheckpoint?: boolean }): Promise<number> {
  const since = command.sinceCheckpoint === true ? '?since=checkpoint' : ''
  const data = await (await connect(command.data)).stream(`/v1/ledger/journal${since}`)
  await pipeline(data, command.out === '-' ? process.stdout : createWriteStream(command.out))
  if (command.out !== '-' && command.output === 'json') printJson({ out: command.out })
  else if (command.out !== '-') print(`the journal is in ${command.out}; check it anywhere with: nightshift ledger verify ${command.out}`)
  return EXIT.done
}

export async function checkpoint (command: Common & { readonly out?: string }): Promise<number> {
  const api = await connect(command.data)
  const taken = await api.post<Checkpoint>('/v1/ledger/checkpoint')
  if (command.out !== undefined) await writeFile(command.out, `${JSON.stringify(await api.get('/v1/ledger/checkpoint'))}\n`)
  if (command.output === 'json') printJson(taken)
  else {
    print(`checkpoint at entry ${taken.seq}: balances ${taken.accountsRoot}`)
    if (command.out !== undefined) print(`  it is in ${command.out}, with the balances it vouches for; check what comes after it with: nightshift ledger verify FILE --checkpoint ${command.out}`)
  }
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
  const files = await repairArchive(archiveFolders(folder), say)
  if (command.output === 'json') printJson({ batch: done.position.n, snapshot: done.snapshot, batches: done.batches, kept: done.kept, archiveFiles: files })
  else {
    print(`repaired up to batch ${done.position.n}: snapshot ${done.snapshot} and ${done.batches} batches after it`)
    print(`  the damaged database is kept in ${done.kept}`)
    if (files > 0) print(`  ${files} damaged or missing file${files === 1 ? '' : 's'} of the archive replaced by the other copy`)
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
