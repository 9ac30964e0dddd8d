import { describe, expect, it } from 'vitest'
import { Holds } from '../../src/storage/index.ts'

const deleted: string[] = []
const remove = (sha256: string): Promise<void> => {
  deleted.push(sha256)
  return Promise.resolve()
}

describe('holds on content', () => {
  it('keep content until the last owner lets go', async () => {
    const holds = new Holds()
    await holds.hold('a', 'x')
    await holds.hold('a', 'x')
    await holds.hold('b', 'x')
    holds.release('a')
    await holds.delete('x', remove)
    expect(deleted).toEqual([])
    expect(holds.of('b')).toEqual(['x'])
    holds.release('b')
    await holds.delete('x', remove)
    expect(deleted).toEqual(['x'])
  })

  it('wait for a deletion that has begun, and say so', async () => {
    const holds = new Holds()
    let finish: () => void = () => undefined
    const removing = holds.delete('x', async () => { await new Promise<void>(resolve => { finish = resolve }) })
    let held: boolean | undefined
    const holding = holds.hold('a', 'x').then(wasDeleting => { held = wasDeleting })
    await new Promise(resolve => { setImmediate(resolve) })
    expect(held).toBeUndefined()
    finish()
    await Promise.all([removing, holding])
    expect(held).toBe(true)
    expect(await holds.hold('b', 'x')).toBe(false)
  })

  it('do not hide that a deletion failed', async () => {
    const holds = new Holds()
    await expect(holds.delete('x', async () => { throw new Error('disk') })).rejects.toThrow('disk')
    expect(await holds.hold('a', 'x')).toBe(false)
  })
})
