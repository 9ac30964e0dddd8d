import type { Static, TSchema } from '@sinclair/typebox'
import type { TypeCheck } from '@sinclair/typebox/compiler'

/** The value a text stands for, or in words what is wrong with it. */
export function parsed <T extends TSchema> (schema: TypeCheck<T>, text: string): Static<T> | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'its text is no JSON'
  }
  if (schema.Check(value)) return value
  const error = schema.Errors(value).First()
  return `${error?.path.slice(1).replaceAll('/', '.') ?? 'it'}: ${error?.message ?? 'malformed'}`
}
