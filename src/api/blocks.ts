import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { blockHash, checkSchema, withoutToken } from '../blocks/index.ts'
import { builtinEngines } from '../engines/index.ts'
import type { Credentials } from '../images/index.ts'
import { ManifestSchema } from '../model/block.ts'
import type { Block, FileRef, Manifest } from '../model/block.ts'
import { checkExaminer } from '../model/examiner.ts'
import { FileRefSchema } from '../model/job.ts'
import { NightshiftError } from '../model/errors.ts'
import { checkRelativePath } from '../model/paths.ts'
import type { ApiOptions } from './options.ts'

const PushSchema = Type.Object({
  manifest: ManifestSchema,
  files: Type.Array(FileRefSchema, { minItems: 1, maxItems: 10_000 }),
  paramsSchema: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  register: Type.Boolean({ default: true }),
  credentials: Type.Optional(Type.Object({ username: Type.String({ maxLength: 256 }), token: Type.String({ minLength: 1, maxLength: 4096 }) }, { additionalProperties: false }))
}, { additionalProperties: false })

interface Push {
  readonly manifest: Manifest
  readonly files: readonly FileRef[]
  readonly paramsSchema?: Readonly<Record<string, unknown>>
  readonly register: boolean
  /** for the block's private image; kept apart from the block, never handed out */
  readonly credentials?: Credentials
}

/** Blocks: pushed apps and engines, and the engines that are built in. */
export function blockRoutes (server: FastifyInstance, { registry, services }: ApiOptions): void {
  server.post<{ Body: Push }>('/v1/blocks', { schema: { body: PushSchema } }, async request => {
    const { files, paramsSchema, register } = request.body
    const { manifest, credentials = request.body.credentials } = withoutToken(request.body.manifest)
    for (const file of files) checkRelativePath(file.path)
    if (!files.some(file => file.path === manifest.entrypoint)) {
      throw new NightshiftError('NS_E_MANIFEST_INVALID', `the entrypoint ${manifest.entrypoint} is not among the block's files`)
    }
    checkExaminer(manifest, files)
    if (paramsSchema !== undefined) checkSchema(paramsSchema, 'paramsSchema')
    const parts = { manifest, files, ...(paramsSchema === undefined ? {} : { paramsSchema }) }
    const block: Block = { ...parts, hash: blockHash(parts) }
    if (credentials !== undefined) await services.credentials.set(block.hash, credentials)
    return { hash: block.hash, tag: await registry.add(block, { register }) }
  })

  server.get('/v1/blocks', async () => ({
    blocks: (await registry.list()).map(({ tag, active, block }) => ({
      tag, active, kind: block.manifest.type, platform: block.manifest.platform, hash: block.hash, description: block.manifest.description
    }))
  }))

  server.get<{ Params: { tag: string } }>('/v1/blocks/:tag', async request => await registry.get(request.params.tag))
  server.post<{ Params: { tag: string } }>('/v1/blocks/:tag/activate', async request => {
    const { tag, active } = await registry.setActive(request.params.tag, true)
    return { tag, active }
  })
  server.post<{ Params: { tag: string } }>('/v1/blocks/:tag/deactivate', async request => {
    const { tag, active } = await registry.setActive(request.params.tag, false)
    return { tag, active }
  })

  server.get('/v1/engines', async () => ({
    engines: builtinEngines.list().map(({ kind, name, summary, help, paramsSchema }) => ({ kind, name, summary, help, paramsSchema }))
  }))
}
