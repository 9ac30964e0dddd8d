import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nightshift } from '../support/command.ts'
import { DATABASE_FILES, damageLargest } from '../support/data-folder.ts'
import { Api, ended, startNode } from '../support/nodes.ts'
import type { StartedNode } from '../support/nodes.ts'
import { NOOP, compileWat, pushWasm } from '../support/wasm.ts'

describe('the books of a coordinator whose disk lies', () => {
  let dir: string
  let data: string
  let nodes: StartedNode[]
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nightshift-ledger-'))
    data = join(dir, 'c')
    nodes = []
  })
  afterEach(async () => {
    for (const node of nodes) await node.stop('SIGKILL')
    await rm(dir, { recursive: true, force: true })
  })

  const start = async (role: 'coordinator' | 'worker', name: string, args: readonly string[] = []): Promise<StartedNode> => {
    const node = await startNode(role, join(dir, name), ['--no-containers', ...args])
    nodes.push(node)
    return node
  }

  const submit = async (api: Api, chunks: number): Promise<string> => {
    const app = await pushWasm(api, 'noop', await compileWat(NOOP))
    const { id } = await api.call('POST', '/v1/jobs', { name: 'noop', app, partitioner: 'replicate', params: { partitioner: { n: chunks }, app: {}, assembler: {} }, config: { replicas: 1, budget: '10' } }) as { id: string }
    return id
  }

  it('are not served with, are found damaged, repaired from the mirror, and the job goes on', async () => {
    const first = await start('coordinator', 'c')
    const api = await Api.of(data)
    const done = await submit(api, 50)
    await start('worker', 'w', ['--peer', first.addresses[0] ?? '', '--slots', '1'])
    expect(await api.waitFor(done, ended, 60_000)).toMatchObject({ state: 'COMPLETED' })
    const balance = await api.call('GET', '/v1/wallet') as { accounts: unknown }
    const journal = join(dir, 'journal.ndjson')
    expect((await nightshift('ledger', 'export', '--data', data, '--out', journal)).code).toBe(0)
    await first.stop('SIGKILL')

    expect((await nightshift('ledger', 'verify', '--data', data)).stdout).toMatch(/database: whole\nmirror: {3}whole, 1 snapshot, up to batch \d+\njournal: {2}whole, \d+ entries, 1000 BYC issued/)
    await damageLargest(join(data, 'state'), DATABASE_FILES)
    await expect(start('coordinator', 'c')).rejects.toThrow(/quarantined[^]*NS_E_DATA_CORRUPT[^]*ledger repair --from-mirror/)
    const verified = await nightshift('ledger', 'verify', '--data', data)
    expect(verified.code).toBe(4)
    expect(verified.stdout).toMatch(/database: DAMAGED/)
    expect((await nightshift('ledger', 'repair', '--data', data)).stderr).toMatch(/--from-mirror/)
    expect((await nightshift('ledger', 'repair', '--from-mirror', '--data', data)).stderr).toMatch(/nobody to ask[^]*--yes/)
    const repaired = await nightshift('ledger', 'repair', '--from-mirror', '--yes', '--data', data)
    expect(repaired).toMatchObject({ code: 0, stdout: expect.stringMatching(/repaired up to batch \d+/) as string })

    await start('coordinator', 'c')
    const again = await Api.of(data)
    expect((await again.call('GET', '/v1/wallet') as { accounts: unknown }).accounts).toEqual(balance.accounts)
    expect((await nightshift('ledger', 'repair', '--from-mirror', '--yes', '--data', data)).stderr).toMatch(/NS_E_DATA_LOCKED/)
    const next = await submit(again, 20)
    await start('worker', 'w2', ['--peer', nodes.at(-1)?.addresses[0] ?? '', '--slots', '1'])
    expect(await again.waitFor(next, ended, 60_000)).toMatchObject({ state: 'COMPLETED' })
  }, 180_000)

  it('can be checked anywhere by their journal alone, and any change in it shows', async () => {
    const coordinator = await start('coordinator', 'c')
    const api = await Api.of(data)
    const id = await submit(api, 20)
    await start('worker', 'w', ['--peer', coordinator.addresses[0] ?? '', '--slots', '1'])
    await api.waitFor(id, ended, 60_000)
    const file = join(dir, 'journal.ndjson')
    await nightshift('ledger', 'export', '--data', data, '--out', file)
    expect((await nightshift('ledger', 'verify', file)).stdout).toMatch(/is whole: \d+ entries, 1000 BYC issued/)
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
    for (const [what, changed] of [
      ['a missing entry', lines.filter((_, i) => i !== 5)],
      ['an amount', lines.map((line, i) => i === 1 ? line.replace(/"amount":"(\d)/, '"amount":"9$1') : line)],
      ['two entries the other way round', [...lines.slice(0, 3), lines[4], lines[3], ...lines.slice(5)]],
      ['no JSON', [...lines, '{"seq":']]
    ] as const) {
      await writeFile(file, changed.join('\n'))
      const result = await nightshift('ledger', 'verify', file)
      expect(result, what).toMatchObject({ code: 4, stdout: expect.stringMatching(/is not a whole journal: (entry|line) \d+/) as string })
    }
    expect((await nightshift('ledger', 'verify', join(dir, 'nothing'))).stderr).toMatch(/NS_E_INPUT_UNREADABLE/)
  }, 120_000)

  it('are vouched for by checkpoints, from which on they can be checked without their beginning', async () => {
    const coordinator = await start('coordinator', 'c')
    const api = await Api.of(data)
    await start('worker', 'w', ['--peer', coordinator.addresses[0] ?? '', '--slots', '1'])
    await api.waitFor(await submit(api, 10), ended, 60_000)
    const [known, whole, tail, bare] = ['checkpoint.json', 'whole.ndjson', 'tail.ndjson', 'bare.ndjson'].map(name => join(dir, name)) as [string, string, string, string]
    expect(await nightshift('ledger', 'checkpoint', '--data', data, '--out', known)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^checkpoint at entry \d+: balances [0-9a-f]{64}\n/) as string })
    await api.waitFor(await submit(api, 10), ended, 60_000)
    await nightshift('ledger', 'checkpoint', '--data', data)
    await nightshift('ledger', 'export', '--data', data, '--out', whole)
    await nightshift('ledger', 'export', '--data', data, '--since-checkpoint', '--out', tail)
    const expected = (await nightshift('ledger', 'verify', '--data', data)).stdout
    expect(expected).toMatch(/database: in use[^]*archive: {2}whole, 1 file, each twice\njournal: {2}whole, \d+ entries/)

    const verified = await nightshift('ledger', 'verify', whole, '--output', 'json')
    expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true, from: 1, checkpoints: 2, signers: [coordinator.peerId] })
    expect((await nightshift('ledger', 'verify', whole, '--checkpoint', known)).code).toBe(0)
    expect((await nightshift('ledger', 'verify', tail)).stdout).toMatch(/is whole: 0 entries from entry \d+ on, 1000 BYC issued/)
    const lines = (await readFile(whole, 'utf8')).trimEnd().split('\n')
    const from = lines.findIndex(line => line.startsWith('{"checkpoint"')) + 1
    await writeFile(bare, lines.slice(from).join('\n'))
    expect(await nightshift('ledger', 'verify', bare)).toMatchObject({ code: 4, stdout: expect.stringMatching(/--checkpoint/) as string })
    expect((await nightshift('ledger', 'verify', bare, '--checkpoint', known)).stdout).toMatch(/is whole: \d+ entries from entry \d+ on/)
    await writeFile(bare, lines.slice(from + 1).join('\n'))
    expect((await nightshift('ledger', 'verify', bare, '--checkpoint', known)).code).toBe(4)
    await writeFile(known, (await readFile(known, 'utf8')).replace(/"mint","0","\d/, '"mint","0","9'))
    expect((await nightshift('ledger', 'verify', whole, '--checkpoint', known)).stdout).toMatch(/not a whole journal: the balances beside it/)

    await coordinator.stop()
    const archive = join(data, 'archive', (await readdir(join(data, 'archive')))[0] ?? '')
    await writeFile(archive, (await readFile(archive, 'utf8')).replace('"mint"', '"mimt"'))
    expect(await nightshift('ledger', 'verify', '--data', data)).toMatchObject({ code: 4, stdout: expect.stringMatching(/archive: {2}DAMAGED[^]*journal: {2}whole/) as string })
    expect((await nightshift('ledger', 'repair', '--from-mirror', '--yes', '--data', data)).stdout).toMatch(/1 damaged or missing file of the archive replaced/)
    expect((await nightshift('ledger', 'verify', '--data', data)).code).toBe(0)
  }, 120_000)
})
