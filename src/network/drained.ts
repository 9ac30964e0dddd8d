import type { Stream, StreamCloseEvent } from '@libp2p/interface'

/**
 * Resolves when a stream takes data again. `stream.onDrain` does not do: after
 * its first use it resolves at once, and what is written then piles up without bound.
 */
export async function drained (stream: Stream, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted()
  if (stream.status !== 'open') throw new Error(`the stream is ${stream.status}`)
  if (!stream.writableNeedsDrain) return
  await new Promise<void>((resolve, reject) => {
    const done = (): void => {
      stream.removeEventListener('drain', onDrain)
      stream.removeEventListener('close', onClose)
      signal?.removeEventListener('abort', onAbort)
    }
    // libp2p sends what is left over in a microtask of its own, and may find no room again
    const onDrain = (): void => { queueMicrotask(check) }
    const check = (): void => {
      if (stream.writableNeedsDrain) return
      done()
      resolve()
    }
    const onClose = (event: StreamCloseEvent): void => {
      done()
      reject(event.error ?? new Error('the stream was closed'))
    }
    const onAbort = (): void => {
      done()
      reject(signal?.reason as Error)
    }
    stream.addEventListener('drain', onDrain)
    stream.addEventListener('close', onClose)
    signal?.addEventListener('abort', onAbort)
  })
}
