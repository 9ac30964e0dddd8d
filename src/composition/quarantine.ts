import { join } from 'node:path'
import { JobLogs } from '../coordinator/job-logs.ts'
import { Listeners } from '../coordinator/listeners.ts'
import { lookAt } from '../coordinator/look.ts'
import type { Look } from '../coordinator/look.ts'
import { BlockRegistry } from '../coordinator/registry.ts'
import type { Services } from '../coordinator/services.ts'
import type { CoordinatorConfig } from '../coordinator/state.ts'
import { NightshiftError, asNightshiftError, errorMessage } from '../model/errors.ts'
import { nodeSigner } from '../model/messages/signing.ts'
import { reason } from '../model/reasons.ts'
import type { Store } from '../model/store.ts'
import { loadIdentity } from '../network/index.ts'
import type { Logger } from '../observe/logger.ts'
import { archiveFolders, openMirroredStore, readJournalArchive } from '../storage/index.ts'
import type { CoordinatorNode } from './coordinator-node.ts'
import { storeFolders } from './node-store.ts'
import { systemClock, systemRandom } from './system.ts'

/** True for what says that database or books are not what was written: nothing may be promised with them. */
export function condemnsBooks (error: unknown): error is NightshiftError {
  return error instanceof NightshiftError && (error.code === 'NS_E_DATA_CORRUPT' || error.code === 'NS_E_LEDGER')
}

/** Reads a node's books; a fault in them becomes NS_E_QUARANTINED, so that no other damaged file is taken for it. */
export async function orQuarantine<T> (reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (error) {
    if (!condemnsBooks(error)) throw error
    throw new NightshiftError('NS_E_QUARANTINED', error.message, { cause: error, remedy: error.remedy })
  }
}

/**
 * A coordinator whose data does not verify: it shows what it can read and does
 * nothing else.
 *
 * It does not listen on the network. What it would say to a worker, even a
 * refusal, is said with its identity and with books it does not believe; workers
 * whose coordinator is silent do what is right by themselves: they finish what
 * they run, keep results and receipts, and call again until it answers.
 *
 * What it shows is read from the mirror, once, into memory: that is what a repair
 * restores, and reading it needs neither the damaged database, which LevelDB
 * would change by opening it, nor its lock, so that a repair can run beside.
 * @param why what does not verify
 */
export async function openQuarantined (options: { readonly dataDir: string, readonly log: Logger }, why: NightshiftError): Promise<CoordinatorNode> {
  const { dataDir, log } = options
  const identity = await loadIdentity(dataDir)
  const signer = nodeSigner(identity.peerId, identity.privateKey.raw)
  const { look, store } = await readable(dataDir, look => lookAt(look, signer, NOTHING_OFFERED, reason('QUARANTINED', why.message), systemClock.now()), why)
  const told = new NightshiftError(why.code === 'NS_E_LEDGER' ? 'NS_E_LEDGER' : 'NS_E_DATA_CORRUPT', why.message, { remedy: remedyFor(dataDir, look), cause: why })
  log.error({ code: 'NS_E_QUARANTINED', why: told.message, remedy: told.remedy, alsoInMirror: 'faults' in look ? look.faults : [look.unreadable] }, 'quarantined: this coordinator answers questions, and leases, pays and promises nothing')
  const refusal = refusalOf(told)
  const refused = <T extends object>(): T => absent<T>(refusal)
  const services: Services = {
    state: 'state' in look ? look.state : absent(refusalOf(told, `; the mirror cannot be read either: ${look.unreadable}`)),
    store,
    archive: { ...readJournalArchive(archiveFolders(dataDir)), append: () => Promise.reject(refusal) },
    logs: new JobLogs(join(dataDir, 'logs'), err => { log.error({ err }, 'a job log could not be written') }),
    executors: new Map(),
    clock: systemClock,
    random: systemRandom,
    log,
    blobs: refused(),
    transport: refused(),
    images: refused(),
    credentials: refused(),
    pins: refused(),
    post: () => { throw refusal }
  }
  let end: () => void = () => undefined
  const ended = new Promise<void>(resolve => { end = resolve })
  return {
    peerId: identity.peerId,
    addresses: [],
    services,
    registry: new BlockRegistry(store, services.blobs),
    feed: new Listeners(),
    request: () => Promise.reject(refusal),
    failed: new Promise(() => undefined),
    quarantine: { why: told, refusal, ended, end },
    close: () => Promise.resolve()
  }
}

/** A quarantined coordinator, as its API shows it and lets it go. */
export interface Quarantine {
  /** what does not verify, and what to do about it */
  readonly why: NightshiftError
  /** what everything that would change something is answered with */
  readonly refusal: NightshiftError
  /** Resolves when a repair has said that it is done: the coordinator is then to be opened anew. */
  readonly ended: Promise<void>
  readonly end: () => void
}

const NOTHING_OFFERED: CoordinatorConfig = { trusted: new Set(), user: 'local', defaultBudget: 0n, leaseTtlMs: 0, platforms: [] }

type Readable = Look | { readonly unreadable: string }

async function readable (dataDir: string, read: (store: Store) => Promise<Look>, why: NightshiftError): Promise<{ readonly look: Readable, readonly store: Store }> {
  try {
    const store = await openMirroredStore(storeFolders(dataDir).mirrorDir, refusalOf(why))
    return { look: await read(store), store }
  } catch (error) {
    const unreadable = errorMessage(error)
    return { look: { unreadable }, store: absent(refusalOf(asNightshiftError(error))) }
  }
}

/** A repair brings back what the mirror says: it helps only when that is right. */
function remedyFor (dataDir: string, look: Readable): string {
  const verify = `"nightshift ledger verify --data ${dataDir}" says what is whole`
  if ('faults' in look && look.faults.length === 0) {
    return `${verify}; "nightshift ledger repair --from-mirror --data ${dataDir}" builds the database anew, and this coordinator then works on by itself`
  }
  const fault = 'faults' in look ? look.faults.join('; ') : look.unreadable
  return `${verify}. The mirror would not help (${fault}): stop this coordinator, keep the folder, put a backup in its place and start again with --adopt-receipts, which books what workers hold receipts for`
}

function refusalOf (why: NightshiftError, more = ''): NightshiftError {
  return new NightshiftError('NS_E_QUARANTINED', `this coordinator is quarantined, it shows what it can read and changes nothing: ${why.message}${more}`, { remedy: why.remedy })
}

/** Stands where a part of the node would be: whoever asks anything of it is refused. */
function absent<T extends object> (refusal: NightshiftError): T {
  return new Proxy<T>({} as T, { get: () => { throw refusal } })
}
