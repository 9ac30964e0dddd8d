import { describe, expect, it } from 'vitest'
import { parseTag, resolveTag } from '../../src/blocks/index.ts'

const available = ['1.2', '1.10', '0.9', '2.0'].map((version) => ({ name: 'app', version }))

describe('tags', () => {
  it('parses', () => {
    expect(parseTag('my-app_1')).toEqual({ name: 'my-app_1' })
    expect(parseTag('a@1')).toEqual({ name: 'a', major: 1 })
    expect(parseTag('a@1.20')).toEqual({ name: 'a', major: 1, minor: 20 })
  })

  it.each(['', '@1', 'a@', 'a@1.2.3', 'a@x', 'a b', 'a@1@2', '../a', 'a'.repeat(65)])('refuses %j', (text) => {
    expect(() => parseTag(text)).toThrow(expect.objectContaining({ code: 'NS_E_USAGE' }))
  })

  it.each([['app', '2.0'], ['app@1', '1.10'], ['app@1.2', '1.2'], ['app@0', '0.9']])('%s is %s', (tag, version) => {
    expect(resolveTag(tag, available)).toEqual({ name: 'app', version })
  })

  it('skips what is not active, and says so when nothing else is left', () => {
    const some = available.map((block) => ({ ...block, active: block.version !== '2.0' }))
    expect(resolveTag('app', some).version).toBe('1.10')
    expect(() => resolveTag('app@2', some)).toThrow(expect.objectContaining({ code: 'NS_E_BLOCK_INACTIVE', remedy: expect.stringContaining('app@2.0') }))
  })

  it('names what there is when nothing matches', () => {
    expect(() => resolveTag('app@3', available)).toThrow(expect.objectContaining({ code: 'NS_E_BLOCK_UNKNOWN', message: expect.stringContaining('1.10') }))
    expect(() => resolveTag('other', available)).toThrow(expect.objectContaining({ code: 'NS_E_BLOCK_UNKNOWN', message: expect.stringContaining('app') }))
  })
})
