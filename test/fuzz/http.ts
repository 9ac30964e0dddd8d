import { mkdtemp, rm } from 'node:fs/promises'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApi } from '../../src/api/routes.ts'
import { openCoordinator } from '../../src/composition/coordinator-node.ts'
import { isLoopback } from '../../src/images/registry.ts'
import { parseReference } from '../../src/images/reference.ts'
import { checkBooks } from '../../src/ledger/audit.ts'
import { createLogger } from '../../src/observe/logger.ts'
import { archiveOf, makeImage, tar } from '../containers/support/image.ts'
import { TOKEN, answerTo, checkRefusal, renewed, requestOf, routesOf } from './http-requests.ts'
import type { Request, Served } from './http-requests.ts'
import { mutateBytes } from './mutate.ts'
import type { Target } from './run.ts'

/** Requests one coordinator gets: it keeps every job, so memory is measured over several. */
const OF_ONE = 500

const QUERIES: readonly Readonly<Record<string, string>>[] = [{}, { limit: '10' }, { limit: '5', state: 'settled' }, { account: 'user:local', limit: '-1' }, { chunk: '0', follow: 'true' }, { name: '127.0.0.1:1/app:1' }]

interface Rig extends Served {
  readonly jobId: string
  readonly check: () => void
  readonly close: () => Promise<void>
}

async function openRig (image: Uint8Array): Promise<Rig> {
  const dir = await mkdtemp(join(tmpdir(), 'nightshift-fuzz-'))
  const node = await openCoordinator({
    dataDir: dir, listen: ['/ip4/127.0.0.1/tcp/0'], peers: [], mdns: false, profile: 'local', openingBalance: '1000', trusted: [], log: createLogger('silent')
  })
  const { services, registry, feed, request } = node
  const server = createApi({ host: '127.0.0.1', port: 0, dataDir: dir, peerId: node.peerId, services, registry, feed, request }, TOKEN)
  await server.ready()
  const authorization = `Bearer ${TOKEN}`
  const blob: { sha256: string, size: number } = (await server.inject({ method: 'PUT', url: '/v1/blobs', headers: { authorization, 'content-type': 'application/octet-stream' }, payload: Buffer.from('a\nb\nc\n') })).json()
  const block = {
    manifest: { name: 'words', version: '1.0', type: 'app', description: '', entrypoint: 'app.wasm', platform: 'wasm', platform_config: { container: '127.0.0.1:1/app:1' }, device_requirements: { min_cpu: 1 }, determinism: 'bitwise' },
    files: [{ path: 'app.wasm', ...blob }], paramsSchema: { type: 'object', properties: { size: { type: 'integer' } } }, register: true, credentials: { username: 'me', token: 'secret' }
  }
  const pushed: { hash: string } = (await server.inject({ method: 'POST', url: '/v1/blocks', headers: { authorization }, payload: block })).json()
  const job = {
    name: 'words', description: 'counts', app: `sha256:${pushed.hash}`, partitioner: 'lines', assembler: 'concat', params: { partitioner: { count: 1 }, app: { size: 2 }, assembler: {} },
    source: [{ path: 'in.txt', ...blob }], config: { taskTimeout: 60, jobTimeout: 0, retries: 2, replicas: 2, confidence: 99, trust: 'open', budget: '1', maxPrice: '0.5', estimate: 1, isolation: 'process' }
  }
  const submitted: { id: string } = (await server.inject({ method: 'POST', url: '/v1/jobs', headers: { authorization }, payload: job })).json()
  await server.inject({ method: 'POST', url: `/v1/jobs/${submitted.id}/abort`, headers: { authorization } })
  return {
    server,
    jobId: submitted.id,
    // what a person could name: of jobs, blocks and content that are there
    names: { id: submitted.id, tag: 'words@1.0', sha256: blob.sha256 },
    routes: routesOf(server, 20),
    queries: QUERIES,
    samples: {
      'POST /v1/jobs': job, 'POST /v1/jobs/plan': { ...job, chunks: 3 }, 'POST /v1/blocks': block, 'POST /v1/wallet/deposit': { peer: services.state.self, amount: '2.5' },
      'POST /v1/wallet/redeem': { body: '{"payer":"p"}', signature: 'a'.repeat(128) }, 'POST /v1/images/pull': { name: '127.0.0.1:1/app:1' }, 'PUT /v1/images': image
    },
    check: () => { checkBooks(services.state.ledger.accounts(), services.state.ledger.holds()) },
    close: async () => {
      await server.close()
      await node.close()
      await rm(dir, { recursive: true, force: true })
    }
  }
}

/** A name that would make the coordinator ask somebody on the internet: tests do not. */
function leadsOut (name: unknown): boolean {
  try {
    return typeof name === 'string' && !isLoopback(parseReference(name).registry)
  } catch {
    return false
  }
}

function pulls ({ url }: Request): boolean {
  return url.startsWith('/v1/images/pull')
}

function named (body: unknown): unknown {
  try {
    return (JSON.parse(String(body)) as { name?: unknown } | null)?.name
  } catch {
    return undefined
  }
}

async function anImage (): Promise<Uint8Array> {
  return await archiveOf(makeImage([await tar([{ name: 'bin/app', content: 'hello' }])]), '127.0.0.1:1/app:1')
}

/** Every route of a real coordinator's API, with bodies, parameters, queries and headers changed. */
export async function http (): Promise<Target> {
  const image = await anImage()
  const rigs = await renewed(async () => await openRig(image), OF_ONE)
  return {
    name: 'HTTP requests',
    every: 20,
    feed: async dice => {
      const rig = await rigs.next()
      const request = requestOf(dice, rig)
      if (pulls(request) && leadsOut(named(request.payload))) return false
      const { taken, status, body } = await answerTo(rig.server, request)
      // nobody waits for a job that goes on
      if (status === 201) await rig.server.inject({ method: 'POST', url: `/v1/jobs/${(JSON.parse(body) as { id: string }).id}/abort`, headers: { authorization: `Bearer ${TOKEN}` } })
      rig.check()
      return taken
    },
    close: rigs.close
  }
}

/** How long a sender waits for an answer to what may not be a whole request, milliseconds. */
const PATIENCE_MS = 200

/** Bytes on the port itself: requests broken at any place. */
export async function rawHttp (): Promise<Target> {
  const rig = await openRig(await anImage())
  await rig.server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = rig.server.server.address() as AddressInfo
  const head = `Host: 127.0.0.1\r\nAuthorization: Bearer ${TOKEN}\r\n`
  const requests = [
    `GET /v1/status HTTP/1.1\r\n${head}\r\n`,
    `GET /v1/jobs/${rig.jobId}/events HTTP/1.1\r\n${head}\r\n`,
    `POST /v1/wallet/deposit HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: 27\r\n\r\n{"peer":"x","amount":"2.5"}`,
    `PUT /v1/blobs HTTP/1.1\r\n${head}Content-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
    'GET /v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'
  ].map(request => Buffer.from(request))
  return {
    name: 'bytes to the HTTP port',
    every: 1000,
    feed: async dice => {
      const request = dice.pick(requests)
      const answer = await sent(port, dice.chance(0.9) ? mutateBytes(dice, request) : request)
      const [, status = ''] = /^HTTP\/1\.1 (\d{3}) /.exec(answer) ?? []
      if (answer !== '' && status === '') throw new Error(`the answer is no HTTP: ${answer.slice(0, 200)}`)
      if (Number(status) >= 400) checkRefusal(request.toString('latin1'), Number(status), bodyIn(answer), false)
      return status.startsWith('2')
    },
    close: rig.close
  }
}

async function sent (port: number, bytes: Uint8Array): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port })
  const parts: Buffer[] = []
  socket.on('data', part => { parts.push(part) })
  // a server may close while it is still being written to
  socket.on('error', () => { socket.destroy() })
  const closed = once(socket, 'close')
  socket.setTimeout(PATIENCE_MS, () => { socket.destroy() })
  socket.end(bytes)
  await closed
  return Buffer.concat(parts).toString('latin1')
}

/** The body of the first answer, whose length its head says. */
function bodyIn (answer: string): string {
  const at = answer.indexOf('\r\n\r\n') + 4
  const [, length] = /content-length: (\d+)/i.exec(answer.slice(0, at)) ?? []
  return answer.slice(at, length === undefined ? undefined : at + Number(length))
}
