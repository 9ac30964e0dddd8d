import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Api, ended, startNode } from '../support/nodes.ts'
import type { StartedNode } from '../support/nodes.ts'
import { DEFAULT_IMAGE_RULES } from '../../src/model/image-rules.ts'
import { SOCKET, WHY_NOT, containersOf, openRig } from './support/engine.ts'
import type { Rig } from './support/engine.ts'
import { PrivateEngine } from './support/private-engine.ts'
import { archiveOf, busyboxLayer, makeImage, tar } from './support/image.ts'
import type { TestImage } from './support/image.ts'

const MIB = 1024 * 1024

describe.skipIf(WHY_NOT !== undefined)('containers and the nodes they belong to', () => {
  let dir: string
  let image: TestImage
  let rig: Rig
  const nodes: StartedNode[] = []

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nightshift-lifecycle-'))
    image = makeImage([await busyboxLayer()])
    rig = await openRig()
  }, 60_000)
  afterAll(async () => {
    for (const node of nodes) await node.stop('SIGKILL')
    await rig.close()
    await rm(dir, { recursive: true, force: true })
  })

  it('what a worker killed with kill -9 left is found and removed at its next start, and its chunk runs again', async () => {
    const engine = await rig.engine()
    const coordinator = await startNode('coordinator', join(dir, 'coordinator'), ['--engine', SOCKET ?? ''])
    nodes.push(coordinator)
    const api = await Api.of(coordinator.dataDir)
    await api.call('PUT', '/v1/images?name=box:1', await archiveOf(image, 'box:1'))
    const flags = ['--engine', SOCKET ?? '', '--peer', coordinator.addresses[0] ?? '', '--allow-process-isolation', '--slots', '1']
    const doomed = await startNode('worker', join(dir, 'worker'), flags)
    nodes.push(doomed)
    const ref = await api.upload(Buffer.from('[ -e /tmp/go ] || sleep 4; echo done > $TASK_RESULTS_DIR/done'))
    const { hash } = await api.call('POST', '/v1/blocks', {
      manifest: { name: 'slow', version: '1.0', type: 'app', description: '', entrypoint: 'main.sh', platform: 'docker', platform_config: { container: 'box:1' }, device_requirements: {}, determinism: 'bitwise' },
      files: [{ path: 'main.sh', ...ref }], register: false
    }) as { hash: string }
    const { id } = await api.call('POST', '/v1/jobs', { name: 'slow', app: `sha256:${hash}`, params: {}, source: [], config: { replicas: 1 } }) as { id: string }
    await vi.waitUntil(async () => await running(engine, doomed.peerId) > 0, { timeout: 20_000 })
    await doomed.stop('SIGKILL')
    expect(await running(engine, doomed.peerId)).toBeGreaterThan(0)
    const again = await startNode('worker', join(dir, 'worker'), flags)
    nodes.push(again)
    expect(again.peerId).toBe(doomed.peerId)
    expect(again.log()).toMatch(/Removed the container of t-\S+, left by a node that was killed/)
    expect(await api.waitFor(id, ended, 60_000)).toMatchObject({ state: 'COMPLETED' })
    await again.stop()
    await coordinator.stop()
    await vi.waitUntil(async () => await running(engine, doomed.peerId) === 0, { timeout: 10_000 })
    expect(mountsBelow(dir)).toEqual([])
  }, 120_000)

  it('an executor that closes ends its tasks and removes everything', async () => {
    const short = await openRig()
    const task = short.run(image, 'sleep 60')
    await vi.waitUntil(async () => await containersOf(await short.engine(), 'nightshift.task') > 0, { timeout: 10_000 })
    await short.executor.close()
    expect((await task).outcome).toMatchObject({ ok: false, code: 'CANCELLED' })
    expect(await containersOf(await short.engine(), 'nightshift.task')).toBe(0)
    expect(mountsBelow(short.scratchDir)).toEqual([])
    await short.close()
  })

  it('the next container is made while the current one runs', async () => {
    const one = await openRig({ slots: 1 })
    try {
      await one.run(image, 'true')
      const engine = await one.engine()
      const untilTasksAre = async (states: string): Promise<void> => {
        await vi.waitUntil(async () => {
          const tasks = await engine.api.listContainers({ all: true, filters: JSON.stringify({ label: ['nightshift.task'] }) })
          return tasks.map(({ State }) => State).sort().join() === states
        }, { timeout: 30_000 })
      }
      const abort = new AbortController()
      const first = one.run(image, 'sleep 60', { signal: abort.signal, limits: { wallMs: 90_000 } })
      await untilTasksAre('running')
      const second = one.run(image, 'echo second > /results/second')
      await untilTasksAre('created,running')
      abort.abort()
      expect((await first).outcome).toMatchObject({ code: 'CANCELLED' })
      expect((await second).files.get('second')).toBe('second\n')
    } finally {
      await one.close()
    }
  })

  it('images over the quota go, the least recently used first', async () => {
    const layer = await busyboxLayer()
    const marked = await Promise.all(['a', 'b', 'c'].map(async mark => makeImage([layer, await tar([{ name: 'mark', content: Buffer.alloc(8 * MIB, mark) }])], { reference: `docker.io/library/${mark}:1` })))
    const small = await openRig({ rules: { ...DEFAULT_IMAGE_RULES, quotaBytes: 25 * MIB } })
    try {
      for (const one of marked) expect((await small.run(one, 'true')).outcome.ok).toBe(true)
      const tags = (await (await small.engine()).api.listImages({ filters: JSON.stringify({ reference: ['localhost/nightshift/image'] }) })).flatMap(({ RepoTags }) => RepoTags ?? [])
      const has = (one: TestImage | undefined): boolean => tags.some(tag => tag.endsWith(one?.image.config.sha256 ?? 'none'))
      expect([has(marked[0]), has(marked[2])]).toEqual([false, true])
      expect((await small.run(marked[0] as TestImage, 'true')).outcome.ok).toBe(true)
    } finally {
      await small.close()
    }
  })

  it('an image somebody removed is brought again', async () => {
    const gone = makeImage([await busyboxLayer(), await tar([{ name: 'mark', content: 'gone' }])])
    expect((await rig.run(gone, 'true')).outcome.ok).toBe(true)
    await (await rig.engine()).api.getImage(`localhost/nightshift/image:${gone.image.config.sha256}`).remove({ force: true })
    expect((await rig.run(gone, 'true')).outcome.ok).toBe(true)
  })
})

describe.skipIf((WHY_NOT ?? PrivateEngine.whyNot()) !== undefined)('an engine that goes away', () => {
  let dir: string
  let engine: PrivateEngine
  const nodes: StartedNode[] = []
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nightshift-engine-'))
    engine = await PrivateEngine.start(join(dir, 'engine'))
  }, 60_000)
  afterAll(async () => {
    for (const node of nodes.reverse()) await node.stop()
    await engine.stop()
    await rm(dir, { recursive: true, force: true })
  })

  it('ends its tasks with that reason, is no longer offered, and is offered again after a self-test', async () => {
    const coordinator = await startNode('coordinator', join(dir, 'coordinator'), ['--no-containers'])
    nodes.push(coordinator)
    const api = await Api.of(coordinator.dataDir)
    const worker = await startNode('worker', join(dir, 'worker'), ['--engine', engine.socket, '--peer', coordinator.addresses[0] ?? '', '--allow-process-isolation'])
    nodes.push(worker)
    const platforms = async (): Promise<readonly string[]> => (await api.call('GET', '/v1/nodes') as { nodes: { platforms: string[] }[] }).nodes[0]?.platforms ?? []
    await vi.waitUntil(async () => (await platforms()).includes('docker'), { timeout: 20_000 })

    const rig = await openRig({ socket: engine.socket })
    const image = makeImage([await busyboxLayer()])
    const task = rig.run(image, 'echo started; sleep 60', { onLog: () => { void engine.kill() } })
    expect((await task).outcome).toMatchObject({ ok: false, failureClass: 'node', code: 'ENGINE_GONE' })
    await vi.waitUntil(async () => !(await platforms()).includes('docker'), { timeout: 30_000 })

    await engine.restart()
    await vi.waitUntil(async () => (await platforms()).includes('docker'), { timeout: 60_000 })
    await rig.executor.selfTest(AbortSignal.timeout(60_000))
    expect((await rig.run(image, 'true')).outcome.ok).toBe(true)
    await rig.close()
    expect(await engine.containers()).toBe(0)
  }, 180_000)
})

async function running (engine: { api: { listContainers: (options: object) => Promise<readonly unknown[]> } }, node: string): Promise<number> {
  return (await engine.api.listContainers({ all: true, filters: JSON.stringify({ label: [`nightshift.node=${node}`] }) })).length
}

function mountsBelow (path: string): string[] {
  return execFileSync('cat', ['/proc/mounts'], { encoding: 'utf8' }).split('\n').filter(line => line.includes(path))
}
