import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chunkFiles, contractEnv, layoutResults, resultsIndex } from '../../src/blocks/index.ts'
import type { ChunkResult } from '../../src/model/engine.ts'
import { checkRelativePath } from '../../src/model/paths.ts'
import { resultHash } from '../../src/model/result.ts'
import { collect, textOf } from '../support/bytes.ts'

describe('contractEnv', () => {
  it('has what an app sees', () => {
    expect(contractEnv({ kind: 'app', params: { a: [1] }, chunk: 0, chunkCount: 3, jobId: 'j-1', taskId: 't-1', seed: 7 })).toEqual({
      APP_PARAMS: '{"a":[1]}', CHUNK_NUMBER: '0', CHUNK_COUNT: '3', CHUNK_SEED: '7', JOB_ID: 'j-1', TASK_ID: 't-1'
    })
  })

  it('has what engines see, and {} without parameters', () => {
    expect(contractEnv({ kind: 'partitioner', jobId: 'j', taskId: 't' })).toEqual({ PARTITIONER_PARAMS: '{}', JOB_ID: 'j', TASK_ID: 't' })
    expect(contractEnv({ kind: 'assembler', jobId: 'j', taskId: 't', chunkCount: 2 })).toEqual({ ASSEMBLER_PARAMS: '{}', CHUNK_COUNT: '2', JOB_ID: 'j', TASK_ID: 't' })
  })
})

describe('chunkFiles', () => {
  const files = (...paths: string[]): Array<{ path: string }> => paths.map((path) => ({ path }))

  it('orders by number', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 300 }), fc.infiniteStream(fc.nat()), (count, random) => {
      const ordered = Array.from({ length: count }, (_, n) => ({ path: `data_${n}.bin` }))
      const shuffled = ordered.map((file) => ({ file, key: random.next().value })).sort((a, b) => a.key - b.key).map(({ file }) => file)
      expect(chunkFiles(shuffled)).toEqual(ordered)
    }))
    expect(chunkFiles(files('data_010.bin', ...Array.from({ length: 10 }, (_, n) => `data_00${n}.bin`))).at(-1)?.path).toBe('data_010.bin')
  })

  it.each<[string, string[], string, string]>([
    ['a hole', ['data_0.bin', 'data_2.bin'], 'NS_E_CHUNK_HOLE', 'data_1.bin'],
    ['a late start', ['data_1.bin'], 'NS_E_CHUNK_HOLE', 'data_0.bin'],
    ['a duplicate', ['data_1.bin', 'data_0.bin', 'data_01.bin'], 'NS_E_CHUNK_HOLE', 'data_01.bin'],
    ['another name', ['data_0.bin', 'log.txt'], 'NS_E_CHUNK_NAME', 'log.txt'],
    ['a folder', ['x/data_0.bin'], 'NS_E_CHUNK_NAME', 'x/data_0.bin'],
    ['nothing', [], 'NS_E_NO_CHUNKS', 'CHUNKS_DIR']
  ])('refuses %s', (_, paths, code, words) => {
    expect(() => chunkFiles(files(...paths))).toThrow(expect.objectContaining({ code, message: expect.stringContaining(words), remedy: expect.any(String) }))
  })
})

function resultsOf (...chunks: string[][]): () => AsyncIterable<ChunkResult> {
  return async function * () {
    for (const [chunk, paths] of chunks.entries()) yield { chunk, files: paths.map((path) => ({ path, size: 1, sha256: 'a'.repeat(64) })) }
  }
}

async function placedPaths (...chunks: string[][]): Promise<string[]> {
  return (await collect(layoutResults(resultsOf(...chunks), chunks.length))).map(({ placedPath }) => placedPath)
}

describe('layoutResults', () => {
  it('keeps paths that are written once and renames the others', async () => {
    expect(await placedPaths(['a.txt', 'own.txt'], ['a.txt', 'd/b.tar.gz'], ['d/b.tar.gz', 'noext'], ['noext']))
      .toEqual(['a_0.txt', 'own.txt', 'a_1.txt', 'd/b.tar_1.gz', 'd/b.tar_2.gz', 'noext_2', 'noext_3'])
  })

  it('pads the chunk to the width of the last', async () => {
    const paths = await placedPaths(...Array.from({ length: 101 }, () => ['r.json']))
    expect([paths[0], paths[7], paths[100]]).toEqual(['r_000.json', 'r_007.json', 'r_100.json'])
  })

  it('never renames onto a path that was really written', async () => {
    expect(await placedPaths(['a.txt'], ['a.txt'], ['a_0.txt', 'a_1~1.txt'])).toEqual(['a_0~1.txt', 'a_1.txt', 'a_0.txt', 'a_1~1.txt'])
  })

  it('renames a file that is a folder elsewhere', async () => {
    expect(await placedPaths(['x'], ['x/y'])).toEqual(['x_0', 'x/y'])
  })

  it('places every file of every job at a path of its own that no other needs as a folder', async () => {
    const name = fc.constantFrom('a', 'a.t', 'a_0', 'a_0.t', 'a_1.t', 'a_0~1.t', '.t', '.t_0', 'a.', 'b/a', 'b/a_0', 'a_0/c', 'a/c.t')
    await fc.assert(fc.asyncProperty(fc.array(fc.uniqueArray(name, { maxLength: 8 }), { minLength: 1, maxLength: 12 }), async (chunks) => {
      // one task cannot write a file and a folder of one name
      const possible = chunks.map((paths) => paths.filter((path) => !paths.some((other) => other.startsWith(path + '/'))))
      const placed = await placedPaths(...possible)
      expect(new Set(placed).size).toBe(placed.length)
      for (const path of placed) expect(placed.some((other) => other.startsWith(path + '/'))).toBe(false)
    }), { numRuns: 500 })
  })

  it('has an index that maps both ways', async () => {
    const index = JSON.parse(await textOf(resultsIndex(layoutResults(resultsOf(['a.txt', 'b'], [], ['a.txt']), 3)))) as Record<string, unknown>
    const file = { size: 1, sha256: 'a'.repeat(64) }
    expect(index).toEqual({
      chunks: { 0: ['a_0.txt', 'b'], 2: ['a_2.txt'] },
      files: { 'a_0.txt': { chunk: 0, path: 'a.txt', ...file }, b: { chunk: 0, path: 'b', ...file }, 'a_2.txt': { chunk: 2, path: 'a.txt', ...file } }
    })
    expect(JSON.parse(await textOf(resultsIndex(layoutResults(resultsOf([]), 1))))).toEqual({ chunks: {}, files: {} })
  })
})

describe('resultHash', () => {
  const file = (path: string, size: number, digit: string): { path: string, size: number, sha256: string } => ({ path, size, sha256: digit.repeat(64) })
  const base = { exitCode: 0, files: [file('a', 1, '1'), file('b', 2, '2')] }

  it('is the hash of the documented encoding', () => {
    // computed outside this project, byte by byte as the documentation of resultHash says
    expect(resultHash({ exitCode: 0, files: [file('\u00fc', 7, '2'), file('a.txt', 5, '1')] }))
      .toBe('92459697a6ce0aeb07ffc642f0a3ed9a42df7f22bfe9fa7e9b1f7424af1dc216')
  })

  it('does not depend on the order of files, but on everything else', () => {
    expect(resultHash({ exitCode: 0, files: [...base.files].reverse() })).toBe(resultHash(base))
    const hashes = [
      base, { ...base, exitCode: 1 }, { exitCode: 0, files: base.files.slice(1) },
      { exitCode: 0, files: [file('a', 1, '2'), file('b', 2, '1')] }, { exitCode: 0, files: [file('a', 2, '1'), file('b', 2, '2')] },
      { exitCode: 0, files: [file('ab', 1, '1'), file('', 2, '2')] }
    ].map(resultHash)
    expect(new Set(hashes).size).toBe(hashes.length)
  })
})

describe('checkRelativePath', () => {
  it.each(['a', 'a/b.c', 'ä/日本.txt', '.hidden', '...', 'a b', 'x'.repeat(255)])('accepts %s', (path) => {
    expect(checkRelativePath(path)).toBe(path)
  })

  it('composes Unicode', () => {
    expect(checkRelativePath('e\u0301')).toBe('\u00e9')
  })

  it.each(['', '/a', 'a/', 'a//b', '.', '..', 'a/../b', './a', 'a\\b', 'a\0b', 'a\nb', 'C:/x', 'c:x', '\ud800', 'x'.repeat(256), 'é'.repeat(128), 'a/'.repeat(600) + 'a'])('refuses %j', (path) => {
    expect(() => checkRelativePath(path)).toThrow(expect.objectContaining({ code: 'NS_E_PATH_UNSAFE', remedy: expect.any(String) }))
  })
})
