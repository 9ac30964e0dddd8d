import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'

const HEX = '^[0-9a-f]{64}$'

/** One piece of an image, by the SHA-256 of its bytes as a registry serves them. */
const ImagePartSchema = Type.Object({
  sha256: Type.String({ pattern: HEX }),
  size: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
}, { additionalProperties: false })

/**
 * A container image pinned to its content: whoever runs it runs the same bytes,
 * wherever they came from. The config names every layer by the hash of its
 * unpacked content, so its own hash identifies the whole image.
 */
export const ImageSchema = Type.Object({
  /** the normalised name it was asked for by, e.g. `docker.io/library/python:3.13-slim` */
  reference: Type.String({ minLength: 1, maxLength: 512 }),
  config: ImagePartSchema,
  /** lowest first */
  layers: Type.Array(ImagePartSchema, { minItems: 1, maxItems: 256 }),
  /** as images name it, e.g. `amd64` */
  architecture: Type.String({ pattern: '^[a-z0-9]{1,32}$' }),
  /** where the bytes can be had without asking a peer; absent for private and local images */
  registry: Type.Optional(Type.Boolean())
}, { additionalProperties: false })

export type ImagePart = Static<typeof ImagePartSchema>
export type Image = Static<typeof ImageSchema>

/** Bytes an image has on the wire. */
export function imageBytes (image: Image): number {
  return image.layers.reduce((sum, layer) => sum + layer.size, image.config.size)
}

const NODE_ARCH: Readonly<Record<string, string>> = { amd64: 'x64', arm64: 'arm64', '386': 'ia32', arm: 'arm', ppc64le: 'ppc64', s390x: 's390x', riscv64: 'riscv64' }

/** This machine's architecture, as images name it. */
export function imageArchitecture (arch: string = process.arch): string {
  return Object.entries(NODE_ARCH).find(([, name]) => name === arch)?.[0] ?? arch
}

/** An image's architecture as Node names it. */
export function nodeArch (architecture: string): string {
  return NODE_ARCH[architecture] ?? architecture
}
