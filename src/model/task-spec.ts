import { createHash } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import type { FileRef } from './block.ts'
import { ImageSchema } from './image.ts'
import { FileRefSchema } from './job.ts'
import { comparePaths } from './paths.ts'

/**
 * What all chunks of a job have in common, as canonical JSON in a blob: workers
 * fetch it once by hash and every lease names it.
 */
export const TaskSpecSchema = Type.Object({
  platform: Type.Union([Type.Literal('docker'), Type.Literal('wasm'), Type.Literal('python-wasm')]),
  entrypoint: Type.String({ minLength: 1, maxLength: 255 }),
  bundleKey: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  files: Type.Array(FileRefSchema, { minItems: 1, maxItems: 10_000 }),
  params: Type.String({ maxLength: 1_048_576 }),
  chunkCount: Type.Integer({ minimum: 1 }),
  /** only where the platform is docker */
  container: Type.Optional(Type.Object({
    image: ImageSchema,
    network: Type.Union([Type.Literal('none'), Type.Literal('egress')]),
    runtime: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    gpus: Type.Union([Type.Array(Type.String({ maxLength: 128 }), { maxItems: 16 }), Type.Integer({ minimum: 0, maximum: 16 })]),
    cores: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 4096 }))
  }, { additionalProperties: false })),
  limits: Type.Object({
    wallMs: Type.Number({ exclusiveMinimum: 0, maximum: 86_400_000 }),
    memoryMiB: Type.Number({ exclusiveMinimum: 0, maximum: 4_194_304 }),
    outputBytes: Type.Number({ minimum: 0 }),
    outputFiles: Type.Integer({ minimum: 0, maximum: 100_000 }),
    logBytes: Type.Number({ minimum: 0 })
  }, { additionalProperties: false })
}, { additionalProperties: false })

export type TaskSpec = Static<typeof TaskSpecSchema>

/** What every task of a job runs, by hash; whoever has the specification makes the same. */
export interface Ran {
  /** of the app's files, see `bundleKey` */
  readonly appHash: string
  /** of the parameters' text as the app gets it */
  readonly paramsHash: string
  /** of the image's config, which names every layer; only where the platform is docker */
  readonly imageDigest?: string
}

export function ranOf ({ files, params, container }: Pick<TaskSpec, 'params' | 'container'> & { readonly files: readonly FileRef[] }): Ran {
  return {
    appHash: bundleKey(files),
    paramsHash: createHash('sha256').update(params).digest('hex'),
    ...container === undefined ? {} : { imageDigest: container.image.config.sha256 }
  }
}

/** SHA-256, in hex, of an app's files: their paths, sizes and hashes as JSON, ordered by path. Whatever the coordinator calls it, equal content has an equal key. */
export function bundleKey (files: readonly FileRef[]): string {
  const sorted = [...files].sort((a, b) => comparePaths(a.path, b.path))
  return createHash('sha256').update(JSON.stringify(sorted.map(({ path, sha256, size }) => ({ path, sha256, size })))).digest('hex')
}
