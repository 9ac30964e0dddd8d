import { fork } from 'node:child_process'
import type { Serializable } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'

/**
 * Has a program do one item after the other, in as many processes as there are
 * cores, and tells of each as it is done, in any order. No item is begun any
 * more once `onResult` has returned false.
 * @param program see `serve`
 * @throws Error when a process dies, with the item it had
 */
export async function farm<T extends Serializable, R> (program: URL, items: Iterable<T>, onResult: (result: R, item: T) => boolean, processes = availableParallelism()): Promise<void> {
  const left = items[Symbol.iterator]()
  let goesOn = true
  const take = (): T | undefined => {
    const next = goesOn ? left.next() : { done: true, value: undefined }
    return next.done === true ? undefined : next.value
  }
  await Promise.all(Array.from({ length: processes }, async () => {
    let item = take()
    if (item === undefined) return
    const child = fork(fileURLToPath(program), { execArgv: ['--import', 'tsx'], serialization: 'advanced' })
    const ended = once(child, 'exit')
    const died = ended.then(([code, signal]) => { throw new Error(`the process with ${JSON.stringify(item)} ended with ${String(signal ?? code)}`) })
    try {
      for (; item !== undefined; item = take()) {
        const answer = once(child, 'message') as Promise<[R]>
        child.send(item)
        const [result] = await Promise.race([answer, died])
        if (!onResult(result, item)) goesOn = false
      }
    } finally {
      if (child.connected) child.disconnect()
      await ended
    }
  }))
}

/** The other side: does every item its parent sends, until the parent goes. */
export function serve<T, R> (work: (item: T) => R | Promise<R>): void {
  process.on('message', (item: T) => { void Promise.resolve(work(item)).then(result => process.send?.(result)) })
  process.once('disconnect', () => { process.exit() })
}
