import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { RegistryClient } from '../../src/images/registry.ts'

let server: Server | undefined

afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

describe('the login service of a registry', () => {
  it.each([['no JSON'], ['null'], ['{"token":5}'], ['{"token":"two\\nlines"}'], ['{"token":""}']])('is not believed when it answers %s', async body => {
    server = createServer((request, response) => {
      if (request.url?.startsWith('/token') === true) response.end(body)
      else response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${host}/token"` }).end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
    const asked = new RegistryClient(host).manifest({ registry: host, repository: 'app', tag: '1' }, '1', AbortSignal.timeout(5000))
    await expect(asked).rejects.toMatchObject({ code: 'NS_E_UNREACHABLE', message: expect.stringContaining('no token') as string })
  })
})
