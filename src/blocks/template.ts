import { join } from 'node:path'
import { errorMessage, NightshiftError } from '../model/errors.ts'
import { TemplateSchema } from '../model/template.ts'
import type { Template } from '../model/template.ts'
import { canonicalKeys, isObject, numeric, readJsonObject, spellings } from './keys.ts'
import type { Json } from './keys.ts'
import { compileNoun, describeErrors } from './validation.ts'

const TOP = spellings(['id', 'description', 'app', 'partitioner', 'assembler', 'dataSource', 'dataDestination', 'params', 'default_params', 'config'], {
  name: 'id', template_id: 'id', default_parameters: 'default_params', parameters: 'params'
})
const ENDPOINT = spellings(['dataSourceDescriptor'], { descriptor: 'dataSourceDescriptor' })
const CONFIG = spellings(['taskTimeout', 'jobTimeout', 'retries', 'isTestJob'])
const BLOCKS = ['partitioner', 'app', 'assembler'] as const
const BLOCK_KEYS = spellings(BLOCKS)
const WRAPPER = spellings(['app_id', 'version', 'parameters'], { id: 'app_id', name: 'app_id', params: 'parameters' })

const validate = compileNoun(TemplateSchema)

/**
 * Reads a template file in any published spelling: `params`, or `default_params`
 * with `{app_id, version, parameters}` per block; numbers as text in `config`.
 *
 * @throws NS_E_TEMPLATE_INVALID
 */
export async function readTemplate (file: string): Promise<Template> {
  const json = await readJsonObject(file, 'NS_E_TEMPLATE_INVALID')
  if (json !== undefined) return normaliseTemplate(json.value, file)
  throw new NightshiftError('NS_E_TEMPLATE_INVALID', `there is no template file ${file}`, { remedy: 'check the path given with --template' })
}

/** The template of a block folder, when it has one. */
export async function readTemplateIn (dir: string): Promise<Template | undefined> {
  const file = join(dir, 'template.json')
  const json = await readJsonObject(file, 'NS_E_TEMPLATE_INVALID')
  return json === undefined ? undefined : normaliseTemplate(json.value, file)
}

/** The canonical template of what a file says. Throws NS_E_TEMPLATE_INVALID naming it. */
export function normaliseTemplate (raw: Json, file: string): Template {
  try {
    const { default_params: defaults, ...top } = canonicalKeys(raw, TOP)
    const wrapped = defaults === undefined ? {} : section(defaults, 'default_params', BLOCK_KEYS)
    const plain = top['params'] === undefined ? {} : section(top['params'], 'params', BLOCK_KEYS)
    // whatever is under a key that names no block stays there, to be refused with its name
    const params: Json = { ...wrapped, ...plain }
    for (const block of BLOCKS) {
      const { tag, parameters } = unwrap(wrapped[block])
      top[block] ??= tag
      if (top[block] === undefined) delete top[block]
      params[block] = plain[block] ?? parameters
    }
    const candidate: unknown = { ...top, ...endpoints(top), params, config: configOf(top['config']) }
    if (!validate(candidate)) throw new Error(describeErrors(validate.errors))
    return candidate as Template
  } catch (error) {
    throw new NightshiftError('NS_E_TEMPLATE_INVALID', `${file}: ${errorMessage(error)}`, {
      remedy: 'correct the template; `nightshift app new` makes a valid one to compare with'
    })
  }
}

/** `{app_id, version, parameters}` as tag and parameters; anything else is the parameters themselves. */
function unwrap (value: unknown): { tag: string | undefined, parameters: unknown } {
  if (!isObject(value)) return { tag: undefined, parameters: value ?? {} }
  const wrapper = canonicalKeys(value, WRAPPER)
  if (!isObject(wrapper['parameters'])) return { tag: undefined, parameters: value }
  const { app_id: id, version, parameters } = wrapper
  const versioned = typeof version === 'string' || typeof version === 'number'
  const tag = typeof id !== 'string' ? undefined : versioned ? `${id}@${version}` : id
  return { tag, parameters }
}

function endpoints (top: Json): Json {
  const result: Json = {}
  for (const key of ['dataSource', 'dataDestination']) {
    const value = top[key]
    if (typeof value === 'string') result[key] = { dataSourceDescriptor: value }
    else if (isObject(value)) result[key] = canonicalKeys(value, ENDPOINT)
  }
  return result
}

function configOf (value: unknown): Json {
  if (value === undefined || value === null) return {}
  const config = section(value, 'config', CONFIG)
  for (const key of ['taskTimeout', 'jobTimeout', 'retries']) {
    if (key in config) config[key] = numeric(config[key])
  }
  if (config['isTestJob'] === 'true' || config['isTestJob'] === 'false') config['isTestJob'] = config['isTestJob'] === 'true'
  return config
}

function section (value: unknown, key: string, known: ReadonlyMap<string, string>): Json {
  if (isObject(value)) return canonicalKeys(value, known)
  throw new Error(`/${key}: must be an object, but is ${JSON.stringify(value)}`)
}
