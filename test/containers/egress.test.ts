import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SOCKET, WHY_NOT, openRig } from './support/engine.ts'
import type { Rig } from './support/engine.ts'
import { busyboxLayer, makeImage } from './support/image.ts'
import type { TestImage } from './support/image.ts'

const IP = ['/sbin/ip', '/usr/sbin/ip', '/bin/ip'].find(path => existsSync(path))
const NO_NET = process.getuid?.() !== 0 || IP === undefined ? 'network namespaces need root and iproute2' : SOCKET?.includes('podman') === true ? 'Podman gives no egress' : undefined
if (NO_NET !== undefined) console.warn(`egress tests are skipped: ${NO_NET}`)

/** Two hosts of the test's own, each in a namespace: one at an address of the internet, one at an address of a home network. */
const HOSTS = [
  { name: `nsp${process.pid % 10_000}`, subnet: '198.51.100', public: true },
  { name: `nsh${process.pid % 10_000}`, subnet: '10.213.77', public: false }
]

describe.skipIf((WHY_NOT ?? NO_NET) !== undefined)('a task with egress', () => {
  let rig: Rig
  let image: TestImage
  let here: Server
  const servers: ChildProcess[] = []
  const ip = (...args: string[]): void => { execFileSync(IP ?? 'ip', args) }

  beforeAll(async () => {
    for (const { name, subnet } of HOSTS) {
      ip('netns', 'add', name)
      ip('link', 'add', `${name}h`, 'type', 'veth', 'peer', 'name', `${name}n`, 'netns', name)
      ip('addr', 'add', `${subnet}.1/24`, 'dev', `${name}h`)
      ip('link', 'set', `${name}h`, 'up')
      ip('-n', name, 'addr', 'add', `${subnet}.2/24`, 'dev', `${name}n`)
      ip('-n', name, 'link', 'set', `${name}n`, 'up')
      ip('-n', name, 'route', 'add', 'default', 'via', `${subnet}.1`)
      const server = spawn(IP ?? 'ip', ['netns', 'exec', name, process.execPath, '-e', `require('net').createServer(s => s.end('hello from ${subnet}\\n')).listen(8080, '0.0.0.0', () => console.log('up'))`], { stdio: ['ignore', 'pipe', 'inherit'] })
      servers.push(server)
      await once(server.stdout as NodeJS.EventEmitter, 'data')
    }
    here = createServer(socket => { socket.end('hello from the host\n') })
    await new Promise<void>(resolve => { here.listen(0, '0.0.0.0', resolve) })
    rig = await openRig({ egress: true })
    image = makeImage([await busyboxLayer()])
  }, 60_000)

  afterAll(async () => {
    await rig.close()
    here.close()
    for (const server of servers) {
      const gone = once(server, 'exit')
      server.kill('SIGKILL')
      await gone
    }
    for (const { name } of HOSTS) ip('netns', 'del', name)
  })

  it('reaches the internet, and neither this machine nor its neighbours nor the metadata service', async () => {
    const { port } = here.address() as AddressInfo
    const { outcome, log } = await rig.run(image, [
      'nc -w 3 198.51.100.2 8080 </dev/null || echo "public: no"',
      'nc -w 3 10.213.77.2 8080 </dev/null || echo "neighbour: no"',
      `for host in 198.51.100.1 10.213.77.1 $(route -n 2>/dev/null | grep '^0.0.0.0' | tr -s ' ' | cut -d' ' -f2); do nc -w 2 $host ${port} </dev/null || echo "host: no"; done`,
      'nc -w 2 169.254.169.254 80 </dev/null || echo "metadata: no"'
    ].join('\n'), { container: { network: 'egress' } })
    expect(outcome.ok).toBe(true)
    expect(log).toContain('hello from 198.51.100')
    expect(log).toContain('neighbour: no')
    expect(log).toContain('metadata: no')
    expect(log).toContain('host: no')
    expect(log).not.toContain('hello from the host')
    expect(log).not.toContain('hello from 10.')
  })

  it('is refused where the owner does not allow it', async () => {
    const closed = await openRig()
    try {
      const { outcome } = await closed.run(image, 'true', { container: { network: 'egress' } })
      expect(outcome).toMatchObject({ ok: false, failureClass: 'transport', message: expect.stringMatching(/asks for network egress/) as string })
    } finally {
      await closed.close()
    }
  })

  it('leaves no network behind when its node closes', async () => {
    const own = await openRig({ egress: true })
    await rig.executor.close()
    await own.close()
    const networks = await (await own.engine()).api.listNetworks({ filters: JSON.stringify({ label: ['nightshift.network'] }) })
    expect(networks).toEqual([])
    expect(execFileSync('iptables', ['-S'], { encoding: 'utf8' })).not.toContain('nightshift0')
  })
})
