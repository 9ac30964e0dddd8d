import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { NightshiftError } from '../model/errors.ts'

/** Manifests, indexes and configs larger than this are refused, bytes. */
export const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024

const Digest = Type.String({ pattern: '^sha256:[0-9a-f]{64}$' })
const Descriptor = Type.Object({
  mediaType: Type.Optional(Type.String({ maxLength: 256 })),
  digest: Digest,
  size: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  platform: Type.Optional(Type.Object({ architecture: Type.String(), os: Type.String(), variant: Type.Optional(Type.String()) }, { additionalProperties: true }))
}, { additionalProperties: true })

const ManifestSchema = Type.Object({
  config: Descriptor,
  layers: Type.Array(Descriptor, { minItems: 1, maxItems: 256 })
}, { additionalProperties: true })

const IndexSchema = Type.Object({ manifests: Type.Array(Descriptor, { minItems: 1, maxItems: 1024 }) }, { additionalProperties: true })

const ConfigSchema = Type.Object({
  architecture: Type.String({ pattern: '^[a-z0-9]{1,32}$' }),
  os: Type.String({ maxLength: 32 }),
  rootfs: Type.Object({ diff_ids: Type.Array(Digest, { minItems: 1, maxItems: 256 }) }, { additionalProperties: true })
}, { additionalProperties: true })

export type ManifestDocument = Static<typeof ManifestSchema>
export type IndexDocument = Static<typeof IndexSchema>
export type ConfigDocument = Static<typeof ConfigSchema>

export type Document = { readonly kind: 'manifest', readonly manifest: ManifestDocument } | { readonly kind: 'index', readonly index: IndexDocument }

/** An OCI or Docker manifest, or an index of several. Throws NS_E_IMAGE. */
export function parseDocument (bytes: Uint8Array, what: string): Document {
  const value = parseJson(bytes, what)
  if (Value.Check(IndexSchema, value)) return { kind: 'index', index: value }
  if (Value.Check(ManifestSchema, value)) return { kind: 'manifest', manifest: value }
  throw new NightshiftError('NS_E_IMAGE', `${what} is not an image manifest this version knows (OCI, or Docker schema 2)`)
}

/** An image's config. Throws NS_E_IMAGE, also for one that is not for Linux. */
export function parseConfig (bytes: Uint8Array, what: string): ConfigDocument {
  const value = parseJson(bytes, what)
  if (!Value.Check(ConfigSchema, value)) throw new NightshiftError('NS_E_IMAGE', `the config of ${what} is malformed: ${Value.Errors(ConfigSchema, value).First()?.path ?? ''} ${Value.Errors(ConfigSchema, value).First()?.message ?? ''}`)
  if (value.os !== 'linux') throw new NightshiftError('NS_E_IMAGE', `${what} is an image for ${value.os}; only Linux images can run`)
  return value
}

/** Of an index, the entry for an architecture, as images name it; undefined when it has none. */
export function pick (index: IndexDocument, architecture: string): string | undefined {
  return index.manifests.find(({ platform }) => platform?.os === 'linux' && platform.architecture === architecture)?.digest
}

function parseJson (bytes: Uint8Array, what: string): unknown {
  if (bytes.byteLength > MAX_DOCUMENT_BYTES) throw new NightshiftError('NS_E_IMAGE', `a document of ${what} has ${bytes.byteLength} bytes, ${MAX_DOCUMENT_BYTES} are allowed`)
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown
  } catch (error) {
    throw new NightshiftError('NS_E_IMAGE', `a document of ${what} is not JSON`, { cause: error })
  }
}
