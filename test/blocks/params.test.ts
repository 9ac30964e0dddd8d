import { describe, expect, it } from 'vitest'
import { validateParams } from '../../src/blocks/index.ts'

const owner = (paramsSchema: Record<string, unknown>) => ({ name: 'demo', paramsSchema })

describe('validateParams', () => {
  it('fills in defaults and leaves its argument alone', () => {
    const params = { a: 1, deep: {} }
    const schema = { type: 'object', properties: { a: { type: 'integer' }, b: { default: 'x' }, deep: { type: 'object', properties: { c: { default: 3 } } } } }
    expect(validateParams(owner(schema), params)).toEqual({ a: 1, b: 'x', deep: { c: 3 } })
    expect(params).toEqual({ a: 1, deep: {} })
  })

  it('accepts anything when there is no schema', () => {
    expect(validateParams({ name: 'demo' }, { any: [1] })).toEqual({ any: [1] })
  })

  it('lists every error with its pointer, what is allowed and what was found', () => {
    const schema = {
      type: 'object', required: ['size'], additionalProperties: false,
      properties: { size: { type: 'integer' }, mode: { enum: ['fast', 'slow'] }, list: { items: { minimum: 3 } }, when: { type: 'string', format: 'date' } }
    }
    const failing = (): unknown => validateParams(owner(schema), { mode: 'medium', list: [5, 1], when: 'soon', extra: true })
    expect(failing).toThrow(expect.objectContaining({ code: 'NS_E_PARAMS_INVALID', remedy: expect.any(String) }))
    for (const words of ['size', '/mode', '"fast", "slow"', '"medium"', '/list/1', '3', '/when', 'date', 'extra']) expect(failing).toThrow(words)
  })

  it.each([
    'http://json-schema.org/draft-07/schema#', 'https://json-schema.org/draft/2020-12/schema', 'http://json-schema.org/draft-04/schema#', undefined
  ])('reads schemas of %s', ($schema) => {
    const schema = { ...$schema === undefined ? {} : { $schema }, type: 'object', properties: { n: { type: 'number' } } }
    expect(validateParams(owner(schema), { n: 1 })).toEqual({ n: 1 })
    expect(() => validateParams(owner(schema), { n: 'x' })).toThrow('/n')
  })

  it('knows what only 2020-12 has', () => {
    const schema = { $schema: 'https://json-schema.org/draft/2020-12/schema', properties: { pair: { prefixItems: [{ type: 'string' }] } } }
    expect(() => validateParams(owner(schema), { pair: [1] })).toThrow('/pair/0')
  })

  it.each<[string, Record<string, unknown>]>([
    ['an unknown type', { type: 'thing' }],
    ['a reference to elsewhere', { $ref: 'https://example.com/schema.json' }],
    ['a broken pattern', { properties: { a: { pattern: '(' } } }],
    ['too much of it', { description: 'x'.repeat(300_000) }]
  ])('refuses a schema with %s', (_, schema) => {
    expect(() => validateParams(owner(schema), {})).toThrow(expect.objectContaining({ code: 'NS_E_BLOCK_INVALID' }))
  })

  it('refuses parameters beyond all measure', () => {
    expect(() => validateParams({ name: 'demo' }, { a: 'x'.repeat(2_000_000) })).toThrow(expect.objectContaining({ code: 'NS_E_PARAMS_INVALID' }))
  })
})
