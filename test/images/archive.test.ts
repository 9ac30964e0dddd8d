import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packArchive, readArchive } from '../../src/images/archive.ts'
import type { Image } from '../../src/model/image.ts'
import { openBlobStore } from '../../src/storage/index.ts'
import { makeImage, sha256, tar } from '../containers/support/image.ts'
import type { Entry, TestImage } from '../containers/support/image.ts'

const MIB = 1024 * 1024
const OPTIONS = { maxBytes: 16 * MIB, architecture: 'amd64', signal: new AbortController().signal }

describe('archives of images', () => {
  let dir: string
  let blobs: Awaited<ReturnType<typeof openBlobStore>>
  let image: TestImage
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nightshift-archive-'))
    blobs = await openBlobStore(dir)
    image = makeImage([await tar([{ name: 'bin/app', content: 'hello' }]), await tar([{ name: 'etc/config', content: 'x'.repeat(50_000) }])])
  })
  afterAll(async () => {
    await blobs.close()
    await rm(dir, { recursive: true, force: true })
  })

  const read = async (entries: readonly Entry[], options = OPTIONS) => await readArchive((async function * (bytes) { yield bytes })(await tar(entries)), blobs, options)
  const content = (part: { sha256: string }): Uint8Array => image.parts.get(part.sha256) ?? Buffer.alloc(0)

  const saved = (more: { config?: string, layers?: readonly string[], manifest?: unknown } = {}): Entry[] => [
    { name: 'config.json', content: content(image.image.config) },
    ...image.image.layers.map((layer, i) => ({ name: `layer${i}/layer.tar`, content: content(layer) })),
    { name: 'manifest.json', content: JSON.stringify(more.manifest ?? [{ Config: more.config ?? 'config.json', RepoTags: ['app:1'], Layers: more.layers ?? ['layer0/layer.tar', 'layer1/layer.tar'] }]) }
  ]

  it('takes what docker save wrote, also with layers that are links', async () => {
    expect(await read(saved())).toEqual({ config: image.image.config, layers: image.image.layers, architecture: image.image.architecture, names: ['app:1'] })
    const linked = [...saved({ layers: ['layer0/layer.tar', 'other/layer.tar'] }), { name: 'other/layer.tar', type: 'symlink' as const, linkname: '../layer1/layer.tar' }]
    expect((await read(linked)).layers).toEqual(image.image.layers)
  })

  it('takes an OCI layout, also with an index of several architectures', async () => {
    const manifest = JSON.stringify({
      schemaVersion: 2,
      config: { digest: `sha256:${image.image.config.sha256}`, size: image.image.config.size },
      layers: image.image.layers.map(layer => ({ digest: `sha256:${layer.sha256}`, size: layer.size }))
    })
    const digest = sha256(Buffer.from(manifest))
    const index = { manifests: [{ digest: `sha256:${'0'.repeat(64)}`, size: 1, platform: { os: 'linux', architecture: 'arm64' } }, { digest: `sha256:${digest}`, size: manifest.length, platform: { os: 'linux', architecture: 'amd64' } }] }
    const entries: Entry[] = [
      { name: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
      { name: 'index.json', content: JSON.stringify(index) },
      { name: `blobs/sha256/${digest}`, content: manifest },
      ...[image.image.config, ...image.image.layers].map(part => ({ name: `blobs/sha256/${part.sha256}`, content: content(part) }))
    ]
    expect(await read(entries)).toMatchObject({ config: image.image.config, layers: image.image.layers })
    await expect(read(entries, { ...OPTIONS, architecture: 's390x' })).rejects.toThrow(/no image for linux\/s390x/)
  })

  it('writes what it takes again', async () => {
    await read(saved())
    const full: Image = image.image
    const { stream } = packArchive(full, 'app:1', { config: content(full.config), layer: part => blobs.open(part.sha256), signal: OPTIONS.signal })
    const bytes = await buffer(stream)
    expect(await readArchive((async function * () { yield bytes })(), blobs, OPTIONS)).toMatchObject({ config: full.config, layers: full.layers, names: ['app:1'] })
  })

  it.each([
    ['an archive of two images', () => saved({ manifest: [{ Config: 'config.json', Layers: [] }, { Config: 'config.json', Layers: [] }] }), /exactly one image/],
    ['a layer that is not in it', () => saved({ layers: ['layer0/layer.tar', 'missing.tar'] }), /names "missing.tar" but does not hold it/],
    ['a layer that leads outside', () => saved({ layers: ['layer0/layer.tar', '../../etc/passwd'] }), /does not hold it/],
    ['layers in the wrong order', () => saved({ layers: ['layer1/layer.tar', 'layer0/layer.tar'] }), /the image lies/],
    ['a layer too few', () => saved({ layers: ['layer0/layer.tar'] }), /1 layers, its config names 2/],
    ['a manifest that is no JSON', () => [...saved().slice(0, -1), { name: 'manifest.json', content: '{' }], /not JSON/],
    ['a config that is none', () => [{ name: 'config.json', content: '{"os":"linux"}' }, ...saved().slice(1)], /config of the archive is malformed/]
  ])('refuses %s, and keeps nothing of it', async (_, entries, message) => {
    const marker = Buffer.from(`marker ${Math.random()}`.padEnd(40_000, 'x'))
    await expect(read([...entries(), { name: 'marker', content: marker }])).rejects.toThrow(message)
    expect(await blobs.has(createHash('sha256').update(marker).digest('hex'))).toBe(false)
  })

  it('refuses what unpacks to more than is allowed, before it is unpacked', async () => {
    const bomb = await tar([{ name: 'zeros', content: Buffer.alloc(32 * MIB) }])
    const huge = makeImage([bomb])
    expect(gzipSync(bomb).byteLength).toBeLessThan(MIB)
    const entries = [
      { name: 'c.json', content: huge.parts.get(huge.image.config.sha256) ?? '' }, { name: 'l.tar', content: huge.parts.get(huge.image.layers[0]?.sha256 ?? '') ?? '' },
      { name: 'manifest.json', content: JSON.stringify([{ Config: 'c.json', Layers: ['l.tar'] }]) }
    ]
    await expect(read(entries)).rejects.toMatchObject({ code: 'NS_E_TOO_LARGE' })
  })
})
