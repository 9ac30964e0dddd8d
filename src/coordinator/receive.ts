import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { FileRef } from '../model/block.ts'
import { NightshiftError, asNightshiftError } from '../model/errors.ts'
import type { ErrorCode } from '../model/errors.ts'
import { FileRefSchema } from '../model/job.ts'
import { LIMITS } from '../model/limits.ts'
import type { Message, Reveal } from '../model/messages/control.ts'
import type { ReceivedFrame } from '../model/transport.ts'
import { findAttempt } from './attempts.ts'
import type { Services } from './services.ts'

/** A list of result files that travels as a blob, bytes. */
const MANIFEST_BYTES = 64 * 1024 * 1024
const FETCH_MS = 60_000
/** What only the sender can have caused; everything else is no reason to strike anyone. */
const THEIR_FAULT: readonly ErrorCode[] = ['NS_E_BLOB_CORRUPT', 'NS_E_PROTOCOL', 'NS_E_TOO_LARGE']
const FileList = Type.Array(FileRefSchema, { maxItems: LIMITS.resultFiles })

/**
 * Hands the messages of a frame to the core, in order. What a reveal carries or
 * points to is brought into the blob store first, verified, so that the core
 * only ever speaks of content by hash.
 */
export function receive (services: Services, frame: ReceivedFrame): void {
  for (const message of frame.messages) {
    const reveal = message.reveal
    if (reveal !== undefined && (reveal.manifest !== undefined || carriesContent(reveal))) {
      if (isAwaited(services, frame.peer, reveal)) void complete(services, frame.peer, message, reveal)
    } else services.post({ kind: 'message', peer: frame.peer, message })
  }
}

/** Content is taken only for a result that was asked for: what nobody waits for is not stored. */
function isAwaited (services: Services, peer: string, reveal: Reveal): boolean {
  const found = findAttempt(services.state, peer, reveal.attempt)
  return found?.attempt.state === 'COMMITTED' && found.attempt.revealAskedAt !== undefined
}

function carriesContent (reveal: Reveal): boolean {
  return reveal.files.some(file => file.content !== undefined && file.content.inline.length > 0)
}

/** A reveal whose content is not what it says is handed on unopened: with a nonce that fits nothing. */
async function complete (services: Services, peer: string, message: Message, reveal: Reveal): Promise<void> {
  try {
    const files = reveal.manifest === undefined ? reveal.files : await fetchManifest(services, peer, reveal.manifest)
    await Promise.all(files.map(async ({ content }) => {
      if (content === undefined || content.inline.length === 0) return
      await services.pins.add(hex(content.sha256), reveal.attempt?.jobId)
      await services.blobs.put(content.inline, { expect: hex(content.sha256) })
    }))
    services.post({ kind: 'message', peer, message: { ...message, reveal: { ...reveal, files } } })
  } catch (error) {
    const { code, message: why } = asNightshiftError(error)
    services.log.warn({ peer, code, why }, 'a revealed result could not be read')
    if (!THEIR_FAULT.includes(code)) return
    services.post({ kind: 'message', peer, message: { ...message, reveal: { ...reveal, nonce: new Uint8Array(32) } } })
  }
}

async function fetchManifest (services: Services, peer: string, ref: { readonly sha256: Uint8Array, readonly size: number }): Promise<Reveal['files']> {
  if (ref.size > MANIFEST_BYTES) throw new NightshiftError('NS_E_TOO_LARGE', `a list of result files of ${ref.size} bytes is over the limit of ${MANIFEST_BYTES}`)
  const sha256 = hex(ref.sha256)
  await services.transport.fetch(peer, { sha256, size: ref.size }, services.blobs, AbortSignal.timeout(FETCH_MS))
  const parts: Uint8Array[] = []
  for await (const part of services.blobs.open(sha256)) parts.push(part)
  const list = parse(Buffer.concat(parts).toString('utf8'))
  return list.map(file => ({ path: file.path, content: { sha256: Uint8Array.from(Buffer.from(file.sha256, 'hex')), size: file.size, inline: new Uint8Array() } }))
}

function parse (text: string): readonly FileRef[] {
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch {
    list = undefined
  }
  if (!Value.Check(FileList, list)) throw new NightshiftError('NS_E_PROTOCOL', 'a list of result files is malformed')
  return list
}

function hex (bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
