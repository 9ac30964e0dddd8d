import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { runCommand } from '../../src/cli/program.ts'

const JOB = { id: 'j-aaaaaaaaaaaaaaaa', name: 'hello', state: 'PARTITIONING', chunks: { total: 0, done: 0, failed: 0 }, rate: 0, cost: '0', warnings: [] }
const LATER = { ...JOB, state: 'RUNNING', chunks: { total: 20, done: 3, failed: 0 }, cost: '0.5' }

describe('a job whose coordinator goes away', () => {
  let dir: string
  let server: Server
  let out = ''
  let told = ''

  beforeEach(async () => {
    [out, told] = ['', '']
    dir = await mkdtemp(join(tmpdir(), 'nightshift-test-'))
    server = createServer((request, response) => {
      if (request.method === 'POST') return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(JOB))
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      return response.write(`event: job\ndata: ${JSON.stringify(LATER)}\n\n`, () => { setTimeout(() => { response.destroy() }, 50) })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    await writeFile(join(dir, 'api.json'), JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 'token' }))
    vi.spyOn(process.stdout, 'write').mockImplementation(part => { out += String(part); return true })
    vi.spyOn(process.stderr, 'write').mockImplementation(part => { told += String(part); return true })
  })

  afterEach(async () => {
    vi.restoreAllMocks()
    server.closeAllConnections()
    server.close()
    await rm(dir, { recursive: true, force: true })
  })

  it('is told as it was last heard of, not as refused: submitted again it would be paid twice', async () => {
    expect(await runCommand(['node', 'nightshift', 'job', 'run', '--app', 'hello', '--data', dir, '--output', 'json'])).toBe(1)
    expect(JSON.parse(out)).toMatchObject({ id: JOB.id, state: 'RUNNING', chunks: { total: 20, done: 3, failed: 0 }, out: null, cost: '0.5', error: { code: 'NS_E_NO_COORDINATOR' } })
    expect(told).toContain(`nightshift job get ${JOB.id}`)
  })
})
