import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

interface Ended { readonly code: number | null, readonly stdout: string, readonly stderr: string }

describe('the command', () => {
  let dir = ''
  let env: NodeJS.ProcessEnv = {}

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nightshift-cli-'))
    await mkdir(join(dir, 'tmp'))
    await writeFile(join(dir, 'numbers.txt'), Array.from({ length: 1000 }, (_, i) => `${i + 1}\n`).join(''))
    env = { ...process.env, NO_COLOR: '1', TMPDIR: join(dir, 'tmp'), NIGHTSHIFT_DATA: join(dir, 'data'), NIGHTSHIFT_CLUSTER: join(dir, 'cluster') }
    expect((await nightshift(['app', 'new', 'hello'])).code).toBe(0)
  })
  afterAll(async () => { await rm(dir, { recursive: true, force: true }) })

  function start (args: readonly string[]): ChildProcess {
    return spawn(process.execPath, [MAIN, ...args], { cwd: dir, env, stdio: ['pipe', 'pipe', 'pipe'] })
  }

  async function nightshift (args: readonly string[], input = ''): Promise<Ended> {
    const child = start(args)
    let stdout = ''
    let stderr = ''
    child.stdout?.on('data', (part: Buffer) => { stdout += part.toString() })
    child.stderr?.on('data', (part: Buffer) => { stderr += part.toString() })
    child.stdin?.end(input)
    const [code] = await once(child, 'close') as [number | null]
    return { code, stdout, stderr }
  }

  /** Processes that work below this test's folder. */
  async function processes (): Promise<number[]> {
    const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name)).map(Number)
    const found = await Promise.all(pids.map(async pid => {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      return command.includes(dir) && command.includes('main.js') ? pid : 0
    }))
    return found.filter(pid => pid > 0 && pid !== process.pid)
  }

  async function until (holds: () => Promise<boolean>, timeoutMs = 20_000): Promise<void> {
    const end = Date.now() + timeoutMs
    while (!await holds()) {
      if (Date.now() > end) throw new Error(`still not so after ${timeoutMs} ms`)
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }

  it('makes an app that runs unchanged, alone and in a throw-away cluster', async () => {
    const tested = await nightshift(['app', 'test', 'hello', '--input', 'numbers.txt'])
    expect(tested, tested.stderr).toMatchObject({ code: 0 })

    const ran = await nightshift(['job', 'run', '--app', 'hello', '--partitioner', 'lines', '--param', 'partitioner.count=250', '--input', 'numbers.txt', '--out', 'result', '--local-cluster', '2', '--output', 'json'])
    expect(ran, ran.stderr).toMatchObject({ code: 0 })
    const report = JSON.parse(ran.stdout) as { state: string, chunks: object, out: string, id: string }
    expect(report).toMatchObject({ state: 'COMPLETED', chunks: { total: 4, done: 4, failed: 0 }, out: 'result' })
    expect(Object.keys(report).sort()).toEqual(['chunks', 'cost', 'id', 'out', 'state'])
    expect((await readdir(join(dir, 'result'))).length).toBeGreaterThan(0)
    expect(await processes()).toEqual([])
    expect(await readdir(join(dir, 'tmp'))).toEqual([])
  })

  it('ends with the code that says what happened, and one JSON object with a reason', async () => {
    expect((await nightshift(['job', 'run', '--no-such-flag'])).code).toBe(2)
    expect((await nightshift(['job', 'run'])).code).toBe(2)
    const missing = await nightshift(['job', 'run', '--app', './nowhere', '--output', 'json'])
    expect(JSON.parse(missing.stdout)).toMatchObject({ state: 'REFUSED', error: { code: 'NS_E_INPUT_UNREADABLE', remedy: expect.any(String) as string } })
    const alone = await nightshift(['job', 'list'])
    expect(alone).toMatchObject({ code: 1, stdout: '' })
    expect(alone.stderr).toContain('NS_E_NO_COORDINATOR')
    expect(alone.stderr).toContain('what to do:')
    expect(alone.stderr).not.toMatch(/\n\s+at /)
    for (const [code, words] of [['NS_E_NO_COORDINATOR', ['job', 'list']], ['NS_E_USAGE', ['job', 'list', '--no-such-flag']], ['NS_E_USAGE', ['job', 'list', '--limit', '0']]] as const) {
      expect(JSON.parse((await nightshift([...words, '--output', 'json'])).stdout)).toMatchObject({ error: { code, message: expect.any(String) as string, remedy: expect.any(String) as string } })
    }

    await nightshift(['app', 'new', 'broken'])
    await writeFile(join(dir, 'broken', 'app', 'main.py'), "raise SystemExit('no cheese')\n")
    const failed = await nightshift(['job', 'run', '--app', 'broken', '--input', '-', '--local-cluster', '1', '--output', 'json'], 'data\n')
    expect(failed.code).toBe(3)
    const report = JSON.parse(failed.stdout) as { state: string, error: { code: string, message: string } }
    expect(report).toMatchObject({ state: 'FAILED', error: { code: 'NS_E_CHUNK_FAILED' } })
    expect(report.error.message).toContain('no cheese')
    await writeFile(join(dir, 'broken', 'manifest.json'), '{ "name": ')
    expect((await nightshift(['app', 'validate', 'broken'])).code).toBe(2)
  })

  it('brings a cluster up, works with it, and takes it down without a trace', async () => {
    const up = await nightshift(['cluster', 'up', '--workers', '2', '--output', 'json'])
    expect(up, up.stderr).toMatchObject({ code: 0 })
    expect((await nightshift(['cluster', 'up'])).stderr).toContain('runs already')
    expect((await nightshift(['app', 'push', 'hello'])).stdout).toContain('hello@')
    const detached = await nightshift(['job', 'run', '--app', 'hello', '--input', 'numbers.txt', '--id-only'])
    const id = detached.stdout.trim()
    expect(id).toMatch(/^j-[a-z2-7]{16}$/)
    const followed = await nightshift(['job', 'logs', id, '--follow'])
    expect(followed.code).toBe(0)
    const described = JSON.parse((await nightshift(['job', 'describe', id.slice(0, 10), '--output', 'json'])).stdout) as { state: string }
    expect(described.state).toBe('COMPLETED')
    const got = await nightshift(['job', 'get', id, '--out', 'got', '--output', 'json'])
    expect(got.code).toBe(0)
    expect((await readdir(join(dir, 'got'))).sort()).toEqual(['logs', 'outputs', 'receipt.json'])
    const books = JSON.parse((await nightshift(['wallet', 'balance', '--output', 'json'])).stdout) as { books: { balanced: boolean } }
    expect(books.books.balanced).toBe(true)
    expect((await nightshift(['wallet', 'transactions'])).stdout).toContain('opening-balance')

    const { coordinator } = JSON.parse(up.stdout) as { coordinator: { pid: number, peerId: string } }
    process.kill(coordinator.pid, 'SIGKILL')
    await until(async () => !(await processes()).includes(coordinator.pid))
    const status = await nightshift(['cluster', 'status'])
    expect([status.code, status.stderr]).toEqual([1, expect.stringContaining('starts them again with the jobs and books they had')])
    const again = await nightshift(['cluster', 'up', '--workers', '2', '--output', 'json'])
    expect(again, again.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining(coordinator.peerId) as string })
    expect(await processes()).toHaveLength(3)
    expect((await nightshift(['job', 'describe', id, '--output', 'json'])).stdout).toContain('COMPLETED')

    expect((await nightshift(['cluster', 'down'])).code).toBe(0)
    expect(await processes()).toEqual([])
    await expect(access(join(dir, 'cluster'))).rejects.toThrow()
  })

  it('leaves no process behind when the owner of a throw-away cluster is killed, and no folder after the next start', async () => {
    await nightshift(['app', 'new', 'sleeper'])
    await writeFile(join(dir, 'sleeper', 'app', 'main.py'), 'import time\ntime.sleep(60)\n')
    const late = await nightshift(['job', 'run', '--app', 'sleeper', '--input', 'numbers.txt', '--local-cluster', '1', '--timeout', '1', '--output', 'json'])
    expect(late.code).toBe(124)
    expect(JSON.parse(late.stdout)).toMatchObject({ state: 'CANCELLED', error: { code: 'NS_E_ABORTED', message: expect.stringContaining('taken down') as string } })
    expect(late.stderr).not.toContain('keeps running')
    const owner = start(['job', 'run', '--app', 'sleeper', '--input', 'numbers.txt', '--local-cluster', '2'])
    await until(async () => (await processes()).length >= 3, 60_000)
    owner.kill('SIGKILL')
    await once(owner, 'close')
    await until(async () => (await processes()).length === 0)
    expect(await readdir(join(dir, 'tmp'))).toHaveLength(1)

    await writeFile(join(dir, 'sleeper', 'app', 'main.py'), 'pass\n')
    expect((await nightshift(['job', 'run', '--app', 'sleeper', '--input', 'numbers.txt', '--local-cluster', '1', '--out', 'again'])).code).toBe(0)
    expect(await readdir(join(dir, 'tmp'))).toEqual([])
  })
})
