import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fileListProblem } from '../../src/verification/file-list.ts'

const BOUNDS = { outputFiles: 3, outputBytes: 100 }
const file = (path: string, size = 1) => ({ path, size, sha256: 'a'.repeat(64) })

describe('a list of result files', () => {
  it('may name a few files of ordinary paths', () => {
    expect(fileListProblem([], BOUNDS)).toBeUndefined()
    expect(fileListProblem([file('a', 50), file('b/a', 50), file('b.txt', 0)], BOUNDS)).toBeUndefined()
  })

  it.each([
    ['too many files', [file('a'), file('b'), file('c'), file('d')], '4 files, 3 are allowed'],
    ['too many bytes', [file('a', 60), file('b', 60)], '120 bytes, 100 are allowed'],
    ['a path twice', [file('a'), file('a')], 'twice'],
    ['a path twice in two spellings', [file('\u00e9'), file('e\u0301')], 'twice'],
    ['a file that is a folder too', [file('a/b'), file('a')], 'both as a file and as a folder'],
    ['an empty path', [file('')], 'is empty']
  ])('may not have %s', (_, files, text) => {
    expect(fileListProblem(files, BOUNDS)).toContain(text)
  })

  it('never passes a path with a part that leads up', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom('a', 'b', '.'), { maxLength: 4 }), fc.nat(4), (parts, at) => {
      const path = [...parts.slice(0, at), '..', ...parts.slice(at)].join('/')
      expect(fileListProblem([file(path)], BOUNDS)).toContain('unsafe path')
    }))
  })
})
