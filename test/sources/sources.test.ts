import { execFileSync } from 'node:child_process'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blobSource, bypassSource, fileSource, folderSink } from '../../src/sources/index.ts'
import { openBlobStore } from '../../src/storage/index.ts'
import { streamOf, textOf } from '../support/bytes.ts'
import { folder } from '../support/folder.ts'

const contents = async (files: ReadonlyArray<{ path: string, size: number, open: () => AsyncIterable<Uint8Array> }>): Promise<Array<[string, string]>> =>
  await Promise.all(files.map(async (file): Promise<[string, string]> => {
    const text = await textOf(file.open())
    expect(file.size).toBe(Buffer.byteLength(text))
    return [file.path, text]
  }))

const spooled = async (): Promise<string[]> => (await readdir(tmpdir())).filter((name) => name.startsWith('nightshift-stdin-'))

describe('fileSource', () => {
  it('reads one file under its own name, in any range, again and again', async () => {
    const dir = await folder({ 'in.txt': 'hello world' })
    const { files, close } = await fileSource(join(dir, 'in.txt'))
    expect(await contents(files)).toEqual([['in.txt', 'hello world']])
    await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: 15 }), fc.integer({ min: 0, max: 15 }), async (start, end) => {
      expect(await textOf(files[0]!.open({ start, end }))).toBe('hello world'.slice(start, Math.max(start, end)))
    }))
    await close()
  })

  it('reads all files below a folder, ordered by path', async () => {
    const dir = await folder({ 'b.txt': 'B', 'a/z': 'Z', 'a/b/c': 'C', 'a.txt': 'A', '.hidden': 'H' })
    const { files } = await fileSource(dir)
    expect(await contents(files)).toEqual([['.hidden', 'H'], ['a.txt', 'A'], ['a/b/c', 'C'], ['a/z', 'Z'], ['b.txt', 'B']])
  })

  it.each([['hello'], ['']])('reads stdin %j more than once and leaves no file behind', async (text) => {
    const before = await spooled()
    const { files, close } = await fileSource('-', { stdin: Readable.from([Buffer.from(text)], { objectMode: false }) })
    expect(await spooled()).toEqual(before)
    expect(await contents(files)).toEqual([['stdin', text]])
    expect(await textOf(files[0]!.open({ start: 1, end: 3 }))).toBe(text.slice(1, 3))
    await close()
    if (text !== '') await expect(textOf(files[0]!.open())).rejects.toThrow()
  })

  it('stops spooling when cancelled, or when stdin fails', async () => {
    const before = await spooled()
    const controller = new AbortController()
    const waiting = fileSource('-', { stdin: new Readable({ read () {} }), signal: controller.signal })
    controller.abort()
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
    const failing = new Readable({ read () { this.destroy(new Error('the pipe broke')) } })
    await expect(fileSource('-', { stdin: failing })).rejects.toMatchObject({ code: 'NS_E_INPUT_UNREADABLE', message: expect.stringContaining('the pipe broke') })
    expect(await spooled()).toEqual(before)
  })

  it('says what is wrong with an input', async () => {
    const dir = await folder({ 'full/a': '' })
    await mkdir(join(dir, 'empty'))
    await mkdir(join(dir, 'leaky'))
    await symlink('/etc/hostname', join(dir, 'leaky/link'))
    await mkdir(join(dir, 'loop'))
    await symlink('.', join(dir, 'loop/self'))
    execFileSync('mkfifo', [join(dir, 'pipe')])
    const cases: Array<[string, string]> = [['absent', 'does not exist'], ['empty', 'holds no file'], ['leaky', 'leaves the folder'], ['loop', 'self'], ['pipe', 'neither a file nor a folder']]
    for (const [path, words] of cases) {
      const error = await fileSource(join(dir, path)).catch((error: unknown) => error)
      expect(error).toMatchObject({ code: 'NS_E_INPUT_UNREADABLE', message: expect.stringContaining(join(dir, path)), remedy: expect.any(String) })
      expect((error as Error).message).toContain(words)
    }
  })
})

describe('other sources', () => {
  it('reads blobs', async () => {
    const blobs = await openBlobStore(await folder())
    try {
      const ref = { path: 'd/a', ...await blobs.put(Buffer.from('hello')) }
      const files = blobSource(blobs, [ref])
      expect(await contents(files)).toEqual([['d/a', 'hello']])
      expect(await textOf(files[0]!.open({ start: 1, end: 3 }))).toBe('el')
      expect(() => blobSource(blobs, [{ ...ref, path: '../a' }])).toThrow(expect.objectContaining({ code: 'NS_E_PATH_UNSAFE' }))
      await expect(textOf(blobSource(blobs, [{ ...ref, sha256: '0'.repeat(64) }])[0]!.open())).rejects.toMatchObject({ code: 'NS_E_BLOB_MISSING' })
    } finally {
      await blobs.close()
    }
  })

  it('has one empty file when bypassed', async () => {
    expect(await contents(bypassSource())).toEqual([['data.bin', '']])
  })
})

describe('folderSink', () => {
  it('writes files below the folder, over those of an earlier job', async () => {
    const dir = await folder({ 'out/a.txt': 'old' })
    const sink = folderSink(join(dir, 'out'))
    await sink.write('a.txt', streamOf('new'))
    await sink.write('d/e/f', streamOf('deep ', 'file'))
    await sink.write('d/g', streamOf())
    expect(await contents((await fileSource(join(dir, 'out'))).files)).toEqual([['a.txt', 'new'], ['d/e/f', 'deep file'], ['d/g', '']])
  })

  it('refuses a second file of the same path', async () => {
    const sink = folderSink(await folder())
    await sink.write('a', streamOf('1'))
    await expect(sink.write('a', streamOf('2'))).rejects.toMatchObject({ code: 'NS_E_ENGINE_FAILED' })
  })

  it('leaves nothing of a file that fails, and the old one as it was', async () => {
    const dir = await folder({ a: 'old' })
    async function * failing (): AsyncIterable<Uint8Array> {
      yield Buffer.from('half')
      throw new Error('broke')
    }
    await expect(folderSink(dir).write('a', failing())).rejects.toThrow('broke')
    expect(await readdir(dir)).toEqual(['a'])
    expect(await readFile(join(dir, 'a'), 'utf8')).toBe('old')
  })

  it('takes over what a killed process left', async () => {
    const dir = await folder()
    const killed = folderSink(dir)
    let leave = (): void => {}
    const stuck = killed.write('a', (async function * () { yield Buffer.from('half'); await new Promise<void>((resolve) => { leave = resolve }); throw new Error('killed') })())
    while ((await readdir(dir)).length === 0) await new Promise((resolve) => setImmediate(resolve))
    const [partial = ''] = await readdir(dir)
    leave()
    await expect(stuck).rejects.toThrow('killed')
    await writeFile(join(dir, partial), 'half')
    await folderSink(dir).write('a', streamOf('whole'))
    expect(await readdir(dir)).toEqual(['a'])
  })

  it('never leaves the folder', async () => {
    const dir = await folder({ 'elsewhere/x': '', 'out/x': '' })
    await symlink('../elsewhere', join(dir, 'out/link'))
    const sink = folderSink(join(dir, 'out'))
    for (const path of ['../a', '/tmp/a', 'a/../../b', 'link/a', 'x/a']) {
      await expect(sink.write(path, streamOf('evil'))).rejects.toMatchObject({ code: 'NS_E_PATH_UNSAFE' })
    }
    expect(await readdir(join(dir, 'elsewhere'))).toEqual(['x'])
  })
})
