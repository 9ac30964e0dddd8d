import { once } from 'node:events'
import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { ApiClient } from '../../src/api/client.ts'

let server: Server | undefined

/** A client of something on loopback that is no coordinator, or a broken one. */
async function clientOf (answer: RequestListener): Promise<ApiClient> {
  server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return new ApiClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 'token' })
}

afterEach(async () => {
  server?.closeAllConnections()
  server?.close()
})

async function all<T> (items: AsyncIterable<T>): Promise<T[]> {
  const kept: T[] = []
  for await (const item of items) kept.push(item)
  return kept
}

describe('what answers in the place of a coordinator', () => {
  it.each([['no JSON', '<html>'], ['nothing', ''], ['no object', 'null'], ['a list', '[]']])('is not believed when it sends %s', async (_, body) => {
    const client = await clientOf((_request, response) => { response.end(body) })
    await expect(client.get('/v1/status')).rejects.toMatchObject({ code: 'NS_E_PROTOCOL', remedy: expect.any(String) as string })
  })

  it.each([['<html>502</html>'], ['null'], ['{"error":null}'], ['{"error":{"code":5,"message":"x"}}'], ['{"error":"no"}']])('is not believed when it refuses with %s', async body => {
    const client = await clientOf((_request, response) => { response.writeHead(502).end(body) })
    await expect(client.post('/v1/jobs', {})).rejects.toMatchObject({ code: 'NS_E_PROTOCOL', message: expect.stringContaining('502') as string })
  })

  it('gives the events before the one that is none, and then the reason', async () => {
    const client = await clientOf((_request, response) => { response.end('event: job\ndata: {"state":"RUNNING"}\n\nevent: job\ndata: {"sta\n\n') })
    const events = client.events('j-a')
    await expect(all(events)).rejects.toMatchObject({ code: 'NS_E_PROTOCOL' })
  })

  it('is said to have broken off when it ends in the middle of an answer', async () => {
    const client = await clientOf((_request, response) => {
      response.writeHead(200, { 'content-length': 1000 })
      response.write('{"line":1}\n')
      setImmediate(() => { response.destroy() })
    })
    await expect(all(client.lines('/v1/jobs/j-a/logs'))).rejects.toMatchObject({ code: 'NS_E_NO_COORDINATOR', message: expect.stringContaining('broke off') as string })
  })
})
