import { createHash } from 'node:crypto'
import { normaliseManifest } from '../../src/blocks/manifest.ts'
import { normaliseTemplate } from '../../src/blocks/template.ts'
import { readArchive } from '../../src/images/archive.ts'
import { parseConfig, parseDocument } from '../../src/images/manifest.ts'
import { signBelonging } from '../../src/ledger/belonging.ts'
import { openNetting, signNetting } from '../../src/ledger/netting.ts'
import { signReceipt, openReceipt, channelId, NO_RECEIPT_HASH } from '../../src/ledger/receipts.ts'
import { NightshiftError } from '../../src/model/errors.ts'
import { BlobRequest } from '../../src/model/messages/blob.ts'
import { Frame } from '../../src/model/messages/control.ts'
import { encodeBody } from '../../src/model/messages/encode.ts'
import { signingKey } from '../../src/model/messages/signing.ts'
import type { TaskSpec } from '../../src/model/task-spec.ts'
import { parseRequest } from '../../src/network/blob-server.ts'
import { openFrame } from '../../src/network/control-frame.ts'
import { PeerFault } from '../../src/network/faults.ts'
import { Preparer } from '../../src/worker/prepare.ts'
import { archiveOf, makeImage, tar } from '../containers/support/image.ts'
import { memoryBlobs } from '../network/support/memory-blobs.ts'
import { SAMPLES } from '../network/support/samples.ts'

import { simulatedSigner } from '../simulation/world/signer.ts'
import { cores } from './cores.ts'
import { mutateBytes, mutateText } from './mutate.ts'
import type { Target } from './run.ts'

type Refusal = abstract new (...args: never[]) => Error

/** Runs a reader: it takes its input, or refuses it with the one error it may. */
function takes (read: () => unknown, refusal: Refusal): boolean {
  try {
    read()
    return true
  } catch (error) {
    if (error instanceof refusal) return false
    throw error
  }
}

async function takesLater (read: () => Promise<unknown>): Promise<boolean> {
  try {
    await read()
    return true
  } catch (error) {
    if (error instanceof NightshiftError && error.code !== 'NS_E_INTERNAL') return false
    throw error
  }
}

/** Frames of the control protocol: of one message or a few, changed inside or as a whole. */
function control (): Target {
  const key = signingKey(new Uint8Array(32).fill(1))
  const bodies = SAMPLES.map(sample => encodeBody(sample))
  return {
    name: 'control frames',
    every: 1,
    feed: dice => {
      const messages = Array.from({ length: dice.whole(1, 3) }, () => dice.chance(0.7) ? mutateBytes(dice, dice.pick(bodies)) : new Uint8Array(dice.pick(bodies)))
      const signature = dice.chance(0.02) ? Uint8Array.from({ length: 64 }, () => dice.whole(0, 255)) : new Uint8Array(0)
      const frame = Frame.encode({ messages, signature })
      return takes(() => openFrame(dice.chance(0.2) ? mutateBytes(dice, frame) : frame, key, 'from', 'to'), PeerFault)
    }
  }
}

function blobs (): Target {
  return {
    name: 'blob requests',
    every: 1,
    feed: dice => {
      const sha256 = new Uint8Array(32).fill(dice.whole(0, 255))
      const request = BlobRequest.encode({ sha256, offset: dice.pick([0, 1, 2 ** 40]), length: dice.pick([0, 100, 2 ** 20]) })
      return takes(() => parseRequest(mutateBytes(dice, request)), PeerFault)
    }
  }
}

const MANIFEST = {
  name: 'words', version: '1.0', type: 'app', description: 'counts', entrypoint: 'main.py', platform: 'docker', determinism: 'bitwise',
  platform_config: { container: 'python:3.12', allow_wasm: true, network: 'none', username: 'me', token: 'secret' },
  device_requirements: { min_cpu: 1, min_memory: '0.5', min_disk: 1, gpu: ['A100'] }
}
const TEMPLATE = {
  id: 'words', description: 'counts', app: 'words@1.0', partitioner: 'lines', assembler: { app_id: 'concat', version: 1 },
  dataSource: { dataSourceDescriptor: 'file' }, dataDestination: 'folder',
  default_params: { app: { app_id: 'words', version: '1.0', parameters: { min_length: 2 } }, partitioner: { lines: 10 } },
  config: { taskTimeout: '60', jobTimeout: 0, retries: 3, isTestJob: 'true' }
}

/** JSON that a person wrote: text, then the canonical noun or a sentence. */
function json (name: string, sample: unknown, read: (value: Record<string, unknown>, text: string) => unknown): Target {
  return {
    name,
    every: 1,
    feed: dice => {
      const text = mutateText(dice, sample)
      let value: unknown
      try {
        value = JSON.parse(text)
      } catch {
        return false
      }
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
      return takes(() => read(value as Record<string, unknown>, text), NightshiftError)
    }
  }
}

const digest = (text: string) => ({ digest: `sha256:${createHash('sha256').update(text).digest('hex')}`, size: 10 })

function imageDocuments (): Target {
  const documents = [
    { schemaVersion: 2, config: digest('config'), layers: [digest('a'), digest('b')] },
    { manifests: [{ ...digest('m'), platform: { os: 'linux', architecture: 'amd64' } }] }
  ]
  const config = { architecture: 'amd64', os: 'linux', config: { Env: ['A=b'] }, rootfs: { type: 'layers', diff_ids: [`sha256:${'1'.repeat(64)}`] } }
  return {
    name: 'image documents',
    every: 1,
    feed: dice => dice.chance(0.5)
      ? takes(() => parseDocument(Buffer.from(mutateText(dice, dice.pick(documents))), 'it'), NightshiftError)
      : takes(() => parseConfig(Buffer.from(mutateText(dice, config)), 'it'), NightshiftError)
  }
}

/** Whole archives of images, changed anywhere: headers, documents and layers. */
async function archives (): Promise<Target> {
  const image = makeImage([await tar([{ name: 'bin/app', content: 'hello' }]), await tar([{ name: 'etc/config', content: 'x'.repeat(500) }])])
  const whole = await archiveOf(image, 'app:1')
  const options = { maxBytes: 2 ** 20, architecture: 'amd64', signal: new AbortController().signal }
  return {
    name: 'image archives',
    every: 100,
    feed: async dice => {
      const bytes = mutateBytes(dice, whole)
      return await takesLater(async () => await readArchive((async function * () { yield await Promise.resolve(bytes) })(), memoryBlobs(), options))
    }
  }
}

function receipts (): Target {
  const signer = simulatedSigner('payer')
  const { body, signature } = signReceipt({
    payer: 'payer', payee: 'payee', channel: channelId('payer', 'payee'), seq: 3, cumulative: 1000n, prevHash: NO_RECEIPT_HASH, covers: ['a'.repeat(32)],
    ledger: { seq: 5, hash: 'b'.repeat(64) }
  }, signer)
  const sample: unknown = JSON.parse(body)
  return {
    name: 'receipts',
    every: 1,
    feed: dice => {
      const changed = dice.chance(0.5) ? mutateText(dice, sample) : Buffer.from(mutateBytes(dice, Buffer.from(body))).toString('utf8')
      return takes(() => openReceipt(changed, signature, { verify: () => true }), NightshiftError)
    }
  }
}

/** Netting documents, from a file somebody brought or from a peer. */
function nettings (): Target {
  const claim = (payer: string, payee: string) => ({ payer, payee, amount: 5n, netted: 9n, receipt: { seq: 2, hash: 'c'.repeat(64), cumulative: 11n } })
  const { document } = signNetting({ proposer: 'a', accepter: 'b', seq: 3, prevHash: NO_RECEIPT_HASH, amount: 5n, claims: [claim('a', 'wb'), claim('b', 'wa')] },
    [signBelonging('b', simulatedSigner('wb')), signBelonging('a', simulatedSigner('wa'))], simulatedSigner('a'))
  const sample: unknown = JSON.parse(document.body)
  return {
    name: 'netting documents',
    every: 1,
    feed: dice => {
      const body = dice.chance(0.5) ? mutateText(dice, sample) : document.body
      const changed = dice.chance(0.5) ? mutateText(dice, { ...document, body }) : Buffer.from(mutateBytes(dice, Buffer.from(JSON.stringify({ ...document, body })))).toString('utf8')
      return takes(() => openNetting(changed, { verify: () => true }), NightshiftError)
    }
  }
}

/** Task specifications, as a worker reads them from a coordinator it does not know. */
function specs (): Target {
  const file = Buffer.from('the app')
  const sha256 = createHash('sha256').update(file).digest('hex')
  const spec: TaskSpec = {
    platform: 'wasm', entrypoint: 'app.wasm', bundleKey: 'c'.repeat(64), files: [{ path: 'app.wasm', sha256, size: file.length }], params: '{"a":1}', chunkCount: 2,
    limits: { wallMs: 1000, memoryMiB: 512, outputBytes: 1000, outputFiles: 10, logBytes: 1000 }
  }
  return {
    name: 'task specifications',
    every: 10,
    feed: async dice => {
      const store = memoryBlobs()
      await store.put(file)
      const input = { sha256, size: file.length }
      const preparer = new Preparer(store, { memoryMiB: 1024, diskMiB: 100 }, { fetch: () => Promise.resolve(), release: () => undefined })
      const ref = await store.put(Buffer.from(mutateText(dice, spec)))
      return await takesLater(async () => await preparer.prepare({
        coordinator: 'c', id: { jobId: 'j-aaaaaaaaaaaaaaaa', chunk: 0, epoch: 1 }, spec: ref, input, chunkSeed: '00', price: 1n, state: 'RUNNING', acknowledged: false
      }, new AbortController().signal))
    }
  }
}

/** Every reader, ready to be fed. */
export async function targets (): Promise<readonly Target[]> {
  return [
    control(),
    cores(),
    blobs(),
    json('manifests', MANIFEST, (value, text) => normaliseManifest(value, text, { files: ['main.py'] }, 'manifest.json')),
    json('templates', TEMPLATE, value => normaliseTemplate(value, 'template.json')),
    imageDocuments(),
    await archives(),
    receipts(),
    nettings(),
    specs()
  ]
}

