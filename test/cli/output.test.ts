import { describe, expect, it, vi } from 'vitest'
import { harmless, print, shortPeer } from '../../src/cli/output.ts'

describe('what a stranger\'s app printed', () => {
  it('cannot command the terminal of whoever reads it', () => {
    expect(harmless('\u001b]0;owned\u0007\u001b[2Jred\u0000\u009b31m\r')).toBe('\\x1b]0;owned\\x07\\x1b[2Jred\\x00\\x9b31m\\x0d')
  })

  it('is shown as it is otherwise, with its lines and tabs', () => {
    expect(harmless('a\tb\nGrüße ✓')).toBe('a\tb\nGrüße ✓')
  })
})

describe('what is printed', () => {
  it('has its own colours, and no commands of a stranger whose name or reason is in it', () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    print('\u001b[31mred\u001b[39m \u001b]0;owned\u0007')
    expect(write.mock.calls).toEqual([['\u001b[31mred\u001b[39m \\x1b]0;owned\\x07\n']])
    write.mockRestore()
  })
})

describe('who ran a task', () => {
  it('is the end of a peer id, or the coordinator by its name', () => {
    expect(shortPeer('12D3KooWDpowgWvU77nqqHwj8Fi9EBv2HeEbnZmfQnwMjxKNCQ1c')).toBe('jxKNCQ1c')
    expect(shortPeer('coordinator')).toBe('coordinator')
  })
})
