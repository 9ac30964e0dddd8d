import { Readable } from 'node:stream'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { NightshiftError, errorView } from '../model/errors.ts'
import { imageBytes } from '../model/image.ts'
import type { Image } from '../model/image.ts'
import type { ApiOptions } from './options.ts'

/** Largest archive that is taken, bytes; what is unpacked is bounded by the coordinator's own limit. */
const ARCHIVE_BYTES = 1024 ** 4
const NameQuery = Type.Object({ name: Type.String({ minLength: 1, maxLength: 512 }) }, { additionalProperties: false })
const MaybeName = Type.Object({ name: Type.Optional(Type.String({ minLength: 1, maxLength: 512 })) }, { additionalProperties: false })
/** How often a pull says how far it is, milliseconds. */
const TELL_MS = 500

/** Container images: what is here, in by archive or from a registry, out as an archive. */
export function imageRoutes (server: FastifyInstance, { services: { images, clock } }: ApiOptions): void {
  server.get('/v1/images', async () => ({
    images: (await images.list()).map(({ image, origin, usedAt }) => ({ ...viewOf(image), origin, usedAt }))
  }))

  server.put<{ Querystring: { name?: string } }>('/v1/images', { bodyLimit: ARCHIVE_BYTES, schema: { querystring: MaybeName } }, async request => {
    const aborted = new AbortController()
    request.raw.once('aborted', () => { aborted.abort(new NightshiftError('NS_E_ABORTED', 'the upload was cut off')) })
    return viewOf(await images.import(request.raw, request.query.name, aborted.signal))
  })

  server.get<{ Querystring: { name: string } }>('/v1/images/archive', { schema: { querystring: NameQuery } }, async (request, reply) => {
    const aborted = new AbortController()
    reply.raw.once('close', () => { aborted.abort(new NightshiftError('NS_E_ABORTED', 'the reader has gone')) })
    const archive = await images.export(request.query.name, aborted.signal)
    return await reply.header('content-type', 'application/x-tar').send(Readable.from(archive, { objectMode: false }))
  })

  /** Lines of JSON: `{ bytes, total }` while it comes, at the end `{ image }` or `{ error }`. */
  server.post<{ Body: { name: string } }>('/v1/images/pull', { schema: { body: NameQuery } }, async (request, reply) => {
    const aborted = new AbortController()
    reply.raw.once('close', () => { aborted.abort(new NightshiftError('NS_E_ABORTED', 'the reader has gone')) })
    const out = new Readable({ read: () => undefined })
    const tell = (line: object): void => { out.push(`${JSON.stringify(line)}\n`) }
    let told = 0
    images.ensure(request.body.name, {
      signal: aborted.signal,
      onProgress: (bytes, total) => {
        if (clock.now() - told < TELL_MS) return
        told = clock.now()
        tell({ bytes, total })
      }
    }).then(image => { tell({ image: viewOf(image) }) }, (error: unknown) => { tell({ error: errorView(error) }) }).finally(() => { out.push(null) })
    return await reply.header('content-type', 'application/x-ndjson').send(out)
  })

  server.delete<{ Querystring: { name: string } }>('/v1/images', { schema: { querystring: NameQuery } }, async request => {
    await images.remove(request.query.name)
    return { removed: request.query.name }
  })
}

function viewOf (image: Image) {
  return { name: image.reference, id: `sha256:${image.config.sha256}`, bytes: imageBytes(image), layers: image.layers.length, architecture: image.architecture }
}
