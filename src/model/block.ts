import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'

export type BlockKind = 'app' | 'partitioner' | 'assembler'
export type Platform = 'docker' | 'wasm' | 'python-wasm'
export const PLATFORMS: readonly Platform[] = ['docker', 'wasm', 'python-wasm']

/**
 * How far results of one chunk agree between honest machines: the same bytes everywhere, the same bytes on machines
 * of one numeric class, alike for the app's comparator, right for the app's checker, or not at all.
 */
export type Determinism = 'bitwise' | 'class' | 'fuzzy' | 'self-checked' | 'none'

export const BLOCK_NAME_PATTERN = '^[A-Za-z0-9_-]{1,64}$'
const BLOCK_VERSION_PATTERN = '^(0|[1-9][0-9]{0,5})\\.(0|[1-9][0-9]{0,5})$'

/** manifest.json in its one canonical spelling (snake_case); readers accept all published spellings. */
export const ManifestSchema = Type.Object({
  name: Type.String({ pattern: BLOCK_NAME_PATTERN }),
  version: Type.String({ pattern: BLOCK_VERSION_PATTERN }),
  type: Type.Union([Type.Literal('app'), Type.Literal('partitioner'), Type.Literal('assembler')], { default: 'app' }),
  description: Type.String({ maxLength: 4096, default: '' }),
  entrypoint: Type.String({ minLength: 1, maxLength: 255 }),
  platform: Type.Union([Type.Literal('docker'), Type.Literal('wasm'), Type.Literal('python-wasm')]),
  platform_config: Type.Object({
    container: Type.Optional(Type.String({ maxLength: 512 })),
    private_image: Type.Optional(Type.Boolean()),
    username: Type.Optional(Type.String({ maxLength: 256 })),
    token: Type.Optional(Type.String({ maxLength: 4096 })),
    secrets: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 64 })),
    network: Type.Optional(Type.Union([Type.Literal('none'), Type.Literal('egress')])),
    allow_wasm: Type.Optional(Type.Boolean()),
    runtime: Type.Optional(Type.String({ maxLength: 64 }))
  }, { additionalProperties: true, default: {} }),
  device_requirements: Type.Object({
    min_cpu: Type.Optional(Type.Number({ minimum: 0, maximum: 4096 })),
    min_memory: Type.Optional(Type.Number({ minimum: 0, maximum: 65536 })),
    min_disk: Type.Optional(Type.Number({ minimum: 0, maximum: 1048576 })),
    /** model names, one device each, or how many devices of any model */
    gpu: Type.Optional(Type.Union([Type.Array(Type.String({ maxLength: 128 }), { maxItems: 16 }), Type.Integer({ minimum: 0, maximum: 16 })]))
  }, { additionalProperties: true, default: {} }),
  determinism: Type.Union([
    Type.Literal('bitwise'), Type.Literal('class'), Type.Literal('fuzzy'), Type.Literal('self-checked'), Type.Literal('none')
  ], { default: 'bitwise' }),
  /** file of the bundle that says whether two results of a chunk are alike; apps whose determinism is `fuzzy` have one */
  comparator: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  /** file of the bundle that says whether a result of a chunk is right; apps whose determinism is `self-checked` have one */
  checker: Type.Optional(Type.String({ minLength: 1, maxLength: 255 }))
}, { additionalProperties: true })

export type Manifest = Static<typeof ManifestSchema>

/** One file of a bundle or a result: relative path, bytes, hex SHA-256. */
export interface FileRef {
  readonly path: string
  readonly size: number
  readonly sha256: string
}

/** A block as coordinator and workers know it: the manifest, the app folder's files by hash, the parameter schema. */
export interface Block {
  readonly manifest: Manifest
  /** files below `app/`, paths relative to it, sorted by path */
  readonly files: readonly FileRef[]
  /** SHA-256 of the canonical encoding of manifest and files */
  readonly hash: string
  /** schema.json, when the block has one */
  readonly paramsSchema?: Readonly<Record<string, unknown>>
}
