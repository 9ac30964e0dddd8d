import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { likelyCause } from '../../src/blocks/index.ts'

const NOW = 1_790_000_000
const cause = (a: string, b: string): string => likelyCause(Buffer.from(a), Buffer.from(b), NOW)

describe('the likely cause of a difference', () => {
  it.each([
    ['time stamps', '{"made": "2026-01-01T10:00:00Z", "n": 1}', '{"made": "2026-01-01T10:00:03Z", "n": 1}'],
    ['time stamps', `{"made": ${NOW - 10}, "n": 1}`, `{"made": ${NOW - 8}, "n": 1}`],
    ['time stamps', `${(NOW - 10) * 1000}`, `${(NOW - 8) * 1000}`],
    ['order', 'b\na\nc\n', 'c\nb\na\n'],
    ['temporary files', 'wrote /tmp/abc123/x', 'wrote /tmp/xyz/x'],
    ['memory', '<object at 0x7f00aa11>', '<object at 0x7f00bb22>'],
    ['random identifiers', 'id 123e4567-e89b-12d3-a456-426614174000', 'id 00000000-e89b-12d3-a456-426614174111'],
    ['last digits', '{"sum": 0.30000000000000004}', '{"sum": 0.3}'],
    ['by chance or measured', '{"x": 17}', '{"x": 4}'],
    ['cannot be seen', 'apples', 'pear']
  ])('%s', (expected, a, b) => {
    expect(cause(a, b)).toContain(expected)
  })

  it('sees archives and does not read what is no text', () => {
    const other = Buffer.from(gzipSync('a'))
    other[4] = 7
    expect(likelyCause(gzipSync('a'), other, NOW)).toContain('archive')
    expect(likelyCause(Uint8Array.of(0xff, 1), Uint8Array.of(0xff, 2), NOW)).toContain('cannot be seen')
  })
})
