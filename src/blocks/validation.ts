import { Ajv } from 'ajv'
import type { ErrorObject, ValidateFunction } from 'ajv'
import type { TSchema } from '@sinclair/typebox'

/** A compiled check of our own nouns; fills in defaults. */
export function compileNoun (schema: TSchema): ValidateFunction {
  return new Ajv({ allErrors: true, useDefaults: true, strict: false, verbose: true }).compile(schema)
}

const MAX_ERRORS = 20

/** Every validation error as `/pointer: what is allowed, and what was found`. */
export function describeErrors (errors: readonly ErrorObject[] | null | undefined): string {
  const lines = [...new Set(summarise(errors ?? []).map(describe))]
  const more = lines.length - MAX_ERRORS
  return lines.slice(0, MAX_ERRORS).join('; ') + (more > 0 ? `; and ${more} more` : '')
}

/** A failed union of constants reports each branch: keep the one sentence that lists them all. */
function summarise (errors: readonly ErrorObject[]): ErrorObject[] {
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf')
  return errors.filter((error) => !unions.some((union) =>
    error !== union && error.instancePath === union.instancePath && error.schemaPath.startsWith(union.schemaPath + '/')))
}

function describe (error: ErrorObject): string {
  const at = error.instancePath === '' ? '/' : error.instancePath
  return `${at}: ${requirement(error)}${found(error)}`
}

function requirement ({ keyword, params, schema, message }: ErrorObject): string {
  if (keyword === 'enum') return `must be one of ${list(params['allowedValues'] as unknown[])}`
  if (keyword === 'const') return `must be ${JSON.stringify(params['allowedValue'])}`
  if (keyword === 'anyOf' && Array.isArray(schema)) {
    const branches = schema as ReadonlyArray<{ readonly const?: unknown }>
    if (branches.every((branch) => branch.const !== undefined)) return `must be one of ${list(branches.map((branch) => branch.const))}`
  }
  if (keyword === 'additionalProperties') return `must not have the key "${String(params['additionalProperty'])}"`
  return message ?? `fails "${keyword}"`
}

function found ({ keyword, data }: ErrorObject): string {
  if (keyword === 'required' || keyword === 'additionalProperties' || data === undefined) return ''
  const text = JSON.stringify(data)
  return `, but is ${text.length > 100 ? text.slice(0, 100) + '…' : text}`
}

function list (values: readonly unknown[]): string {
  return values.slice(0, 50).map((value) => JSON.stringify(value)).join(', ')
}
