import { setTimeout as delay } from 'node:timers/promises'
import type { Random } from '../model/clock.ts'
import type { Usage } from '../model/executor.ts'
import type { Message } from '../model/messages/control.ts'
import { resultHash } from '../model/result.ts'
import type { BlobStore } from '../model/store.ts'
import type { TaskResult } from './events.ts'

/** How a worker treats its tasks. Honest, unless a test cluster asks for another. */
export interface Behaviour {
  /** after the app ran, before its result counts */
  readonly during: (usage: Usage, signal: AbortSignal) => Promise<void>
  /** what it adds to the time of every run, milliseconds */
  readonly extraMs?: number
  readonly after: (result: TaskResult, blobs: BlobStore, signal: AbortSignal) => Promise<TaskResult>
  /** whether it says this to its coordinator */
  readonly says: (message: Message) => boolean
}

/** What a test cluster asks of a worker; nothing of it makes an honest one. */
export interface BehaviourOptions {
  /** changes every result */
  readonly lie?: boolean
  /** honest for this many results, then changes every other one */
  readonly onOff?: number
  /** takes this much longer for every task, milliseconds */
  readonly slowMs?: number
  /** share of its tasks that end badly: by a failure it makes up, or by the end of its process */
  readonly flaky?: number
  /** commits to its results and never shows them */
  readonly secretive?: boolean
}

export function behaviourOf ({ lie, onOff, slowMs, flaky: share, secretive }: BehaviourOptions, random: Random, slots = 1): Behaviour {
  let behaviour = HONEST
  if (lie === true) behaviour = lying(behaviour)
  if (onOff !== undefined) behaviour = turning(onOff)
  if (share !== undefined) behaviour = flaky(share, random, behaviour)
  if (slowMs !== undefined) behaviour = slow(slowMs, behaviour, slots)
  return secretive === true ? { ...behaviour, says: message => message.reveal === undefined } : behaviour
}

export const HONEST: Behaviour = {
  during: () => Promise.resolve(),
  after: result => Promise.resolve(result),
  says: () => true
}

/** For test clusters: a machine that needs this much longer for every task, milliseconds; each of its slots for one after the other. */
export function slow (ms: number, then: Behaviour = HONEST, slots = 1): Behaviour {
  const lanes = Array.from({ length: slots }, () => Promise.resolve())
  let next = 0
  return {
    ...then,
    extraMs: ms,
    during: async (_, signal) => {
      const lane = next++ % slots
      const mine = (lanes[lane] ?? Promise.resolve()).then(async () => { await delay(ms, undefined, { signal }) })
      // what ends early makes way
      lanes[lane] = mine.catch(() => undefined)
      await mine
    }
  }
}

/** For test clusters: a worker that changes one byte of every result, hashes it and swears to it. */
export function lying (then: Behaviour = HONEST): Behaviour {
  return {
    ...then,
    after: async (result, blobs, signal) => {
      if (!result.ok) return result
      const [first, ...rest] = result.files
      const parts: Uint8Array[] = []
      if (first !== undefined) for await (const part of blobs.open(first.sha256)) parts.push(part)
      const content = Buffer.concat([...parts, ...first === undefined || first.size === 0 ? [Buffer.from('0')] : []])
      content[content.length - 1] = (content.at(-1) ?? 0) ^ 1
      const { sha256, size } = await blobs.put(content, { signal })
      const files = [{ path: first?.path ?? 'result', sha256, size }, ...rest]
      return { ...result, files, value: resultHash({ exitCode: 0, files }) }
    }
  }
}

/** For test clusters: a worker that is honest until it may be trusted, and lies every other time from then on. */
function turning (after: number): Behaviour {
  const liar = lying()
  let results = 0
  return { ...HONEST, after: async (result, blobs, signal) => ++results > after && results % 2 === 0 ? await liar.after(result, blobs, signal) : result }
}

/** For test clusters: a worker some of whose tasks fail for no reason of the app's, or take the whole process with them. */
export function flaky (share: number, random: Random, then: Behaviour = HONEST): Behaviour {
  return {
    ...then,
    after: async (result, blobs, signal) => {
      if (!result.ok || random.fraction() >= share) return await then.after(result, blobs, signal)
      const way = Math.floor(random.fraction() * 3)
      if (way === 0) process.kill(process.pid, 'SIGKILL')
      const failure = way === 1
        ? { failureClass: 'node', code: 'SANDBOX_CRASHED', message: 'this worker is flaky', exitCode: 0 } as const
        : { failureClass: 'app', code: 'EXIT_NONZERO', message: 'this worker says that the app failed', exitCode: 1 } as const
      return { ok: false, ...failure, stderrTail: '', usage: result.usage }
    }
  }
}
