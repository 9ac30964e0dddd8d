import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TwoStores } from './support.ts'

describe('a worker that runs what a stranger asks', () => {
  let stores: TwoStores
  beforeEach(async () => { stores = await TwoStores.open() })
  afterEach(async () => { await stores.close() })

  it.each([
    ['memory', { memoryMiB: 2048 }, 'asks for 2048 MiB of memory, this worker lends 1024'],
    ['results', { outputBytes: 2 ** 40 }, 'asks for 1099511627776 bytes of results'],
    ['logs', { logBytes: 2 ** 30 }, 'asks for 1073741824 bytes of logs']
  ])('refuses a task that asks for more %s than it lends, and is not to blame', async (_, limits, text) => {
    const result = await stores.run(await stores.attempt(0, await stores.spec({}, limits)))
    expect(result).toMatchObject({ ok: false, failureClass: 'transport', code: 'SPEC_INVALID', message: expect.stringContaining(text) as string })
    expect(stores.tasks).toEqual([])
  })

  it('refuses an app folder too large for it before it fetches a byte of it', async () => {
    const spec = await stores.spec({ files: [{ path: 'app.wasm', size: 200 * 1024 ** 2, sha256: 'a'.repeat(64) }] })
    expect(await stores.run(await stores.attempt(0, spec))).toMatchObject({ code: 'SPEC_INVALID', message: expect.stringContaining('209715200 bytes') as string })
    expect(stores.fetched).toEqual([spec.sha256])
  })

  it('refuses a specification that is no JSON, or says another size of content it has', async () => {
    const garbage = await stores.there.put(Buffer.from('{'))
    expect(await stores.run(await stores.attempt(0, garbage))).toMatchObject({ failureClass: 'transport', code: 'SPEC_INVALID' })
    const held = await stores.here.put(Buffer.from('held here'))
    const spec = await stores.spec({ files: [{ path: 'app.wasm', size: 1, sha256: held.sha256 }] })
    expect(await stores.run(await stores.attempt(0, spec))).toMatchObject({ failureClass: 'transport', code: 'SPEC_INVALID', message: expect.stringContaining('has 9 bytes') as string })
  })

  it('keys its caches by what the app folder holds, whatever the specification says', async () => {
    const other = await stores.there.put(Buffer.from('another app'))
    const specs = [await stores.spec(), await stores.spec({ bundleKey: 'd'.repeat(64) }), await stores.spec({ files: [{ path: 'app.wasm', ...other }] })]
    for (const [chunk, spec] of specs.entries()) expect(await stores.run(await stores.attempt(chunk, spec))).toMatchObject({ ok: true })
    const [first, renamed, changed] = stores.tasks.map(task => task.bundleKey)
    expect(renamed).toBe(first)
    expect(changed).not.toBe(first)
    expect(['c'.repeat(64), 'd'.repeat(64)]).not.toContain(first)
  })

  it('does not commit to a result that no coordinator accepts', async () => {
    stores.app = () => Promise.resolve({ 'a': '1', 'a/b': '2' })
    expect(await stores.run(await stores.attempt(0, await stores.spec()))).toMatchObject({ ok: false, failureClass: 'app', code: 'OUTPUT_INVALID' })
  })

  it('goes on with what a job shares when the task that asked for it first is cancelled', async () => {
    const spec = await stores.spec()
    const first = new AbortController()
    let reached: () => void = () => undefined
    const onItsWay = new Promise<void>(resolve => { reached = resolve })
    let open: () => void = () => undefined
    const gate = new Promise<void>(resolve => { open = resolve })
    let loadSignal: AbortSignal | undefined
    stores.onFetch = async (ref, signal) => {
      if (ref.sha256 !== spec.sha256) return
      loadSignal = signal
      reached()
      await gate
      signal.throwIfAborted()
    }
    const cancelled = stores.run(await stores.attempt(0, spec), first.signal)
    await onItsWay
    const second = stores.run(await stores.attempt(1, spec))
    first.abort(new Error('recalled'))
    expect(await cancelled).toMatchObject({ ok: false, failureClass: 'transport', code: 'CANCELLED' })
    expect(loadSignal?.aborted).toBe(false)
    open()
    expect(await second).toMatchObject({ ok: true })
    expect(stores.fetched.filter(sha256 => sha256 === spec.sha256)).toHaveLength(1)
  })

  it('ends the load when nobody waits for it any more, and begins it anew for the next', async () => {
    const spec = await stores.spec()
    const only = new AbortController()
    const held = stores.onFetch
    let reached: () => void = () => undefined
    const onItsWay = new Promise<void>(resolve => { reached = resolve })
    let ended: () => void = () => undefined
    const loadEnded = new Promise<void>(resolve => { ended = resolve })
    stores.onFetch = async (_, signal) => {
      signal.addEventListener('abort', () => { ended() })
      reached()
      await loadEnded
      signal.throwIfAborted()
    }
    const cancelled = stores.run(await stores.attempt(0, spec), only.signal)
    await onItsWay
    only.abort(new Error('recalled'))
    expect(await cancelled).toMatchObject({ code: 'CANCELLED' })
    await loadEnded
    stores.onFetch = held
    expect(await stores.run(await stores.attempt(1, spec))).toMatchObject({ ok: true })
  })
})
