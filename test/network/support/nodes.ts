import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import type { Hello, Message } from '../../../src/model/messages/control.ts'
import type { BlobStore } from '../../../src/model/store.ts'
import type { ReceivedFrame, Transport } from '../../../src/model/transport.ts'
import type { Logger } from '../../../src/observe/logger.ts'
import { openTransport } from '../../../src/network/index.ts'
import type { TransportOptions } from '../../../src/network/index.ts'
import { memoryBlobs } from './memory-blobs.ts'

export interface LogLine { readonly level: string, readonly about: Record<string, unknown>, readonly text: string }

/** A running node with everything that happened to it. */
export interface TestNode {
  readonly dataDir: string
  readonly transport: Transport
  readonly blobs: BlobStore & { plant: (sha256: string, bytes: Uint8Array) => void }
  readonly ups: Array<{ readonly peer: string, readonly hello: Hello }>
  readonly downs: Array<{ readonly peer: string, readonly why: string }>
  readonly frames: ReceivedFrame[]
  readonly log: LogLine[]
  readonly address: string
}

export async function tempDir (): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'nightshift-network-'))
  onTestFinished(async () => { await rm(dir, { recursive: true, force: true }) })
  return dir
}

/** A node on loopback that ends with the test. */
export async function startNode (options: Partial<TransportOptions> & { version?: number, minVersion?: number } = {}): Promise<TestNode> {
  const dataDir = options.dataDir ?? await tempDir()
  const blobs = memoryBlobs()
  const seen = { ups: [] as TestNode['ups'], downs: [] as TestNode['downs'], frames: [] as ReceivedFrame[], log: [] as LogLine[] }
  const role = options.role ?? 'worker'
  const transport = await openTransport({
    dataDir,
    listen: ['/ip4/127.0.0.1/tcp/0'],
    peers: [],
    mdns: false,
    profile: 'local',
    role,
    hello: () => hello({ version: options.version ?? 1, minVersion: options.minVersion ?? 1, role }),
    blobs,
    events: {
      onPeerUp: (peer, hello) => { seen.ups.push({ peer, hello }) },
      onPeerDown: (peer, why) => { seen.downs.push({ peer, why }) },
      onFrame: frame => { seen.frames.push(frame) }
    },
    log: recorder(seen.log),
    ...options
  })
  onTestFinished(async () => { await transport.close() })
  return { dataDir, transport, blobs, ...seen, address: transport.addresses()[0] ?? '' }
}

/** Two connected nodes; the second dialled the first. */
export async function startPair (): Promise<{ a: TestNode, b: TestNode }> {
  const a = await startNode({ role: 'coordinator' })
  const b = await startNode({ peers: [a.address] })
  await until(() => a.ups.length === 1 && b.ups.length === 1)
  return { a, b }
}

export function hello (about: Partial<Hello> = {}): Hello {
  return { version: 1, minVersion: 1, role: 'worker', agent: 'test', incarnation: 0, ledgerSeq: 0, ledgerHash: new Uint8Array(), ...about }
}

export async function until (condition: () => boolean, timeout = 15_000): Promise<void> {
  await vi.waitFor(() => { if (!condition()) throw new Error(`never true: ${condition.toString()}`) }, { timeout, interval: 5 })
}

export function messagesOf (node: TestNode): Message[] {
  return node.frames.flatMap(frame => frame.messages)
}

function recorder (lines: LogLine[]): Logger {
  const at = (level: string) => (about: Record<string, unknown>, text: string) => { lines.push({ level, about, text }) }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } as unknown as Logger
}
