import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { validateParams } from '../../src/blocks/index.ts'
import { builtinEngines } from '../../src/engines/index.ts'
import { bypassSource } from '../../src/sources/index.ts'
import { partition, sourceOf, texts } from './support.ts'

describe('passthrough', () => {
  it('hands on every file', async () => {
    expect(await texts('passthrough', sourceOf({ a: 'one', b: '', c: 'three' }))).toEqual(['one', '', 'three'])
    expect(await texts('passthrough', bypassSource())).toEqual([''])
  })
})

describe('replicate', () => {
  it('makes n chunks of every file', async () => {
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 20 }), fc.array(fc.string(), { maxLength: 4 }), async (n, contents) => {
      const chunks = await texts('replicate', sourceOf(Object.fromEntries(contents.map((content, index) => [`f${index}`, content]))), { n })
      expect(chunks).toEqual(contents.flatMap((content) => Array<string>(n).fill(Buffer.from(content).toString())))
    }))
  })

  it('knows the other spelling, but not both or none', async () => {
    expect(await texts('replicate', bypassSource(), { num_replicas: 2 })).toEqual(['', ''])
    await expect(partition('replicate', bypassSource())).rejects.toMatchObject({ code: 'NS_E_PARAMS_INVALID' })
    await expect(partition('replicate', bypassSource(), { n: 1, num_replicas: 1 })).rejects.toMatchObject({ code: 'NS_E_PARAMS_INVALID' })
  })
})

describe('bytes', () => {
  it('cuts into pieces of the size', async () => {
    expect(await texts('bytes', sourceOf({ a: 'abcdefg', b: 'xy' }), { size: 3 })).toEqual(['abc', 'def', 'g', 'xy'])
    expect(await texts('bytes', sourceOf({ a: 'x'.repeat(3000) }), { size: '1 KiB' })).toHaveLength(3)
    expect(await texts('bytes', sourceOf({ a: '' }))).toEqual([])
  })

  it.each([0, -1, 1.5, '0', 'ten', '1 TB', ''])('refuses the size %j', async (size) => {
    await expect(partition('bytes', sourceOf({ a: 'x' }), { size })).rejects.toMatchObject({ code: 'NS_E_PARAMS_INVALID' })
  })
})

describe('rows and lines', () => {
  it('cuts by count and keeps every byte', async () => {
    expect(await texts('lines', sourceOf({ a: '1\n2\r\n\n4' }), { count: 2 })).toEqual(['1\n2\r\n', '\n4'])
    expect(await texts('lines', sourceOf({ a: '1\n2\n', b: '3\n' }), { count: 5 })).toEqual(['1\n2\n', '3\n'])
    expect(await texts('lines', sourceOf({ a: '' }), { count: 5 })).toEqual([])
  })

  it('cuts by size, at least one row each', async () => {
    expect(await texts('lines', sourceOf({ a: 'aa\nbb\nccccccccc\nd\n' }), { size: 6 })).toEqual(['aa\nbb\n', 'ccccccccc\n', 'd\n'])
    expect(await texts('rows', sourceOf({ 'a.csv': 'h\n1\n2\n3\n' }), { size: 6 })).toEqual(['h\n1\n2\n', 'h\n3\n'])
    expect(await texts('rows', sourceOf({ 'a.csv': 'hhhhhhhhhh\n1\n2\n' }), { size: 2 })).toEqual(['hhhhhhhhhh\n1\n', 'hhhhhhhhhh\n2\n'])
  })

  it('cuts by the smaller of both', async () => {
    expect(await texts('lines', sourceOf({ a: '1\n2\n3\nlonger\n' }), { count: 2, size: 7 })).toEqual(['1\n2\n', '3\n', 'longer\n'])
  })

  it('repeats the header of tables', async () => {
    expect(await texts('rows', sourceOf({ 'a.csv': 'h,i\r\n1,2\r\n3,4' }), { count: 1 })).toEqual(['h,i\r\n1,2\r\n', 'h,i\r\n3,4'])
    expect(await texts('rows', sourceOf({ 'a.tsv': 'h\ti\n1\t2\n3\t4\n' }), { count: 1 })).toEqual(['h\ti\n1\t2\n', 'h\ti\n3\t4\n'])
    expect(await texts('rows', sourceOf({ 'a.csv': 'h\n1\n2\n' }), { count: 2, header: false })).toEqual(['h\n1\n', '2\n'])
    expect(await texts('rows', sourceOf({ 'a.txt': 'h\n1\n2\n' }), { count: 1, header: true })).toEqual(['h\n1\n', 'h\n2\n'])
    expect(await texts('rows', sourceOf({ 'a.csv': 'h,i' }), { count: 1 })).toEqual(['h,i'])
    expect(await texts('rows', sourceOf({ 'a.csv': '' }), { count: 1 })).toEqual([])
  })

  it('goes by the format asked for, not the extension', async () => {
    expect(await texts('rows', sourceOf({ 'a.txt': 'h\n"x\ny"\n2\n' }), { count: 1, format: 'csv' })).toEqual(['h\n"x\ny"\n', 'h\n2\n'])
    expect(await texts('rows', sourceOf({ 'a.csv': '"x\ny"\n' }), { count: 1, format: 'lines' })).toEqual(['"x\n', 'y"\n'])
    expect(await texts('rows', sourceOf({ 'a.ndjson': '{"a":"\\""}\n{}\n' }), { count: 1 })).toEqual(['{"a":"\\""}\n', '{}\n'])
  })

  it.each([1, 2, 3, 5, 1000])('respects quotes however the bytes arrive, in pieces of %i', async (piece) => {
    const records = ['\uFEFF"h\n1","i"\r\n', '"a ""q""\r\n\n","ü"\r\n', 'plain,x"y\r\n', '"",""\r\n', '\r\n', '"end\n"']
    const chunks = await texts('rows', sourceOf({ 'a.csv': records.join('') }, piece), { count: 1 })
    expect(chunks).toEqual(records.slice(1).map((record) => records[0] + record))
  })

  it('refuses a quote that is never closed', async () => {
    await expect(partition('rows', sourceOf({ 'a.csv': 'h\n1\n"never\nclosed\n' }))).rejects.toMatchObject({
      code: 'NS_E_INPUT_UNREADABLE', message: expect.stringContaining('a.csv'), remedy: expect.any(String)
    })
  })

  it('refuses a record without end before memory runs out', async () => {
    let read = 0
    const endless = { path: 'a.csv', size: 2 ** 40, open: async function * () { yield Buffer.from('h\n"'); for (;;) { read += 2 ** 20; yield Buffer.alloc(2 ** 20, 'x') } } }
    await expect(partition('rows', [endless])).rejects.toMatchObject({ code: 'NS_E_INPUT_UNREADABLE' })
    expect(read).toBeLessThan(2 ** 26)
  })

  it('goes on to the next chunk when one was not drained', async () => {
    const engine = builtinEngines.partitioner('lines')
    const firsts: string[] = []
    for await (const data of engine!.partition(sourceOf({ a: '1\n2\n3\n4\n5\n6\n' }, 2), { count: 2 }, { signal: new AbortController().signal })) {
      for await (const piece of data) {
        firsts.push(Buffer.from(piece).toString())
        break
      }
    }
    expect(firsts[0]).toBe('1\n')
    expect(firsts.length).toBeGreaterThanOrEqual(3)
  })

  it('stops when cancelled and closes the input', async () => {
    let closed = false
    const source = { path: 'a', size: 1000, open: async function * () { try { for (;;) yield Buffer.from('1\n') } finally { closed = true } } }
    const controller = new AbortController()
    const chunks = builtinEngines.partitioner('lines')!.partition([source], { count: 10 }, { signal: controller.signal })
    await expect((async () => {
      for await (const data of chunks) for await (const _ of data) controller.abort()
    })()).rejects.toMatchObject({ name: 'AbortError' })
    expect(closed).toBe(true)
  })
})

describe('params', () => {
  it('makes one chunk per element', async () => {
    expect(await texts('params', bypassSource(), { values: [1, 'a', { x: null }] })).toEqual(['1', '"a"', '{"x":null}'])
  })

  it('makes one chunk per combination, each once', async () => {
    const axis = fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 5 })
    await fc.assert(fc.asyncProperty(fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), axis, { minKeys: 1 }), async (grid) => {
      const chunks = await texts('params', bypassSource(), { grid })
      expect(chunks).toHaveLength(Object.values(grid).reduce((product, list) => product * list.length, 1))
      expect(new Set(chunks).size).toBe(chunks.length)
      for (const chunk of chunks) {
        for (const [name, value] of Object.entries(JSON.parse(chunk) as object)) expect(grid[name]).toContain(value)
      }
    }))
    expect(await texts('params', bypassSource(), { grid: { x: [0, 1], y: ['a', 'b'] } }))
      .toEqual(['{"x":0,"y":"a"}', '{"x":0,"y":"b"}', '{"x":1,"y":"a"}', '{"x":1,"y":"b"}'])
  })

  it('refuses a grid beyond what a job may have, an empty list, and neither or both', async () => {
    const axis = Array.from({ length: 200 }, (_, n) => n)
    for (const params of [{ grid: { a: axis, b: axis, c: axis } }, { grid: { a: [] } }, {}, { values: [1], grid: { a: [1] } }]) {
      await expect(partition('params', bypassSource(), params)).rejects.toMatchObject({ code: 'NS_E_PARAMS_INVALID' })
    }
  })
})

describe('every built-in engine', () => {
  it.each(builtinEngines.list().map((engine) => [engine.kind, engine.name, engine] as const))('%s %s says what it does and what it takes', (kind, name, engine) => {
    expect(builtinEngines.get(name)).toContain(engine)
    expect(engine.summary.length).toBeGreaterThan(10)
    expect(engine.help).toContain('Example\n  nightshift job run')
    for (const [param, schema] of Object.entries(engine.paramsSchema['properties'] ?? {})) {
      expect(engine.help).toContain(param)
      expect((schema as { description?: string }).description).toMatch(/\w/)
    }
    expect(() => validateParams(engine, { unknown_parameter: 1 })).toThrow(expect.objectContaining({ code: 'NS_E_PARAMS_INVALID' }))
  })
})
