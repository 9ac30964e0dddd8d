import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { NightshiftError } from '../model/errors.ts'
import type { ApiOptions } from './options.ts'

/** Largest single upload, bytes. */
const UPLOAD_BYTES = 1024 ** 4
const HASH_PARAM = { type: 'object', properties: { sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' } } } as const

/** Content by hash: jobs and blocks name what was uploaded here. */
export function blobRoutes (server: FastifyInstance, { services: { blobs, pins } }: ApiOptions): void {
  server.addContentTypeParser('application/octet-stream', (_request, _payload, done) => { done(null) })

  server.put('/v1/blobs', { bodyLimit: UPLOAD_BYTES }, async request => {
    const expect = request.headers['x-sha256']
    const aborted = new AbortController()
    request.raw.once('aborted', () => { aborted.abort(new NightshiftError('NS_E_ABORTED', 'the upload was cut off')) })
    const ref = await blobs.put(request.raw, { maxBytes: UPLOAD_BYTES, signal: aborted.signal, ...(typeof expect === 'string' ? { expect } : {}) })
    await pins.add(ref.sha256)
    if (!await blobs.has(ref.sha256)) throw new NightshiftError('NS_E_BLOB_MISSING', 'the same content was being removed while it was uploaded', { remedy: 'upload it again' })
    await blobs.sync()
    return ref
  })

  server.route<{ Params: { sha256: string } }>({
    method: 'HEAD',
    url: '/v1/blobs/:sha256',
    schema: { params: HASH_PARAM },
    handler: async (request, reply) => {
      await pins.add(request.params.sha256)
      const size = await blobs.size(request.params.sha256)
      await reply.status(size === undefined ? 404 : 200).send()
    }
  })

  server.get<{ Params: { sha256: string } }>('/v1/blobs/:sha256', { schema: { params: HASH_PARAM }, exposeHeadRoute: false }, async (request, reply) => {
    const size = await blobs.size(request.params.sha256)
    if (size === undefined) throw new NightshiftError('NS_E_BLOB_MISSING', `there is no content ${request.params.sha256}`)
    const start = startOf(request.headers.range, size)
    return await reply
      .status(start > 0 ? 206 : 200)
      .headers({ 'content-type': 'application/octet-stream', 'content-length': size - start, ...(start > 0 ? { 'content-range': `bytes ${start}-${size - 1}/${size}` } : {}) })
      .send(Readable.from(blobs.open(request.params.sha256, { start, end: size }), { objectMode: false }))
  })
}

/** The first byte of `bytes=N-`; 0 for anything else, which serves the whole content. */
function startOf (range: string | undefined, size: number): number {
  const match = /^bytes=(\d{1,15})-$/.exec(range ?? '')
  const start = Number(match?.[1] ?? '0')
  return start < size ? start : 0
}
