import { afterEach, describe, expect, it, vi } from 'vitest'
import { runCommand } from '../../src/cli/program.ts'

describe('a value on the command line', () => {
  afterEach(() => { vi.restoreAllMocks() })

  it.each([
    [['worker', '--slots', '0'], /--slots <n>.*'0'.*from 1 to 256/],
    [['worker', '--slots', '-1'], /--slots <n>.*'-1'.*from 1 to 256/],
    [['worker', '--slots', 'many'], /'many'.*whole number/],
    [['worker', '--slots', '1.5'], /'1.5'.*whole number/],
    [['worker', '--cores', '0'], /--cores.*from 0.1/],
    [['coordinator', '--api-port', '65536'], /--api-port.*from 0 to 65535/],
    [['job', 'run', '--replicas', '0'], /--replicas.*from 1 to 7/],
    [['job', 'run', '--task-timeout', '0'], /--task-timeout/],
    [['up', '--workers', '0'], /--workers.*from 1 to 100/],
    [['job', 'run', '--confidence', '100'], /--confidence.*from 50 to 99.999/],
    [['job', 'run', '--budget', '-1'], /--budget <byc>.*'-1'.*amount of ByteChips/],
    [['job', 'plan', '--max-price', 'abc'], /--max-price <byc>.*'abc'.*amount of ByteChips/],
    [['job', 'run', '--trust', 'friends'], /--trust <level>.*'friends'.*open, verified, private, local/],
    [['job', 'list', '--limit', '0'], /--limit <n>.*from 1 to/],
    [['job', 'tasks', 'j-abcd', '--limit', '10001'], /--limit <n>.*from 1 to 10000/]
  ])('that is out of range is refused before anything starts: %j', async (argv, text) => {
    let printed = ''
    vi.spyOn(process.stderr, 'write').mockImplementation(part => { printed += String(part); return true })
    expect(await runCommand(['node', 'nightshift', ...argv])).toBe(2)
    expect(printed).toMatch(text)
  })
})
