import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { createNetworkKey } from '../../src/network/network-key.ts'
import { startNode, tempDir } from './support/nodes.ts'

const SOON = { timeout: 20_000, interval: 50 }

async function newKey (): Promise<string> {
  const file = join(await tempDir(), 'network.key')
  await createNetworkKey(file)
  return file
}

describe('a private network', () => {
  it('joins those who hold its key, by way of a relay too, and lets them know whether they can be dialled', async () => {
    const networkKey = await newKey()
    const relay = await startNode({ networkKey, serveRelay: true })
    const coordinator = await startNode({ networkKey, role: 'coordinator', listen: [], peers: [relay.address] })
    const worker = await startNode({ networkKey, peers: [relay.address] })
    await vi.waitFor(() => { expect(worker.transport.reachability().dialable).toBe(true) }, SOON)
    const address = await vi.waitFor(() => coordinator.transport.addresses().find(known => known.includes('p2p-circuit')) ?? expect.fail('no relayed address'), SOON)
    const other = await startNode({ networkKey, listen: [], peers: [address] })
    await vi.waitFor(() => { expect(other.ups.map(({ peer }) => peer)).toContain(coordinator.transport.self) }, SOON)
  }, 60_000)

  it('tells one with another key, and one with none, what may be wrong', async () => {
    const inside = await startNode({ networkKey: await newKey(), role: 'coordinator' })
    const wrong = await startNode({ networkKey: await newKey(), peers: [inside.address] })
    const none = await startNode({ peers: [inside.address] })
    for (const [node, words] of [[wrong, 'another network key'], [none, 'private network']] as const) {
      await vi.waitFor(() => { expect(node.transport.unreached()[0]?.remedy).toContain(words) }, SOON)
      expect(node.ups).toEqual([])
    }
    expect(inside.ups).toEqual([])
  }, 60_000)

  it('is not blamed where another node answers at the address of the one that was named', async () => {
    const [named, other] = [await startNode({ role: 'coordinator' }), await startNode({ role: 'coordinator' })]
    const node = await startNode({ peers: [other.address.replace(other.transport.self, named.transport.self)] })
    const why = await vi.waitFor(() => node.log.find(({ level }) => level === 'warn')?.about['why'] ?? expect.fail('nothing said'), SOON)
    expect(why).toContain('another node answers')
    expect(why).not.toContain('private network')
  }, 60_000)

  it('has a key that only its owner can read, that is never overwritten, and that is in no log', async () => {
    const file = await newKey()
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    await expect(createNetworkKey(file)).rejects.toMatchObject({ code: 'NS_E_CONFIG' })
    const node = await startNode({ networkKey: file })
    const [, , hex = ''] = (await readFile(file, 'utf8')).split('\n')
    expect(hex).toMatch(/^[0-9a-f]{64}$/)
    expect(JSON.stringify(node.log)).not.toContain(hex)
    await chmod(file, 0o640)
    await expect(startNode({ networkKey: file })).rejects.toMatchObject({ code: 'NS_E_CONFIG', remedy: expect.stringContaining('chmod 600') as string })
    await chmod(file, 0o600)
    await writeFile(file, '/key/swarm/psk/1.0.0/\n/base16/\nbeef')
    await expect(startNode({ networkKey: file })).rejects.toMatchObject({ code: 'NS_E_CONFIG', message: expect.stringContaining('not a network key') as string })
    await expect(startNode({ networkKey: `${file}.missing` })).rejects.toMatchObject({ code: 'NS_E_CONFIG' })
  })
})
