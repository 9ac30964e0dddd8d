import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Dice } from '../../src/cluster/dice.ts'
import { Link } from '../../src/cluster/proxy.ts'
import { PIPE_BYTES, UNTROUBLED } from '../../src/cluster/proxy-pipe.ts'

const MIB = 1024 * 1024
/** Node reads this much of a socket at once. */
const READ_BYTES = 64 * 1024

describe('a link that can be as bad as a real network', () => {
  let server: Server
  let link: Link
  let accepted: Socket[]
  let dialled: Socket[]

  beforeEach(async () => {
    accepted = []
    dialled = []
    server = createServer({ allowHalfOpen: true }, socket => { accepted.push(socket.on('error', () => undefined)) })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    link = await Link.open((server.address() as AddressInfo).port, new Dice(1))
  })

  afterEach(async () => {
    await link.close()
    for (const socket of [...accepted, ...dialled]) socket.destroy()
    server.close()
  })

  /** Both ends of a connection through the link. */
  async function pair (): Promise<{ readonly near: Socket, readonly far: Socket }> {
    const count = accepted.length
    const near = connect({ port: link.port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => undefined)
    dialled.push(near)
    await once(near, 'connect')
    await expect.poll(() => accepted.length).toBe(count + 1)
    return { near, far: accepted[count] ?? expect.fail('nothing was accepted') }
  }

  async function received (socket: Socket): Promise<Buffer> {
    const parts: Buffer[] = []
    for await (const part of socket) parts.push(part as Buffer)
    return Buffer.concat(parts)
  }

  /** Resolves when these are closed, however that came. */
  async function gone (...sockets: readonly Socket[]): Promise<void> {
    await Promise.all(sockets.map(async socket => { if (!socket.resume().closed) await new Promise(resolve => { socket.once('close', resolve) }) }))
  }

  const both = (conditions: Partial<typeof UNTROUBLED>, resetsPerMinute = 0): void => {
    link.set({ forth: { ...UNTROUBLED, ...conditions }, back: { ...UNTROUBLED, ...conditions }, resetsPerMinute })
  }

  it('carries every byte in order, both ways at once, and the end of each way by itself', async () => {
    await fc.assert(fc.asyncProperty(
      fc.record({ latencyMs: fc.nat(20), jitterMs: fc.nat(20), bandwidth: fc.constantFrom(0, 4 * MIB, 64 * MIB) }),
      fc.array(fc.integer({ min: 1, max: 200_000 }), { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 200_000 }), { maxLength: 8 }),
      async (conditions, forth, back) => {
        both(conditions)
        const { near, far } = await pair()
        const send = (socket: Socket, sizes: readonly number[]): string => {
          const hash = createHash('sha256')
          for (const size of sizes) {
            const data = randomBytes(size)
            hash.update(data)
            socket.write(data)
          }
          socket.end()
          return hash.digest('hex')
        }
        const [sentForth, sentBack] = [send(near, forth), send(far, back)]
        const [gotForth, gotBack] = await Promise.all([received(far), received(near)])
        expect([gotForth, gotBack].map(it => createHash('sha256').update(it).digest('hex'))).toEqual([sentForth, sentBack])
      }
    ), { numRuns: 15 })
    await expect.poll(() => link.outgoing).toEqual([])
  })

  it('lets nothing through sooner than its latency, nor faster than its bandwidth', async () => {
    both({ latencyMs: 80, jitterMs: 20 })
    const { near, far } = await pair()
    const began = performance.now()
    near.write('x')
    await once(far, 'data')
    far.write('y')
    await once(near, 'data')
    expect(performance.now() - began).toBeGreaterThanOrEqual(160)

    both({ bandwidth: MIB })
    const before = performance.now()
    near.end(Buffer.alloc(MIB / 2))
    expect((await received(far)).length).toBe(MIB / 2)
    expect(performance.now() - before).toBeGreaterThanOrEqual(490)
  })

  it('resets connections at random times, one by one, and goes on taking others', async () => {
    both({}, 6000)
    const first = await pair()
    const second = await pair()
    await gone(first.near, first.far, second.near, second.far)
    expect(link.figures).toMatchObject({ connections: 2, resets: 2 })
    link.heal()
    const { near, far } = await pair()
    near.end('still here')
    expect((await received(far)).toString()).toBe('still here')
  })

  it('swallows what is sent in one direction, and only there, without anybody being told', async () => {
    const { near, far } = await pair()
    link.partition('forth')
    near.write('lost')
    far.write('arrives')
    expect(String((await once(near, 'data'))[0])).toBe('arrives')
    await expect.poll(() => link.figures.swallowed).toBe(4)
    near.destroy()
    const other = await pair()
    other.near.write('lost too')
    await expect.poll(() => link.figures.swallowed).toBe(12)
    expect([far.destroyed, other.far.destroyed, other.near.destroyed], 'nobody knows').toEqual([false, false, false])
    expect(far.bytesRead + other.far.bytesRead).toBe(0)

    link.mend()
    await gone(far, other.far, other.near)
    const after = await pair()
    after.near.end('through')
    expect((await received(after.far)).toString()).toBe('through')
  })

  it('loses what is on the way when a partition begins, and leaves whole what lost nothing', async () => {
    const idle = await pair()
    const { near, far } = await pair()
    both({ latencyMs: 100 })
    near.write('on the way')
    await expect.poll(() => link.figures.peak).toBeGreaterThan(0)
    link.partition('forth', 'back')
    await expect.poll(() => link.figures.swallowed).toBe(10)
    link.heal()
    await gone(far)
    idle.near.end('as if nothing had been')
    expect((await received(idle.far)).toString()).toBe('as if nothing had been')
  })

  it('makes the sender wait for a receiver that does not read, and holds little meanwhile', async () => {
    both({ latencyMs: 5 })
    const { near, far } = await pair()
    const data = randomBytes(64 * MIB)
    let sent = false
    near.end(data, () => { sent = true })
    const stalled = async (): Promise<void> => {
      let before = -1
      await expect.poll(() => {
        const still = link.figures.passed.forth === before
        before = link.figures.passed.forth
        return still && before > 0
      }, { interval: 200, timeout: 20_000 }).toBe(true)
    }
    await stalled()
    expect(sent).toBe(false)
    expect(link.figures.peak).toBeLessThanOrEqual(PIPE_BYTES + READ_BYTES)
    expect(createHash('sha256').update(await received(far)).digest('hex')).toBe(createHash('sha256').update(data).digest('hex'))
    expect(link.figures.peak).toBeLessThanOrEqual(PIPE_BYTES + READ_BYTES)
  })

  it('resets the dialler when its target is gone, finds one that was started elsewhere, and leaves no socket when it closes', async () => {
    const { near } = await pair()
    link.retarget(1)
    const refused = connect(link.port, '127.0.0.1').on('error', () => undefined)
    await gone(refused)
    link.retarget((server.address() as AddressInfo).port)
    const again = await pair()
    const { port } = link
    await link.close()
    await gone(near, again.near, again.far)
    await expect(once(connect(port, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED')
    link = await Link.open((server.address() as AddressInfo).port, new Dice(1))
  })
})
