import { readFile, readdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { ERROR_CODES } from '../../src/model/errors.ts'
import { REASON_CODES } from '../../src/model/reasons.ts'

const ALL: readonly string[] = [...REASON_CODES, ...ERROR_CODES]
/** Where codes are listed without being used: their definitions, and a type that repeats some of them. */
const DEFINITIONS = ['model/reasons.ts', 'model/errors.ts', 'model/executor.ts']

/** The rows of the page that begin with a code, as their cells. */
async function rows (): Promise<readonly (readonly string[])[]> {
  const page = await readFile('docs/codes.md', 'utf8')
  return page.split('\n').filter(line => line.startsWith('| `')).map(line => line.slice(1, -1).split('|').map(cell => cell.trim()))
}

/** The program without its definitions of codes, what protocol buffers generate, and comments. */
async function program (): Promise<string> {
  const files = await readdir('src', { recursive: true })
  const used = files.map(file => file.replaceAll('\\', '/')).filter(file => file.endsWith('.ts') && !DEFINITIONS.includes(file) && !/^model\/messages\/(control|blob|reach)\.ts$/.test(file))
  const texts = await Promise.all(used.map(async file => await readFile(`src/${file}`, 'utf8')))
  return texts.join('\n').replace(/^\s*(\/\/|\/?\*).*$/gm, '')
}

describe('codes', () => {
  it('are listed once each', () => {
    expect([...new Set(ALL)]).toEqual(ALL)
  })

  it('have one row each on the page, in the order of the lists, and the page has no other', async () => {
    expect((await rows()).map(([code]) => code)).toEqual(ALL.map(code => `\`${code}\``))
  })

  it('have a meaning and something to do on the page', async () => {
    expect((await rows()).filter(cells => cells.length !== 3 || cells.includes(''))).toEqual([])
  })

  it('are all used by the program', async () => {
    const text = await program()
    expect(ALL.filter(code => !text.includes(`'${code}'`))).toEqual([])
  })
})
