import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ended } from '../support/nodes.ts'
import { localNetwork } from '../support/network.ts'
import type { LocalNetwork } from '../support/network.ts'
import { WHY_NOT } from './support/engine.ts'
import { busyboxLayer, makeImage, tar } from './support/image.ts'
import type { TestImage } from './support/image.ts'
import { CONTAINERS, client } from './support/python.ts'
import { NO_REGISTRY, Registry } from './support/registry.ts'

const SECRET = `token-${randomBytes(12).toString('hex')}`
const SCRIPT = 'cat /mark > $TASK_RESULTS_DIR/mark\n'

describe.skipIf((WHY_NOT ?? NO_REGISTRY) !== undefined)('images from a registry', () => {
  let dir: string
  let open: Registry
  let closed: Registry
  let network: LocalNetwork
  let layer: Buffer

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'nightshift-registry-'))
    open = await Registry.start(dir)
    closed = await Registry.start(dir, { user: 'me', password: SECRET })
    layer = await busyboxLayer()
    network = await localNetwork(0, '1000', { ...CONTAINERS, rules: { ...CONTAINERS.rules, registries: [open.host, closed.host] } })
    await network.addWorker()
    await network.addWorker({ containers: { ...CONTAINERS, rules: { ...CONTAINERS.rules, registries: [] } } })
  }, 90_000)

  afterAll(async () => {
    await network.close()
    await open.stop()
    await closed.stop()
    rmSync(dir, { recursive: true, force: true })
  })

  const marked = async (mark: string): Promise<TestImage> => makeImage([layer, await tar([{ name: 'mark', content: mark, mode: 0o644 }])])

  async function push (container: string, more: { config?: object, credentials?: object } = {}): Promise<string> {
    const ref = await network.api.upload(Buffer.from(SCRIPT))
    const { hash } = await network.api.call('POST', '/v1/blocks', {
      manifest: { name: 'marked', version: '1.0', type: 'app', description: '', entrypoint: 'main.sh', platform: 'docker', platform_config: { container, ...more.config }, device_requirements: {}, determinism: 'bitwise' },
      files: [{ path: 'main.sh', ...ref }], register: false, ...more.credentials === undefined ? {} : { credentials: more.credentials }
    }) as { hash: string }
    return `sha256:${hash}`
  }

  async function run (app: string): Promise<{ state: string, mark: string, job: any }> {
    const { id } = await network.api.call('POST', '/v1/jobs', { name: 'marked', app, params: {}, source: [], config: { replicas: 2 } }) as { id: string }
    const job = await network.api.waitFor(id, ended, 60_000)
    const { files } = await network.api.call('GET', `/v1/jobs/${id}/outputs`) as { files: { sha256: string }[] }
    const mark = files[0] === undefined ? '' : await network.api.call('GET', `/v1/blobs/${files[0].sha256}`) as string
    return { state: job.state as string, mark, job }
  }

  it('a tag is resolved once per job, and all replicas use that content', async () => {
    await open.push(await marked('first'), 'team/marked', 'latest')
    const app = await push(`${open.host}/team/marked`)
    expect(await run(app)).toMatchObject({ state: 'COMPLETED', mark: 'first' })
    await open.push(await marked('second'), 'team/marked', 'latest')
    expect(await run(app)).toMatchObject({ state: 'COMPLETED', mark: 'second' })
  }, 120_000)

  it('a digest stays what it is, whatever the tag says now', async () => {
    const digest = await open.push(await marked('pinned'), 'team/pinned', 'latest')
    await open.push(await marked('newer'), 'team/pinned', 'latest')
    expect(await run(await push(`${open.host}/team/pinned@${digest}`))).toMatchObject({ state: 'COMPLETED', mark: 'pinned' })
  }, 120_000)

  it('a worker that cannot reach the registry gets the image from the coordinator', async () => {
    await open.push(await marked('delivered'), 'team/away', '1')
    const name = `${open.host}/team/away:1`
    await client(network).postLines('/v1/images/pull', { name }).next()
    for await (const line of client(network).postLines<Record<string, unknown>>('/v1/images/pull', { name })) expect(line).not.toHaveProperty('error')
    await open.stop()
    try {
      expect(await run(await push(name))).toMatchObject({ state: 'COMPLETED', mark: 'delivered' })
    } finally {
      await open.resume()
    }
  }, 120_000)

  it('what is not there is refused at submission, with the name', async () => {
    const app = await push(`${open.host}/team/nothing:1`)
    await expect(run(app)).rejects.toThrow(/NS_E_IMAGE.*team\/nothing/)
    await expect(run(await push('not a name'))).rejects.toThrow(/NS_E_IMAGE.*not the name of an image/)
    await expect(run(await push('127.0.0.1:1/team/x'))).rejects.toThrow(/NS_E_UNREACHABLE.*127\.0\.0\.1:1 cannot be reached/)
  })

  it('a private image needs its login, which goes nowhere but to the registry', async () => {
    await closed.push(await marked('private'), 'team/private', '1')
    const name = `${closed.host}/team/private:1`
    await expect(run(await push(name))).rejects.toThrow(/wants a login/)
    await expect(run(await push(name, { config: { private_image: true }, credentials: { username: 'me', token: 'wrong' } }))).rejects.toThrow(/login is not accepted/)
    const app = await push(name, { config: { private_image: true, username: 'me', token: SECRET } })
    expect(await run(app)).toMatchObject({ state: 'COMPLETED', mark: 'private' })
    const holders = filesBelow(network.dir).filter(path => readFileSync(path).includes(SECRET))
    expect(holders).toEqual([join(network.dir, 'coordinator', 'image-credentials.json')])
    expect(statSync(holders[0] ?? '').mode & 0o077).toBe(0)
    for (const path of ['/v1/blocks', '/v1/jobs', '/v1/images']) expect(JSON.stringify(await network.api.call('GET', path))).not.toContain(SECRET)
  }, 120_000)

  it('a registry that answers a digest with something else is not believed', async () => {
    const liar = createServer((_, answer) => { answer.end(JSON.stringify({ config: { digest: `sha256:${'1'.repeat(64)}`, size: 1 }, layers: [{ digest: `sha256:${'2'.repeat(64)}`, size: 1 }] })) })
    await new Promise<void>(resolve => { liar.listen(0, '127.0.0.1', resolve) })
    try {
      const name = `127.0.0.1:${(liar.address() as AddressInfo).port}/team/x@sha256:${'0'.repeat(64)}`
      await expect(run(await push(name))).rejects.toThrow(/NS_E_IMAGE.*it lies or is broken/)
    } finally {
      liar.close()
    }
  })

  it('an image goes out as an archive and comes in again the same, under any name', async () => {
    await open.push(await marked('archived'), 'team/archived', '1')
    const name = `${open.host}/team/archived:1`
    for await (const line of client(network).postLines<Record<string, unknown>>('/v1/images/pull', { name })) expect(line).not.toHaveProperty('error')
    const archive = await client(network).stream(`/v1/images/archive?name=${encodeURIComponent(name)}`)
    const copy = await client(network).putStream<{ name: string, id: string }>('/v1/images?name=copy%3A2', archive)
    expect(copy.name).toBe('docker.io/library/copy:2')
    const { images } = await client(network).get<{ images: { name: string, id: string }[] }>('/v1/images')
    expect(images.find(image => image.name === name)?.id).toBe(copy.id)
    expect(await run(await push('copy:2'))).toMatchObject({ state: 'COMPLETED', mark: 'archived' })
  }, 120_000)

  it.each([
    ['no archive at all', Buffer.from('this is not a tar file, only text that goes on for a while '.repeat(40)), /NS_E_IMAGE|NS_E_USAGE|not|header/],
    ['an archive without an image', undefined, /neither a "docker save" archive nor an OCI layout/]
  ])('%s is refused', async (_, bytes, message) => {
    const content = bytes ?? await tar([{ name: 'file', content: 'x' }])
    await expect(client(network).putStream('/v1/images?name=bad', (async function * () { yield content })())).rejects.toThrow(message)
  })
})

function filesBelow (dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true, recursive: true }).filter(entry => entry.isFile() && !entry.name.endsWith('.img')).map(entry => join(entry.parentPath, entry.name))
}
