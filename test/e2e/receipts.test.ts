import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startNode } from '../support/nodes.ts'
import type { StartedNode } from '../support/nodes.ts'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

interface Ended { readonly code: number, readonly stdout: string, readonly stderr: string }
interface Told { readonly ok: boolean, readonly problems: { readonly where: string, readonly what: string }[], readonly statement: Record<string, any>, readonly rerun?: { readonly chunks: number[] } }

describe('receipts of real nodes', () => {
  let dir = ''
  let env: NodeJS.ProcessEnv = {}
  const nodes: StartedNode[] = []
  const coordinatorData = (): string => join(dir, 'coordinator')

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nightshift-receipts-'))
    await mkdir(join(dir, 'tmp'))
    env = { ...process.env, NO_COLOR: '1', TMPDIR: join(dir, 'tmp'), NIGHTSHIFT_DATA: join(dir, 'data'), NIGHTSHIFT_CLUSTER: join(dir, 'none') }
    await writeFile(join(dir, 'numbers.txt'), Array.from({ length: 600 }, (_, i) => `${i + 1}\n`).join(''))
    expect((await nightshift('app', 'new', 'hello')).code).toBe(0)
  })
  afterAll(async () => {
    for (const node of nodes.reverse()) await node.stop('SIGKILL')
    await rm(dir, { recursive: true, force: true })
  })

  async function nightshift (...args: readonly string[]): Promise<Ended> {
    return await new Promise(resolve => {
      execFile(process.execPath, [MAIN, ...args], { cwd: dir, env }, (error, stdout, stderr) => { resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }) })
    })
  }

  async function verify (...args: readonly string[]): Promise<{ readonly code: number, readonly told: Told }> {
    const { code, stdout, stderr } = await nightshift('receipt', 'verify', ...args, '--output', 'json')
    expect(stdout, stderr).not.toBe('')
    return { code, told: JSON.parse(stdout) as Told }
  }

  async function start (role: 'coordinator' | 'worker', name: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<StartedNode> {
    const node = await startNode(role, join(dir, name), args, { ...env, ...more })
    nodes.push(node)
    return node
  }

  it('prove what a job with a liar in it came to, after its coordinator died while it made the receipt', async () => {
    const first = await start('coordinator', 'coordinator', [], { NIGHTSHIFT_CRASH: 'receipt-made:decided' })
    const port = /\/tcp\/(\d+)/.exec(first.addresses[0] ?? '')?.[1] ?? ''
    const peer = ['--peer', first.addresses[0] ?? '', '--slots', '1', '--allow-process-isolation']
    const workers = await Promise.all(['w1', 'w2', 'liar'].map(async name => await start('worker', name, name === 'liar' ? [...peer, '--lie'] : peer)))
    const died = once(first.process, 'exit')
    const ran = await nightshift('job', 'run', '--data', coordinatorData(), '--app', 'hello', '--partitioner', 'lines', '--param', 'partitioner.count=50', '--input', 'numbers.txt', '--id-only')
    expect(ran, ran.stderr).toMatchObject({ code: 0 })
    const id = ran.stdout.trim()
    await died
    await start('coordinator', 'coordinator', ['--listen', `/ip4/127.0.0.1/tcp/${port}`])

    const got = await nightshift('job', 'get', id, '--data', coordinatorData(), '--out', 'got')
    expect(got, got.stderr).toMatchObject({ code: 0 })
    const receipt = join('got', 'receipt.json')
    const whole = await verify(receipt, '--outputs', join('got', 'outputs'))
    expect(whole.told.problems).toEqual([])
    expect(whole).toMatchObject({ code: 0, told: { ok: true, statement: { job: id, state: 'COMPLETED', decided: 12, coordinator: first.peerId } } })
    const { statement } = whole.told
    expect(statement.strikes).toBeGreaterThan(0)
    const paid = Object.fromEntries((statement.workers as { peer: string, paid: string }[]).map(worker => [worker.peer, worker.paid]))
    expect(paid[workers[2]?.peerId ?? '']).toBeUndefined()
    const described = await nightshift('job', 'describe', id, '--data', coordinatorData())
    expect(described.stdout).toMatch(/confidence +9\d\.\d+ % reached, 99 % asked for/)
    expect(described.stdout).toMatch(/evidence .*strike/)
    expect(described.stdout).toMatch(/receipt +[0-9a-f]{64}/)

    const text = await readFile(join(dir, receipt), 'utf8')
    await writeFile(join(dir, 'tampered.json'), text.replace(/("chunk":5,.*?"paid":")\d+/, '$19'))
    const tampered = await verify('tampered.json')
    expect(tampered.code).toBe(4)
    expect(tampered.told.problems).toContainEqual({ where: 'chunk 5', what: expect.stringMatching(/paid/) })
    const [output = ''] = await readdir(join(dir, 'got', 'outputs'))
    await writeFile(join(dir, 'got', 'outputs', output), 'something else')
    expect(await verify(receipt, '--outputs', join('got', 'outputs'))).toMatchObject({ code: 4, told: { problems: [{ where: `output ${output}` }] } })

    const again = await verify(receipt, '--rerun', '2', '--app', 'hello', '--input', 'numbers.txt')
    expect(again.told.problems).toEqual([])
    expect(again).toMatchObject({ code: 0, told: { rerun: { chunks: [expect.any(Number), expect.any(Number)] } } })
    await writeFile(join(dir, 'other.txt'), Array.from({ length: 600 }, (_, i) => `${i + 2}\n`).join(''))
    const elsewhere = await verify(receipt, '--rerun', '1', '--app', 'hello', '--input', 'other.txt')
    expect(elsewhere).toMatchObject({ code: 4, told: { problems: [{ what: 'the input given here is not what it ran on' }] } })

    const [worker] = workers
    expect(await nightshift('receipt', 'export', '--data', join(dir, 'w1'), '--out', 'life.json')).toMatchObject({ code: 1, stderr: expect.stringMatching(/NS_E_DATA_LOCKED/) })
    await worker?.stop()
    const exported = await nightshift('receipt', 'export', '--data', join(dir, 'w1'), '--out', 'life.json')
    expect(exported, exported.stderr).toMatchObject({ code: 0 })
    const life = await verify('life.json')
    expect(life.told.problems).toEqual([])
    expect(life).toMatchObject({ code: 0, told: { statement: { worker: worker?.peerId, coordinators: [{ coordinator: first.peerId, cumulative: paid[worker?.peerId ?? ''] }] } } })
    expect(life.told.statement.works).toBeGreaterThan(0)
    await writeFile(join(dir, 'life.json'), (await readFile(join(dir, 'life.json'), 'utf8')).replace(/"resultHash":"./, found => `${found.slice(0, -1)}${found.endsWith('0') ? '1' : '0'}`))
    expect(await verify('life.json')).toMatchObject({ code: 4, told: { problems: expect.arrayContaining([{ where: 'receipt line 0', what: expect.stringMatching(/attestation/) }]) } })
    expect(await readdir(join(dir, 'tmp'))).toEqual([])
  }, 180_000)
})
