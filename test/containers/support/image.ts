import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import type { Image, ImagePart } from '../../../src/model/image.ts'

export interface Entry { readonly name: string, readonly content?: Uint8Array | string, readonly linkname?: string, readonly type?: 'file' | 'directory' | 'symlink', readonly mode?: number }

/** An image with its bytes, as a registry or a coordinator would hold it. */
export interface TestImage {
  readonly image: Image
  readonly parts: ReadonlyMap<string, Uint8Array>
  readonly imagePart: (part: ImagePart) => Promise<AsyncIterable<Uint8Array>>
}

export const BUSYBOX = ['/bin/busybox', '/usr/bin/busybox'].find(path => existsSync(path))

const APPLETS = ['sh', 'cat', 'cp', 'dd', 'echo', 'env', 'find', 'grep', 'head', 'id', 'ln', 'ls', 'mkdir', 'mkfifo', 'mknod', 'mount', 'nc', 'ping', 'rm', 'seq', 'sleep', 'stat', 'touch', 'true', 'ulimit', 'wc', 'wget', 'yes', 'route', 'cut', 'chmod', 'kill', 'ps', 'tr', 'sync', 'hostname', 'printf', 'su']

export async function tar (entries: readonly Entry[]): Promise<Buffer> {
  const stream = pack()
  for (const { name, content, linkname, type, mode } of entries) {
    const header = { name, mode: mode ?? 0o755, mtime: new Date(0), type: type ?? 'file' as const, ...linkname === undefined ? {} : { linkname } }
    if (content === undefined) stream.entry(header)
    else stream.entry(header, Buffer.from(content))
  }
  stream.finalize()
  return await buffer(stream)
}

export interface MakeOptions {
  readonly reference?: string
  readonly config?: Readonly<Record<string, unknown>>
  readonly gzip?: boolean
  /** what the config claims the layers unpack to, when it lies */
  readonly diffIds?: readonly string[]
}

export function sha256 (bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

export function makeImage (layers: readonly Uint8Array[], options: MakeOptions = {}): TestImage {
  const packed = layers.map(layer => options.gzip === false ? layer : gzipSync(layer, { level: 1 }))
  const config = Buffer.from(JSON.stringify({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Env: ['PATH=/usr/local/bin:/usr/bin:/bin'], ...options.config },
    rootfs: { type: 'layers', diff_ids: options.diffIds ?? layers.map(layer => `sha256:${sha256(layer)}`) },
    history: layers.map(() => ({ created_by: 'test' }))
  }))
  const parts = new Map([config, ...packed].map(bytes => [sha256(bytes), bytes]))
  return {
    image: {
      reference: options.reference ?? 'docker.io/library/test:latest',
      config: { sha256: sha256(config), size: config.byteLength },
      layers: packed.map(bytes => ({ sha256: sha256(bytes), size: bytes.byteLength })),
      architecture: process.arch === 'x64' ? 'amd64' : process.arch
    },
    parts,
    imagePart: part => Promise.resolve(pieces(parts.get(part.sha256)))
  }
}

async function * pieces (bytes: Uint8Array | undefined): AsyncGenerator<Uint8Array> {
  if (bytes === undefined) throw new Error('the image has no such part')
  for (let at = 0; at < bytes.byteLength; at += 65_536) yield bytes.subarray(at, at + 65_536)
}

/** A small Linux with a shell; its su is set-uid root. */
export async function busyboxLayer (): Promise<Buffer> {
  const program = await readFile(BUSYBOX ?? '')
  return await tar([
    { name: 'bin/busybox', content: program },
    { name: 'suid/busybox', content: program, mode: 0o4755 },
    ...APPLETS.map(name => ({ name: `bin/${name}`, type: 'symlink' as const, linkname: 'busybox' })),
    { name: 'etc/passwd', content: 'root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n', mode: 0o644 },
    { name: 'etc/shadow', content: 'secret of the image\n', mode: 0o600 }
  ])
}

/** The image as `docker save` would write it. */
export async function archiveOf ({ image, parts }: TestImage, name: string): Promise<Buffer> {
  const file = (sha256: string): string => `${sha256}.tar`
  return await tar([
    { name: `${image.config.sha256}.json`, content: parts.get(image.config.sha256) ?? '' },
    ...image.layers.map(layer => ({ name: file(layer.sha256), content: parts.get(layer.sha256) ?? '' })),
    { name: 'manifest.json', content: JSON.stringify([{ Config: `${image.config.sha256}.json`, RepoTags: [name], Layers: image.layers.map(layer => file(layer.sha256)) }]) }
  ])
}
