import { createHash } from 'node:crypto'
import { normaliseManifest } from '../../src/blocks/manifest.ts'
import { normaliseTemplate } from '../../src/blocks/template.ts'
import { readArchive } from '../../src/images/archive.ts'
import { parseConfig, parseDocument } from '../../src/images/manifest.ts'
import { parseReference } from '../../src/images/reference.ts'
import { NightshiftError } from '../../src/model/errors.ts'
import { parseByc } from '../../src/model/money.ts'
import type { TaskSpec } from '../../src/model/task-spec.ts'
import { Preparer } from '../../src/worker/prepare.ts'
import { archiveOf, makeImage, tar } from '../containers/support/image.ts'
import { memoryBlobs } from '../network/support/memory-blobs.ts'
import { mutateBytes, mutateText } from './mutate.ts'
import type { Target } from './run.ts'
import { takes, takesLater } from './verdicts.ts'

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

export function manifests (): Target {
  return json('manifests', MANIFEST, (value, text) => normaliseManifest(value, text, { files: ['main.py'] }, 'manifest.json'))
}

export function templates (): Target {
  return json('templates', TEMPLATE, value => normaliseTemplate(value, 'template.json'))
}

/** Short texts with a grammar: image names and amounts of money. */
export function words (): Target {
  const names = ['python:3.12-slim', '127.0.0.1:5000/team/app:1', `docker.io/library/app@sha256:${'a'.repeat(64)}`]
  return {
    name: 'image names and amounts',
    every: 1,
    feed: dice => {
      const isName = dice.chance(0.5)
      const text = Buffer.from(mutateBytes(dice, Buffer.from(dice.pick(isName ? names : ['12.5', '0.000000001', '100'])))).toString('utf8')
      return takes(() => isName ? parseReference(text) : parseByc(text), NightshiftError)
    }
  }
}

const digest = (text: string) => ({ digest: `sha256:${createHash('sha256').update(text).digest('hex')}`, size: 10 })

export function imageDocuments (): Target {
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
export async function archives (): Promise<Target> {
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

/** Task specifications, as a worker reads them from a coordinator it does not know. */
export function specs (): Target {
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
      const preparer = new Preparer(store, () => ({ memoryMiB: 1024, diskMiB: 100 }), { fetch: () => Promise.resolve(), release: () => undefined })
      const ref = await store.put(Buffer.from(mutateText(dice, spec)))
      return await takesLater(async () => await preparer.prepare({
        coordinator: 'c', id: { jobId: 'j-aaaaaaaaaaaaaaaa', chunk: 0, epoch: 1 }, spec: ref, input, chunkSeed: '00', price: 1n, state: 'RUNNING', acknowledged: false
      }, new AbortController().signal))
    }
  }
}
