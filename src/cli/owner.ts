import { readFile } from 'node:fs/promises'
import ms from 'ms'
import type { StringValue } from 'ms'
import { dataFolder } from '../config/paths.ts'
import { REMOVE_IT, ownerFile, readOwnerRules, writeOwnerSettings } from '../composition/owner-watch.ts'
import { NightshiftError } from '../model/errors.ts'
import { isPeerId } from '../model/messages/signing.ts'
import { isSetting } from '../model/owner-rules.ts'
import type { OwnerRules, OwnerSettings } from '../model/owner-rules.ts'
import type { WorkerStatus } from '../worker/status.ts'
import { connectWorker } from './connect.ts'
import { EXIT, print, printJson, say } from './output.ts'
import type { Format } from './output.ts'
import { showWorker } from './worker-status.ts'

/** Longest pause that ends by itself, milliseconds. */
const MOST_PAUSE_MS = 366 * 24 * 3600_000

interface Common { readonly data?: string, readonly output: Format }
interface WithConfig extends Common { readonly config?: string }

/** `nightshift node pause [2h]`: what runs is held within two seconds. */
export async function pause (forHow: string | undefined, command: Common & { readonly release?: boolean }): Promise<number> {
  const forMs = forHow === undefined ? undefined : durationOf(forHow)
  return await said(command, '/v1/owner/pause', { release: command.release === true, ...forMs === undefined ? {} : { forMs } })
}

export async function resume (command: Common): Promise<number> {
  return await said(command, '/v1/owner/resume')
}

export async function finish (command: Common): Promise<number> {
  return await said(command, '/v1/owner/finish')
}

export async function drain (command: Common): Promise<number> {
  return await said(command, '/v1/owner/drain')
}

async function said ({ data, output }: Common, path: string, body?: object): Promise<number> {
  const status = await (await connectWorker(data)).post<WorkerStatus>(path, body)
  if (output === 'json') printJson(status)
  else showWorker(status)
  return EXIT.done
}

/** A length of time as people write it: `90s`, `30m`, `2h`, `1d`. Milliseconds. */
function durationOf (text: string): number {
  const value = /^\d+(\.\d+)?\s*[a-z]+$/i.test(text) ? ms(text as StringValue) as number | undefined : undefined
  if (value === undefined || !Number.isFinite(value) || value < 1) {
    throw new NightshiftError('NS_E_USAGE', `${JSON.stringify(text)} is no length of time`, { remedy: 'write it like 90s, 30m, 2h or 1d' })
  }
  if (value > MOST_PAUSE_MS) throw new NightshiftError('NS_E_USAGE', `${text} is longer than a year`, { remedy: 'without a time it is paused until "nightshift node resume"' })
  return value
}

/** `nightshift node block PEER`: this machine works for that coordinator no more. */
export async function block (peer: string, command: WithConfig): Promise<number> {
  return await changeLists(peer, command, ({ allow, deny }, id) => ({ allow: allow.filter(one => one !== id), deny: [...new Set([...deny, id])] }))
}

export async function unblock (peer: string, command: WithConfig): Promise<number> {
  return await changeLists(peer, command, ({ allow, deny }, id) => ({ allow, deny: deny.filter(one => one !== id) }))
}

/** `nightshift node trust PEER`: from the first one on, this machine works for those that are named, and for nobody else. */
export async function trust (peer: string, command: WithConfig): Promise<number> {
  return await changeLists(peer, command, ({ allow, deny }, id) => ({ allow: [...new Set([...allow, id])], deny: deny.filter(one => one !== id) }))
}

async function changeLists (named: string, command: WithConfig, change: (lists: OwnerRules['coordinators'], peer: string) => OwnerRules['coordinators']): Promise<number> {
  const peer = await coordinatorOf(named, command)
  const file = settingsFile(command)
  const { coordinators } = await readOwnerRules(file)
  const rules = await writeOwnerSettings(file, { ...await settingsIn(file), coordinators: change(coordinators, peer) })
  if (command.output === 'json') printJson(rules.coordinators)
  else {
    print(`works for ${rules.coordinators.allow.length === 0 ? 'every coordinator' : `these coordinators only: ${rules.coordinators.allow.join(', ')}`}`)
    if (rules.coordinators.deny.length > 0) print(`and never for ${rules.coordinators.deny.join(', ')}`)
  }
  return EXIT.done
}

/** The peer id that was given, or of the one connected coordinator whose id ends so, as "status" shows it. */
async function coordinatorOf (named: string, { data }: WithConfig): Promise<string> {
  if (isPeerId(named)) return named
  const { coordinators } = await connectWorker(data).then(async api => await api.get<WorkerStatus>('/v1/status')).catch(() => ({ coordinators: [] }))
  const ending = coordinators.map(({ peer }) => peer).filter(peer => named.length >= SHORTEST_END && peer.endsWith(named))
  if (ending.length === 1 && ending[0] !== undefined) return ending[0]
  throw new NightshiftError('NS_E_USAGE', `${named} is neither a peer id of this network nor the end of that of one connected coordinator`, {
    remedy: 'a whole one begins with 12D3KooW; "nightshift wallet peers --worker --output json" has those of all that this machine worked for'
  })
}
const SHORTEST_END = 4

/** `nightshift config list`: the rules in force, and which of them were set by hand. */
export async function listConfig (command: WithConfig): Promise<number> {
  const file = settingsFile(command)
  const written = await settingsIn(file)
  const rules = await readOwnerRules(file)
  if (command.output === 'json') {
    printJson({ file, settings: written, rules })
    return EXIT.done
  }
  print(`profile  ${written.profile ?? 'desktop'}`)
  for (const [key, value] of Object.entries(rules)) print(`${key}  ${JSON.stringify(value)}${key in written ? '  (set)' : ''}`)
  say(`kept in ${file}; a running worker follows within two seconds`)
  return EXIT.done
}

/** `nightshift config set KEY VALUE`: dots for nested keys, the value as JSON or plain text. */
export async function setConfig (key: string, value: string, command: WithConfig): Promise<number> {
  return await change(command, settings => withKey(settings, key.split('.'), parsed(value)))
}

export async function unsetConfig (key: string, command: WithConfig): Promise<number> {
  return await change(command, settings => {
    const [first = ''] = key.split('.')
    if (!isSetting(first)) throw new NightshiftError('NS_E_CONFIG', `there is no setting "${key}"`, { remedy: 'see "nightshift config list" for the settings there are' })
    return withKey(settings, key.split('.'), undefined)
  })
}

async function change (command: WithConfig, how: (settings: Readonly<Record<string, unknown>>) => object): Promise<number> {
  const file = settingsFile(command)
  await writeOwnerSettings(file, how(await settingsIn(file)))
  return await listConfig(command)
}

function withKey (settings: Readonly<Record<string, unknown>>, [first = '', ...rest]: readonly string[], value: unknown): Record<string, unknown> {
  const inner = settings[first]
  const next = rest.length === 0 ? value : withKey(typeof inner === 'object' && inner !== null ? inner as Record<string, unknown> : {}, rest, value)
  const { [first]: _, ...others } = settings
  // nothing left of a group is the same as never having set it, and is no half of a contradiction
  const gone = next === undefined || (value === undefined && typeof next === 'object' && next !== null && Object.keys(next).length === 0)
  return gone ? others : { ...others, [first]: next }
}

function parsed (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function settingsFile ({ data, config }: WithConfig): string {
  return ownerFile(data ?? dataFolder('worker'), config === undefined ? {} : { file: config })
}

async function settingsIn (file: string): Promise<OwnerSettings> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '{}'
    throw error
  })
  const value = parsed(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new NightshiftError('NS_E_CONFIG', `${file} is no JSON object`, { remedy: REMOVE_IT })
  return value
}
