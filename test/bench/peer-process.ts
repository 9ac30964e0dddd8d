import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A helper process of a benchmark that answers one question at a time. */
export interface PeerProcess {
  readonly ask: <T>(question: Readonly<Record<string, unknown>>) => Promise<T>
  readonly stop: () => Promise<void>
}

/** Starts `name` of this folder as a process of its own. */
export function startPeer (name: string, args: readonly string[]): PeerProcess {
  const child = fork(fileURLToPath(new URL(`./${name}${extname(import.meta.url)}`, import.meta.url)), [...args], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  return {
    ask: async question => {
      child.send(question)
      return await answerOf(child)
    },
    stop: async () => {
      if (child.exitCode !== null) return
      child.disconnect()
      await once(child, 'exit')
    }
  }
}

async function answerOf<T> (child: ChildProcess): Promise<T> {
  const done = new AbortController()
  const exited = once(child, 'exit', { signal: done.signal }).then(([code]) => { throw new Error(`a helper process ended with ${code}`) })
  exited.catch(() => undefined)
  try {
    const [answer] = await Promise.race([once(child, 'message', { signal: done.signal }), exited]) as [{ error?: string, value: T }]
    if (answer.error !== undefined) throw new Error(answer.error)
    return answer.value
  } finally {
    done.abort()
  }
}

/** The other side: answers questions until the parent goes, then calls `close`. */
export function answer (handle: (question: Record<string, unknown>) => Promise<unknown>, close: () => Promise<void>): void {
  process.on('message', (question: Record<string, unknown>) => {
    handle(question).then(
      value => process.send?.({ value }),
      (error: unknown) => process.send?.({ error: error instanceof Error ? `${error.message}\n${error.stack}` : String(error) })
    )
  })
  process.on('disconnect', () => { void close() })
}
