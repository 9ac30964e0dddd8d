import { execFileSync } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { loadPyodide } from 'pyodide'
import type { PyodideAPI } from 'pyodide'
import { beforeAll, describe, expect, it } from 'vitest'
import { folder } from '../support/folder.ts'
import { assemble, partition, sourceOf } from './support.ts'
import type { Files } from './support.ts'

const PROPERTY = { numRuns: 300 }

let python: PyodideAPI
beforeAll(async () => { python = await loadPyodide() }, 60_000)

/** Unzips with Python's own zipfile: another implementation than the one that wrote it. */
function unzip (archive: Uint8Array): Record<string, string> {
  const pythonFiles = python.FS as { writeFile: (path: string, bytes: Uint8Array) => void }
  pythonFiles.writeFile('/a.zip', archive)
  const json = python.runPython('import zipfile, json; z = zipfile.ZipFile("/a.zip"); assert z.testzip() is None; json.dumps({n: z.read(n).decode() for n in z.namelist()})') as string
  return JSON.parse(json) as Record<string, string>
}

describe('passthrough', () => {
  it('writes the flat layout', async () => {
    const output = await assemble('passthrough', [{ 'a.txt': '0', own: 'o' }, { 'a.txt': '1' }])
    expect(Object.fromEntries(Object.entries(output).map(([path, bytes]) => [path, String(bytes)]))).toEqual({ 'a_0.txt': '0', own: 'o', 'a_1.txt': '1' })
  })
})

describe('zip', () => {
  it('holds the flat layout, readable by others, equal for equal results', async () => {
    const chunks: Files[] = [{ 'a.txt': '0'.repeat(5000), 'ü/own': 'o' }, { 'a.txt': '1' }, { empty: '' }]
    const output = await assemble('zip', chunks, { output: 'all.zip' })
    expect(Object.keys(output)).toEqual(['all.zip'])
    expect(unzip(output['all.zip']!)).toEqual({ 'a_0.txt': '0'.repeat(5000), 'ü/own': 'o', 'a_1.txt': '1', empty: '' })
    expect((await assemble('zip', chunks, { output: 'all.zip' }))['all.zip']!.equals(output['all.zip']!)).toBe(true)
    expect((await assemble('zip', chunks, { compress: false }))['results.zip']!.length).toBeGreaterThan(5000)
  })

  it('is what the files partitioner makes of a batch', async () => {
    const batches = await partition('files', sourceOf({ a: '1', 'b/c': '2', d: '3' }), { n: 2 })
    expect(batches.map(unzip)).toEqual([{ a: '1', 'b/c': '2' }, { d: '3' }])
  })
})

describe('concat', () => {
  const output = async (...args: Parameters<typeof assemble>): Promise<Record<string, string>> =>
    Object.fromEntries(Object.entries(await assemble(...args)).map(([path, bytes]) => [path, String(bytes)]))

  it('joins in chunk order, then path order', async () => {
    expect(await output('concat', [{ b: '2', a: '1' }, { a: '3' }])).toEqual({ result: '123' })
    expect(await output('concat', [{ 'a.txt': '1', 'a.log': 'x' }, { 'a.log': 'y', 'b.TXT': '2' }], { extension: 'txt', separator: '--' })).toEqual({ 'result.txt': '1--2' })
    expect(await output('concat', [{ 'a.txt': '1', b: 'x' }, { 'a.txt': '2' }], { file: 'a.txt', output: 'all/of.it' })).toEqual({ 'all/of.it': '12' })
  })

  it('names the chunk that lacks the file', async () => {
    await expect(assemble('concat', [{ a: '1' }, { b: '2' }], { file: 'a' })).rejects.toMatchObject({ code: 'NS_E_ENGINE_FAILED', message: expect.stringContaining('chunk 1') })
  })

  it('undoes bytes', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20 }), async (content, size, piece) => {
      const chunks = await partition('bytes', sourceOf({ f: content }, piece), { size })
      expect(chunks.every((chunk) => chunk.length <= size)).toBe(true)
      expect((await assemble('concat', chunks.map((out) => ({ out }))))['result'] ?? Buffer.alloc(0)).toEqual(Buffer.from(content))
    }), PROPERTY)
  })

  it('undoes lines', async () => {
    const text = fc.array(fc.constantFrom('a', 'bc', '\n', '\r\n', '"', ',', 'ü', ''), { maxLength: 40 }).map((parts) => parts.join(''))
    await fc.assert(fc.asyncProperty(text, fc.integer({ min: 1, max: 5 }), fc.boolean(), fc.integer({ min: 1, max: 9 }), async (content, limit, byCount, piece) => {
      const chunks = await partition('lines', sourceOf({ f: content }, piece), byCount ? { count: limit } : { size: limit * 3 })
      expect(chunks.slice(0, -1).every((chunk) => chunk.at(-1) === 0x0a)).toBe(true)
      expect(String((await assemble('concat', chunks.map((out) => ({ out }))))['result'])).toBe(content)
    }), PROPERTY)
  })
})

describe('csv', () => {
  const one = async (chunks: string[], params = {}): Promise<string> => String(Object.values(await assemble('csv', chunks.map((text) => ({ 't.csv': text })), params))[0])

  it('keeps one header', async () => {
    expect(await one(['h,i\n1,2\n', 'h,i\n3,4\n', '', 'h,i\n'])).toBe('h,i\n1,2\n3,4\n')
    expect(await one(['1\n', '2\n'], { header: false })).toBe('1\n2\n')
    expect(Object.keys(await assemble('csv', [{ 't.csv': 'a' }]))).toEqual(['result.csv'])
  })

  it('puts a line ending where a file has none', async () => {
    expect(await one(['h\r\n1', 'h\r\n2'])).toBe('h\r\n1\r\n2')
    expect(await one(['h', 'h\n2'])).toBe('h\n2')
  })

  it('accepts headers that differ in quotes and line ending only', async () => {
    expect(await one(['a,b c\n1,2\n', '\uFEFF"a","b c"\r\n3,4\r\n'])).toBe('a,b c\n1,2\n3,4\r\n')
  })

  it('refuses another header, naming chunk and both', async () => {
    await expect(one(['a,b\n', 'a,c\n'])).rejects.toMatchObject({ code: 'NS_E_ENGINE_FAILED', message: expect.stringMatching(/chunk 1.*"c".*"b"/) })
    await expect(one(['a\tb\n', 'a\tc\n'], { delimiter: '\t' })).rejects.toMatchObject({ code: 'NS_E_ENGINE_FAILED' })
  })

  it('undoes rows', async () => {
    const plain = fc.constantFrom('', 'x', 'ü 1', "it's", '0.5')
    const quoted = fc.array(fc.constantFrom('a', '\n', '\r\n', '""', ',', 'ü', '\t'), { maxLength: 6 }).map((parts) => `"${parts.join('')}"`)
    const record = fc.array(fc.oneof(plain, quoted), { minLength: 1, maxLength: 4 }).map((fields) => fields.join(','))
    const table = fc.record({ records: fc.array(record, { minLength: 1, maxLength: 12 }), ending: fc.constantFrom('\n', '\r\n'), last: fc.boolean(), mark: fc.boolean() })
    await fc.assert(fc.asyncProperty(table, fc.integer({ min: 1, max: 4 }), fc.boolean(), fc.integer({ min: 1, max: 9 }), async ({ records, ending, last, mark }, limit, byCount, piece) => {
      const content = (mark ? '\uFEFF' : '') + records.join(ending) + (last ? ending : '')
      const chunks = await partition('rows', sourceOf({ 'f.csv': content }, piece), byCount ? { count: limit } : { size: limit * 10 })
      if (byCount && last) expect(chunks).toHaveLength(Math.max(1, Math.ceil((records.length - 1) / limit)))
      const results = chunks.map((chunk) => ({ 'f.csv': chunk }))
      if (content !== '') expect(String((await assemble('csv', results))['result.csv'])).toBe(content)
      else expect(chunks).toEqual([])
    }), PROPERTY)
  })
})

it('zip archives open with the system\'s unzip, when there is one', async (context) => {
  const dir = await folder()
  const output = await assemble('zip', [{ 'd/a.txt': 'hello' }])
  await writeFile(join(dir, 'a.zip'), output['results.zip']!)
  try {
    execFileSync('unzip', ['-q', 'a.zip'], { cwd: dir })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return context.skip()
    throw error
  }
  expect(await readdir(dir)).toContain('d')
  expect(await readFile(join(dir, 'd/a.txt'), 'utf8')).toBe('hello')
})
