import { Ajv } from 'ajv'
import type { Options, ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { errorMessage, NightshiftError } from '../model/errors.ts'
import { describeErrors } from './validation.ts'

type Schema = Readonly<Record<string, unknown>>

const SCHEMA_BYTES = 256 * 1024
const PARAMS_BYTES = 1024 * 1024
/** compiling takes milliseconds, and the schemas of built-in engines never change */
const compiled = new WeakMap<Schema, ValidateFunction>()
const OPTIONS: Options = { allErrors: true, useDefaults: true, strict: false, verbose: true, validateFormats: true, logger: false }

/** Anything that takes parameters: a block, or a built-in engine. */
export interface ParamsOwner {
  readonly name: string
  readonly paramsSchema?: Schema | undefined
}

/**
 * Validates parameters against the JSON Schema of a block or engine (draft-07,
 * or 2020-12 when `$schema` says so), before anything runs.
 *
 * @returns the parameters with the schema's defaults filled in; the argument stays as it is
 * @throws NS_E_PARAMS_INVALID listing every error with its JSON pointer
 * @throws NS_E_BLOCK_INVALID when the schema itself is broken
 */
export function validateParams (owner: ParamsOwner, params: Schema): Record<string, unknown> {
  const effective = copy(owner.name, params)
  if (owner.paramsSchema === undefined) return effective
  const validate = checkSchema(owner.paramsSchema, `schema.json of ${owner.name}`)
  if (validate(effective)) return effective
  throw new NightshiftError('NS_E_PARAMS_INVALID', `the parameters of ${owner.name} are not valid: ${describeErrors(validate.errors)}`, {
    remedy: `correct them with --param or in the template; the schema of ${owner.name} says what is allowed`
  })
}

/**
 * Compiles a parameter schema.
 *
 * @param where named in errors
 * @throws NS_E_BLOCK_INVALID when it is no JSON Schema or larger than 256 KiB
 */
export function checkSchema (schema: Schema, where: string): ValidateFunction {
  const known = compiled.get(schema) ?? compile(schema, where)
  compiled.set(schema, known)
  return known
}

function compile (schema: Schema, where: string): ValidateFunction {
  const size = JSON.stringify(schema).length
  if (size > SCHEMA_BYTES) throw broken(where, `it has ${size} bytes, ${SCHEMA_BYTES} are allowed`)
  const { $schema } = schema
  const ajv = typeof $schema === 'string' && /2019-09|2020-12/.test($schema) ? new Ajv2020(OPTIONS) : new Ajv(OPTIONS)
  formats.default(ajv)
  try {
    // older drafts and private dialects are read as draft-07; their own meta-schema is not needed for that
    return ajv.compile(isReadable($schema) ? schema : { ...schema, $schema: undefined })
  } catch (error) {
    throw broken(where, errorMessage(error))
  }
}

function isReadable ($schema: unknown): boolean {
  return $schema === undefined || (typeof $schema === 'string' && /draft-07|2020-12/.test($schema))
}

function copy (name: string, params: Schema): Record<string, unknown> {
  const text = JSON.stringify(params)
  if (text.length > PARAMS_BYTES) {
    throw new NightshiftError('NS_E_PARAMS_INVALID', `the parameters of ${name} have ${text.length} bytes, ${PARAMS_BYTES} are allowed`, {
      remedy: 'put large data into the job\'s input instead'
    })
  }
  return JSON.parse(text) as Record<string, unknown>
}

function broken (where: string, problem: string): NightshiftError {
  return new NightshiftError('NS_E_BLOCK_INVALID', `${where} is not a usable JSON Schema: ${problem}`, {
    remedy: 'correct the schema (draft-07 or 2020-12)'
  })
}
