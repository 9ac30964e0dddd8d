import type { FastifyInstance } from 'fastify'
import type { Dice } from '../simulation/world/dice.ts'
import { mutateBytes, mutateJson, mutateText } from './mutate.ts'

export const TOKEN = 'token-of-the-fuzzer'

/** An HTTP API of a real node, and what a person could ask of it. */
export interface Served {
  readonly server: FastifyInstance
  readonly routes: readonly Route[]
  /** what stands for a path's parameters */
  readonly names: Readonly<Record<string, string>>
  readonly queries: readonly Readonly<Record<string, string>>[]
  /** bodies that are right, by method and route: bytes are content that is uploaded */
  readonly samples: Readonly<Record<string, unknown>>
}

interface Route { readonly method: string, readonly url: string }

/** Every route there is, from what fastify prints of them: a tree, a path's part a line. */
export function routesOf (server: FastifyInstance, least: number): readonly Route[] {
  const parts: string[] = []
  const routes = server.printRoutes({ commonPrefix: false }).split('\n').flatMap(line => {
    const [, indent = '', part = '', methods] = /^([│ ]*)[├└]── (\S*)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? []
    const depth = indent.length / 4
    parts.length = depth
    parts[depth] = part
    return methods === undefined ? [] : methods.split(', ').map(method => ({ method, url: parts.join('') }))
  })
  const unknown = routes.filter(({ method, url }) => !server.hasRoute({ method: method, url }))
  if (routes.length < least || unknown.length > 0) throw new Error(`the routes are not read right: ${JSON.stringify(unknown.length > 0 ? unknown : routes)}`)
  return routes
}

/** A node that is opened anew after so many requests: what it keeps must not grow with all of them. */
export async function renewed<N extends { readonly close: () => Promise<void> }> (open: () => Promise<N>, requests: number): Promise<{ readonly next: () => Promise<N>, readonly close: () => Promise<void> }> {
  let node = await open()
  let fed = 0
  return {
    next: async () => {
      if (++fed % requests === 0) {
        await node.close()
        node = await open()
      }
      return node
    },
    close: async () => { await node.close() }
  }
}

function text (dice: Dice, plain: string): string {
  return dice.chance(0.75) ? plain : Buffer.from(mutateBytes(dice, Buffer.from(plain))).toString('latin1')
}

/** As it could stand in a request line: what is odd is escaped, and the escapes are broken at times. */
function escaped (dice: Dice, part: string): string {
  const safe = encodeURIComponent(part).replaceAll('%3A', ':').replaceAll('%40', '@')
  return dice.chance(0.02) ? `${safe}%zz` : safe
}

export interface Request { readonly method: 'GET', readonly url: string, readonly headers: Readonly<Record<string, string>>, readonly payload?: string | Buffer }

/** A request for one of the routes, with something in it changed. */
export function requestOf (dice: Dice, { routes, names, queries, samples }: Served): Request {
  const route = dice.pick(routes)
  const path = route.url.replaceAll(/:(\w+)/g, (_, key: string) => escaped(dice, text(dice, names[key] ?? 'x')))
  const query = Object.entries(dice.pick(queries)).map(([key, value]) => [escaped(dice, text(dice, key)), escaped(dice, text(dice, value))] as const)
  const isUpload = route.method === 'PUT'
  const sample = samples[`${route.method} ${route.url}`]
  const body = isUpload ? Buffer.from(mutateBytes(dice, sample instanceof Uint8Array ? sample : Buffer.from('content')))
    : sample === undefined ? (dice.chance(0.1) ? mutateText(dice, { any: 'thing' }) : undefined)
    : dice.chance(0.2) ? mutateText(dice, sample) : JSON.stringify(dice.chance(0.85) ? mutateJson(dice, sample) : sample)
  const type = isUpload ? 'application/octet-stream' : 'application/json'
  const headers: Record<string, string> = { authorization: dice.chance(0.97) ? `Bearer ${TOKEN}` : text(dice, `Bearer ${TOKEN}`) }
  if (body !== undefined) headers['content-type'] = dice.chance(0.95) ? type : dice.pick(['text/plain', 'application/octet-stream', 'application/json; charset=utf-16', 'multipart/form-data', ''])
  if (dice.chance(0.1)) headers['range'] = text(dice, 'bytes=2-')
  if (dice.chance(0.1)) headers['x-sha256'] = text(dice, names['sha256'] ?? '')
  return {
    method: (dice.chance(0.97) ? route.method : dice.pick(['GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'])) as 'GET',
    url: path + (query.length === 0 ? '' : `?${query.map(pair => pair.join('=')).join('&')}`),
    headers,
    ...body === undefined ? {} : { payload: body }
  }
}

/** Sends it. Throws for a refusal that is none of those documented. */
export async function answerTo (server: FastifyInstance, request: Request): Promise<{ readonly what: string, readonly taken: boolean, readonly status: number, readonly body: string }> {
  const { statusCode: status, body } = await server.inject(request)
  const what = `${request.method} ${request.url} ${request.payload?.toString().slice(0, 300) ?? ''}`
  if (status >= 400) checkRefusal(what, status, body, (request.method as string) === 'HEAD')
  return { what, taken: status < 400, status, body }
}

/** The one shape of a refusal: a status of 400 to 499 with a code, a sentence, and at times what to do. */
export function checkRefusal (what: string, status: number, body: string, isHead: boolean): void {
  if (status >= 500) throw new Error(`${what} was answered ${status}: ${body.slice(0, 500)}`)
  if (isHead) return
  const { error } = JSON.parse(body) as { error?: { code?: unknown, message?: unknown } }
  if (typeof error?.code !== 'string' || !error.code.startsWith('NS_E_') || error.code === 'NS_E_INTERNAL' || typeof error.message !== 'string' || error.message === '') {
    throw new Error(`${what} was refused with ${status} in another shape: ${body.slice(0, 500)}`)
  }
}
