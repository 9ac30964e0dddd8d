import { errorMessage } from '../model/errors.ts'
import type { Message } from '../model/messages/control.ts'
import type { BlobStore } from '../model/store.ts'
import type { ReceivedFrame } from '../model/transport.ts'
import type { Logger } from '../observe/logger.ts'
import type { WorkerEvent } from './events.ts'

export interface Receiver {
  readonly blobs: BlobStore
  readonly log: Logger
  readonly post: (event: WorkerEvent) => void
}

/** Hands the messages of a frame to the core, in order; inputs that travel inside a lease are stored first, verified. */
export function receive (receiver: Receiver, frame: ReceivedFrame): void {
  for (const message of frame.messages) {
    if ((message.lease?.input?.inline.length ?? 0) > 0) void storeInline(receiver, frame.peer, message)
    else receiver.post({ kind: 'message', peer: frame.peer, message })
  }
}

async function storeInline (receiver: Receiver, peer: string, message: Message): Promise<void> {
  const input = message.lease?.input
  if (input === undefined) return
  try {
    await receiver.blobs.put(input.inline, { expect: Buffer.from(input.sha256).toString('hex') })
  } catch (error) {
    // the task will ask for the content by hash and report what it finds
    receiver.log.warn({ peer, why: errorMessage(error) }, 'a lease carried content that is not what its hash says')
  }
  receiver.post({ kind: 'message', peer, message })
}
