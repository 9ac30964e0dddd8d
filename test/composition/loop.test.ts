import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Loop } from '../../src/composition/loop.ts'
import { tellingOfDamage } from '../../src/composition/node-store.ts'
import { NightshiftError } from '../../src/model/errors.ts'
import type { Store, Write } from '../../src/model/store.ts'
import { createLogger } from '../../src/observe/logger.ts'
import { openStore } from '../../src/storage/index.ts'

interface Noted { readonly key: string, readonly fails?: 'step' | 'finish', readonly code?: 'NS_E_LEDGER' | 'NS_E_FUNDS' }

class Turn {
  readonly written: Write[] = []
  fails: Noted | undefined
  writes (): Write[] { return this.written }
}

describe('the loop of a node', () => {
  let dir: string
  let store: Store
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nightshift-loop-'))
    store = await openStore(join(dir, 'state'))
  })
  afterEach(async () => {
    await store.close()
    await rm(dir, { recursive: true, force: true })
  })

  function loopOn (on: Store): { readonly loop: Loop<Noted, Turn>, readonly spoken: string[], readonly fatal: Promise<Error> } {
    const spoken: string[] = []
    let fail: (error: Error) => void = () => undefined
    const fatal = new Promise<Error>(resolve => { fail = resolve })
    const refuse = ({ code = 'NS_E_LEDGER' }: Noted): never => { throw new NightshiftError(code, 'hold h cannot be posted: it is not pending') }
    const loop = new Loop<Noted, Turn>({
      core: {
        begin: () => new Turn(),
        step: (turn, event) => {
          if (event.fails === 'step') refuse(event)
          if (event.fails === 'finish') turn.fails = event
          turn.written.push({ key: event.key, value: '1' })
        },
        finish: turn => { if (turn.fails !== undefined) refuse(turn.fails) },
        perform: turn => { spoken.push(...turn.written.map(({ key }) => key)) }
      },
      store: on, now: () => 0, log: createLogger('silent'), onFatal: fail
    })
    return { loop, spoken, fatal }
  }

  it('ends, nothing written and nothing said, when an event nobody asked for finds the books wrong', async () => {
    const { loop, spoken, fatal } = loopOn(store)
    const asked = loop.request({ key: 'of the same turn' })
    loop.post({ key: 'broken', fails: 'step' })
    expect(await fatal).toMatchObject({ code: 'NS_E_LEDGER' })
    await expect(asked, 'whoever waits is told').rejects.toMatchObject({ code: 'NS_E_LEDGER' })
    await expect(loop.request({ key: 'later' })).rejects.toMatchObject({ code: 'NS_E_LEDGER' })
    expect(spoken).toEqual([])
    expect(await store.get('of the same turn')).toBeUndefined()
    await loop.close()
  })

  it('ends when the end of a turn finds them wrong', async () => {
    const { loop, fatal } = loopOn(store)
    await expect(loop.request({ key: 'a', fails: 'finish' })).rejects.toMatchObject({ code: 'NS_E_LEDGER' })
    expect(await fatal).toMatchObject({ code: 'NS_E_LEDGER' })
    await loop.close()
  })

  it('refuses a request for the same, and goes on; so it does after an event that is refused for another reason', async () => {
    const { loop, spoken } = loopOn(store)
    loop.post({ key: 'unaffordable', fails: 'step', code: 'NS_E_FUNDS' })
    await expect(loop.request({ key: 'negative', fails: 'step' })).rejects.toMatchObject({ code: 'NS_E_LEDGER' })
    await loop.request({ key: 'next' })
    await loop.close()
    expect(spoken).toEqual(['next'])
  })

  it('ends when something is read that is not what was written', async () => {
    const damaged = new NightshiftError('NS_E_DATA_CORRUPT', 'what is stored under k is not what was written')
    const on = tellingOfDamage({ ...store, get: async () => { throw damaged }, batch: async (writes, options) => { await store.batch(writes, options) } }, error => { loop.fail(error) })
    const { loop, spoken, fatal } = loopOn(on)
    await loop.request({ key: 'before' })
    await expect(on.get('k')).rejects.toBe(damaged)
    expect(await fatal).toBe(damaged)
    await expect(loop.request({ key: 'after' })).rejects.toBe(damaged)
    expect(spoken).toEqual(['before'])
    await loop.close()
  })

  it('says nothing of what could not be written, and writes nothing after it', async () => {
    let writes = 0
    const { loop, spoken, fatal } = loopOn({ ...store, batch: async () => { writes++; throw new NightshiftError('NS_E_DISK', 'EIO') } })
    await expect(loop.request({ key: 'a' })).rejects.toMatchObject({ code: 'NS_E_DISK' })
    await expect(loop.request({ key: 'b' })).rejects.toMatchObject({ code: 'NS_E_DISK' })
    expect(await fatal).toMatchObject({ code: 'NS_E_DISK' })
    expect(writes).toBe(1)
    expect(spoken).toEqual([])
    await loop.close()
  })
})
