import { setTimeout as delay } from 'node:timers/promises'
import type { Usage } from '../model/executor.ts'
import { resultHash } from '../model/result.ts'
import type { BlobStore } from '../model/store.ts'
import type { TaskResult } from './events.ts'

/** How a worker treats its tasks. Honest, unless a test cluster asks for another. */
export interface Behaviour {
  /** after the app ran, before its result counts */
  readonly during: (usage: Usage, signal: AbortSignal) => Promise<void>
  readonly after: (result: TaskResult, blobs: BlobStore, signal: AbortSignal) => Promise<TaskResult>
}

export const HONEST: Behaviour = {
  during: () => Promise.resolve(),
  after: result => Promise.resolve(result)
}

/** For test clusters: a worker that takes this much longer for every task, milliseconds. */
export function slow (ms: number, then: Behaviour = HONEST): Behaviour {
  return { ...then, during: async (_, signal) => { await delay(ms, undefined, { signal }) } }
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
