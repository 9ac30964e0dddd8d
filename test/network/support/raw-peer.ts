import type { Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { onTestFinished } from 'vitest'
import { Frame, Message } from '../../../src/model/messages/control.ts'
import { digestOf, signDigests, signingKey } from '../../../src/model/messages/signing.ts'
import { CONTROL_PROTOCOL } from '../../../src/network/control.ts'
import { Traffic } from '../../../src/network/traffic.ts'
import { createNode } from '../../../src/network/node.ts'
import type { NetworkNode } from '../../../src/network/node.ts'
import { loadIdentity } from '../../../src/network/identity.ts'
import { framed } from '../../../src/network/stream-io.ts'
import { hello, tempDir } from './nodes.ts'
import type { TestNode } from './nodes.ts'

/** A libp2p peer that speaks the control protocol by hand, so that it can get it wrong. */
export interface RawPeer {
  readonly node: NetworkNode
  readonly peerId: string
  /** opens a control stream to a node */
  readonly open: (to: TestNode) => Promise<Stream>
  /** a frame for a node, signed by this peer unless told otherwise */
  readonly frame: (to: TestNode, messages: readonly Message[], change?: (frame: Frame) => Frame) => Uint8Array
}

export async function rawPeer (): Promise<RawPeer> {
  const identity = await loadIdentity(await tempDir())
  const node = await createNode({ privateKey: identity.privateKey, listen: ['/ip4/127.0.0.1/tcp/0'], announce: [], profile: 'local', bans: { has: () => false }, traffic: new Traffic() })
  await node.start()
  onTestFinished(async () => { await node.stop() })
  const key = signingKey(identity.privateKey.raw)
  return {
    node,
    peerId: identity.peerId,
    open: async to => {
      const connection = await node.dial(multiaddr(to.address))
      return await connection.newStream(CONTROL_PROTOCOL)
    },
    frame: (to, messages, change = frame => frame) => {
      const encoded = messages.map(message => Message.encode(message))
      return Frame.encode(change({ messages: encoded, signature: signDigests(key, identity.peerId, to.transport.self, encoded.map(digestOf)) }))
    }
  }
}

/** Opens a control stream and says Hello properly. */
export async function greet (peer: RawPeer, to: TestNode): Promise<Stream> {
  const stream = await peer.open(to)
  stream.send(framed(peer.frame(to, [{ hello: hello() }])))
  return stream
}
