import { connect } from 'node:net'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { localNetwork } from '../support/network.ts'
import type { LocalNetwork } from '../support/network.ts'

describe('the port of the API', () => {
  let network: LocalNetwork
  let url: URL
  beforeAll(async () => {
    network = await localNetwork(0)
    url = new URL(network.coordinator.apiUrl)
  }, 60_000)
  afterAll(async () => { await network.close() })

  async function sent (text: string): Promise<{ readonly status: string, readonly body: any }> {
    const socket = connect(Number(url.port), '127.0.0.1').setEncoding('latin1')
    let answer = ''
    socket.on('data', (part: string) => { answer += part })
    socket.write(text, 'latin1')
    await once(socket, 'close')
    return { status: answer.split(' ')[1] ?? '', body: JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) }
  }

  it.each([['no HTTP', 'hello\r\n\r\n', '400'], ['a header without end', `GET / HTTP/1.1\r\nX: ${'x'.repeat(100_000)}`, '431']])('answers %s as it answers everything it refuses', async (_, text, status) => {
    expect(await sent(text)).toEqual({ status, body: { error: { code: 'NS_E_USAGE', message: expect.stringContaining('not valid HTTP') as string, remedy: expect.any(String) as string } } })
  })

  it('answers a path that cannot be read in the same shape', async () => {
    const response = await fetch(`${url.origin}/v1/jobs/%zz`)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code: 'NS_E_USAGE', message: expect.any(String) as string } })
  })
})
