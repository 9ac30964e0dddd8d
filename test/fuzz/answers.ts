import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ApiClient } from '../../src/api/client.ts'
import { RegistryClient } from '../../src/images/registry.ts'
import type { Dice } from '../simulation/world/dice.ts'
import { mutateBytes, mutateText } from './mutate.ts'
import type { Target } from './run.ts'
import { takesLater } from './verdicts.ts'

interface Answer { readonly status: number, readonly headers: Readonly<Record<string, string>>, readonly body: Uint8Array, readonly breaksOff: boolean }

/** A server on loopback that answers what it was told to, by path. */
async function scripted (): Promise<{ readonly host: string, answer: (path: string) => Answer, readonly close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    request.resume()
    const { status, headers, body, breaksOff } = rig.answer(request.url ?? '')
    response.writeHead(status, headers)
    response.write(body)
    if (breaksOff) response.destroy()
    else response.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const rig = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: (_: string): Answer => ({ status: 200, headers: {}, body: new Uint8Array(), breaksOff: false }),
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
  }
  return rig
}

async function drained (items: AsyncIterable<unknown> | Promise<AsyncIterable<unknown>>): Promise<void> {
  for await (const item of await items) void item
}

const VIEW = { id: 'j-a', name: 'words', state: 'RUNNING', chunks: { total: 3, done: 1, failed: 0 }, rate: 0, cost: '0' }
const REFUSAL = { error: { code: 'NS_E_JOB_UNKNOWN', message: 'there is no job j-a', remedy: 'look at the list' } }

/** What comes back from whatever listens where the coordinator's address says: documents, refusals, lines, and the stream of events. */
export async function answers (): Promise<Target> {
  const rig = await scripted()
  const client = new ApiClient({ url: `http://${rig.host}`, token: 'token' })
  const asks: readonly (() => Promise<unknown>)[] = [
    async () => await client.get('/v1/status'), async () => { await client.delete('/v1/images') }, async () => await client.post('/v1/jobs', {}), async () => await client.hasBlob('a'.repeat(64)),
    async () => { await drained(client.events('j-a')) }, async () => { await drained(client.lines('/v1/jobs/j-a/logs')) }, async () => { await drained(client.postLines('/v1/images/pull', {})) },
    async () => { await drained(client.stream('/v1/ledger/journal')) }, async () => { await drained(client.download({ sha256: 'a'.repeat(64) }, 5)) }
  ]
  return {
    name: 'answers of a coordinator',
    every: 100,
    feed: async dice => {
      const status = dice.chance(0.7) ? 200 : dice.pick([204, 206, 304, 400, 401, 404, 409, 413, 500, 503])
      const lines = Array.from({ length: dice.whole(0, 4) }, () => mutateText(dice, status < 400 ? VIEW : REFUSAL))
      const text = dice.pick([lines.map(line => `event: job\ndata: ${line}\n\n`), lines.map(line => `${line}\n`), lines.slice(0, 1)]).join('')
      const body = dice.chance(0.3) ? mutateBytes(dice, Buffer.from(text)) : new Uint8Array(Buffer.from(text))
      const answer = {
        status, body: status === 204 || status === 304 ? new Uint8Array() : body, breaksOff: dice.chance(0.1),
        headers: { 'content-type': dice.pick(['application/json', 'text/event-stream', 'application/x-ndjson', 'text/html']) }
      }
      rig.answer = () => answer
      return await takesLater(dice.pick(asks))
    },
    close: rig.close
  }
}

/** What a registry, and the login service it names, answer. */
export async function logins (): Promise<Target> {
  const rig = await scripted()
  const documents = [
    { schemaVersion: 2, config: { digest: `sha256:${'a'.repeat(64)}`, size: 10 }, layers: [] },
    { token: 'secret', expires_in: 300 }, { access_token: 'secret' }, { errors: [{ code: 'DENIED' }] }
  ]
  const challenge = (dice: Dice): string => dice.chance(0.7) ? `Bearer realm="http://${rig.host}/token",service="registry"` : dice.pick(['Basic realm="x"', 'Bearer', 'Bearer realm="http://[::1"', 'Bearer realm="ftp://127.0.0.1/"', 'Negotiate'])
  return {
    name: 'answers of a registry',
    every: 200,
    feed: async dice => {
      const headers = { 'www-authenticate': challenge(dice), 'content-type': 'application/vnd.oci.image.manifest.v1+json' }
      const body = (): Uint8Array => new Uint8Array(Buffer.from(mutateText(dice, dice.pick(documents))))
      const first = { status: dice.pick([200, 401, 401, 401, 403, 404, 500]), headers, body: body(), breaksOff: dice.chance(0.1) }
      const token = { status: dice.chance(0.8) ? 200 : 401, headers, body: body(), breaksOff: dice.chance(0.1) }
      const second = { ...first, status: dice.pick([200, 401]) }
      let asked = 0
      rig.answer = path => path.startsWith('/token') ? token : asked++ === 0 ? first : second
      return await takesLater(async () => await new RegistryClient(rig.host).manifest({ registry: rig.host, repository: 'team/app', tag: '1' }, '1', AbortSignal.timeout(5000)))
    },
    close: rig.close
  }
}
