import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { containerSpec } from '../../src/execution/docker/container-spec.ts'
import type { ContainerPlan } from '../../src/execution/docker/container-spec.ts'
import { Demux } from '../../src/execution/docker/demux.ts'
import type { EngineInfo } from '../../src/execution/docker/engine.ts'
import { socketCandidates } from '../../src/execution/docker/engine.ts'
import { entryCommands } from '../../src/execution/docker/entry.ts'
import { GpuPool } from '../../src/execution/docker/gpus.ts'
import type { Task } from '../../src/model/executor.ts'

const ENGINE: EngineInfo = { name: 'docker', version: '20', cgroupVersion: 2, rootless: false, remapped: false, runtimes: ['runc', 'runsc'], architecture: 'amd64' }
const TASK = { limits: { wallMs: 1000, memoryMiB: 256, outputBytes: 1024, outputFiles: 10, logBytes: 1024 } } as Task
const PLAN: ContainerPlan = {
  task: TASK, container: { image: { reference: 'x', config: { sha256: '', size: 1 }, layers: [], architecture: 'amd64' }, network: 'none', gpus: [] },
  imageId: 'sha256:1', volumes: [], command: ['python3', '/app/main.py'], env: { A: '1' }, mounts: [{ host: '/h', target: '/task', writable: false }],
  user: '65534:65534', cores: 0.5, labels: { 'nightshift.node': 'n' }, devices: [], niceness: 10, init: true
}

describe('what a container is made of', () => {
  it('has every bound and no more rights than none', () => {
    const { HostConfig: host, User } = containerSpec(PLAN, ENGINE)
    expect(User).toBe('65534:65534')
    expect(host).toMatchObject({
      NetworkMode: 'none', ReadonlyRootfs: true, Privileged: false, CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'], Init: true, IpcMode: 'private', CgroupnsMode: 'private',
      CpuShares: 110, Memory: 256 * 1024 * 1024, MemorySwap: 256 * 1024 * 1024, NanoCpus: 500_000_000, PidsLimit: 256, OomScoreAdj: 500, LogConfig: { Type: 'none' }, RestartPolicy: { Name: '' }
    })
    expect(host?.Mounts).toEqual([{ Type: 'bind', Source: '/h', Target: '/task', ReadOnly: true, BindOptions: { Propagation: 'rprivate' } }])
    for (const key of ['Binds', 'Devices', 'DeviceRequests', 'Runtime', 'VolumesFrom', 'CapAdd', 'PidMode', 'UsernsMode']) expect(host).not.toHaveProperty(key)
  })

  it('turns volumes of the image into bounded memory', () => {
    const { HostConfig: host } = containerSpec({ ...PLAN, volumes: ['/data', '/var/lib/db'] }, ENGINE)
    expect(host?.Tmpfs?.['/data']).toMatch(/size=16m/)
    expect(Object.keys(host?.Tmpfs ?? {})).toContain('/var/lib/db')
  })

  it('passes GPUs as device requests and a runtime by name', () => {
    const { HostConfig: host } = containerSpec({ ...PLAN, devices: ['0', '2'], runtime: 'runsc' }, ENGINE)
    expect(host?.DeviceRequests).toEqual([{ Driver: '', DeviceIDs: ['0', '2'], Capabilities: [['gpu']] }])
    expect(host).toMatchObject({ Runtime: 'runsc' })
  })

  it('joins the fenced network only for egress', () => {
    const asked = { ...PLAN, container: { ...PLAN.container, network: 'egress' as const } }
    expect(containerSpec({ ...asked, egressNetwork: 'fence' }, ENGINE).HostConfig?.NetworkMode).toBe('fence')
    expect(containerSpec(asked, ENGINE).HostConfig?.NetworkMode).toBe('none')
    expect(containerSpec({ ...PLAN, egressNetwork: 'fence' }, ENGINE).HostConfig?.NetworkMode).toBe('none')
  })
})

describe('an engine\'s attach stream', () => {
  it('comes apart the same however it is cut', () => {
    fc.assert(fc.property(fc.array(fc.record({ err: fc.boolean(), text: fc.string({ maxLength: 30 }) })), fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), (pieces, cuts) => {
      const wire = Buffer.concat(pieces.map(({ err, text }) => {
        const header = Buffer.from([err ? 2 : 1, 0, 0, 0, 0, 0, 0, 0])
        header.writeUInt32BE(Buffer.byteLength(text), 4)
        return Buffer.concat([header, Buffer.from(text)])
      }))
      const seen = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] }
      const demux = new Demux((stream, bytes) => { seen[stream].push(Buffer.from(bytes)) })
      for (let at = 0, i = 0; at < wire.length; i++) {
        const size = cuts[i % cuts.length] ?? 1
        demux.push(wire.subarray(at, at + size))
        at += size
      }
      expect(Buffer.concat(seen.stdout).toString()).toBe(Buffer.from(pieces.filter(piece => !piece.err).map(piece => piece.text).join('')).toString())
      expect(Buffer.concat(seen.stderr).toString()).toBe(Buffer.from(pieces.filter(piece => piece.err).map(piece => piece.text).join('')).toString())
    }))
  })

  it('takes a million pieces of one byte in one go', () => {
    const wire = Buffer.alloc(9 * 1_000_000)
    for (let at = 0; at < wire.length; at += 9) {
      wire[at] = 1
      wire[at + 7] = 1
    }
    let bytes = 0
    new Demux((_, piece) => { bytes += piece.byteLength }).push(wire)
    expect(bytes).toBe(1_000_000)
  })
})

describe('GPUs', () => {
  const devices = [{ id: '0', model: 'NVIDIA A100' }, { id: '1', model: 'NVIDIA A100' }, { id: '2', model: 'NVIDIA T4' }]
  const signal = new AbortController().signal

  it('serve one task at a time, and waiting tasks in order', async () => {
    const pool = new GpuPool(devices)
    const first = await pool.take(['a100', 'a100'], signal)
    expect(first?.map(({ id }) => id)).toEqual(['0', '1'])
    const waiting = pool.take(['a100'], signal)
    expect((await pool.take(1, signal))?.map(({ id }) => id)).toEqual(['2'])
    pool.give(first ?? [])
    expect((await waiting)?.map(({ id }) => id)).toEqual(['0'])
  })

  it('are not waited for by a task that was given up', async () => {
    const pool = new GpuPool([])
    const abort = new AbortController()
    const waiting = pool.take(1, abort.signal)
    abort.abort()
    expect(await waiting).toBeUndefined()
    expect(await pool.take([], signal)).toEqual([])
  })
})

describe('entry scripts and sockets', () => {
  it.each([
    ['main.py', [['python3', '/app/main.py'], ['python', '/app/main.py']]], ['run.sh', [['sh', '/app/run.sh']]], ['a/b.mjs', [['node', '/app/a/b.mjs']]], ['binary', [['/app/binary']]]
  ])('%s', (entry, commands) => { expect(entryCommands(entry)).toEqual(commands) })

  it('a named engine is the only one looked for', () => {
    expect(socketCandidates({ DOCKER_HOST: 'unix:///x/y.sock' }, 1000)).toEqual(['/x/y.sock'])
    expect(socketCandidates({ DOCKER_HOST: 'tcp://elsewhere:2375' }, 1000)).toEqual([])
    expect(socketCandidates({ XDG_RUNTIME_DIR: '/run/user/7' }, 7)).toContain('/run/user/7/podman/podman.sock')
  })
})
