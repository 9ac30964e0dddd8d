import { join } from 'node:path'
import { ManifestSchema } from '../model/block.ts'
import type { Manifest } from '../model/block.ts'
import { errorMessage, NightshiftError } from '../model/errors.ts'
import { canonicalKeys, isObject, numeric, readJsonObject, spellings } from './keys.ts'
import type { Json } from './keys.ts'
import { compileNoun, describeErrors } from './validation.ts'

const TOP = spellings(Object.keys(ManifestSchema.properties), { id: 'name', kind: 'type', config: 'platform_config', requirements: 'device_requirements' })
const PLATFORM_CONFIG = spellings(Object.keys(ManifestSchema.properties.platform_config.properties), { image: 'container', container_image: 'container' })
const DEVICE = spellings(Object.keys(ManifestSchema.properties.device_requirements.properties), {
  cpu: 'min_cpu', cpus: 'min_cpu', min_cpus: 'min_cpu', min_cores: 'min_cpu',
  memory: 'min_memory', min_ram: 'min_memory', disk: 'min_disk', gpus: 'gpu', min_gpu: 'gpu'
})

const validate = compileNoun(ManifestSchema)

/** What of a block's folder is needed to fill in what a manifest leaves out. */
export interface AppFolder {
  /** files below `app/`, relative to it */
  readonly files: readonly string[]
}

/**
 * Reads manifest.json of a block folder in any published spelling: keys in any
 * case, snake_case or camelCase, `id` for `name`, `image` for `container`,
 * container and device requirements at the top level, numbers as text.
 *
 * @throws NS_E_MANIFEST_MISSING, NS_E_MANIFEST_INVALID
 */
export async function readManifest (dir: string, app: AppFolder): Promise<Manifest> {
  const path = join(dir, 'manifest.json')
  const json = await readJsonObject(path, 'NS_E_MANIFEST_INVALID')
  if (json === undefined) {
    throw new NightshiftError('NS_E_MANIFEST_MISSING', `there is no manifest.json in ${dir}`, {
      remedy: 'name the folder that holds manifest.json and app/, or make one with `nightshift app new`'
    })
  }
  return normaliseManifest(json.value, json.text, app, path)
}

/**
 * The canonical manifest of what manifest.json says.
 *
 * @param text the file as written: JSON numbers lose the zero of `1.0`
 * @param path named in errors
 */
export function normaliseManifest (raw: Json, text: string, app: AppFolder, path: string): Manifest {
  try {
    const manifest = gather(raw, text)
    const entrypoint = entrypointOf(manifest['entrypoint'], app)
    const platform = platformOf(manifest['platform'], manifest['platform_config'] as Json, entrypoint)
    const candidate: unknown = { ...manifest, entrypoint, platform }
    if (!validate(candidate)) throw new Error(describeErrors(validate.errors))
    return candidate as Manifest
  } catch (error) {
    throw new NightshiftError('NS_E_MANIFEST_INVALID', `${path}: ${errorMessage(error)}`, {
      remedy: 'correct manifest.json; `nightshift app new` makes a valid one to compare with'
    })
  }
}

/** One spelling, nested where it belongs, numbers as numbers. */
function gather (raw: Json, text: string): Json {
  const top = canonicalKeys(raw, TOP)
  const config = nested(top, 'platform_config', PLATFORM_CONFIG)
  const device = nested(top, 'device_requirements', DEVICE)
  if ('version' in top) top['version'] = versionOf(top['version'], text)
  if (typeof top['type'] === 'string') top['type'] = kindOf(top['type'])
  if (typeof top['determinism'] === 'string') top['determinism'] = top['determinism'].trim().toLowerCase().replace(/_/g, '-')
  for (const key of ['comparator', 'checker']) if (typeof top[key] === 'string') top[key] = relative(top[key])
  for (const key of ['min_cpu', 'min_memory', 'min_disk']) {
    if (key in device) device[key] = numeric(device[key])
  }
  if (typeof device['gpu'] === 'string') device['gpu'] = device['gpu'] === '' ? [] : [device['gpu']]
  return { ...withoutNull(top), platform_config: withoutNull(config), device_requirements: withoutNull(device) }
}

/** The section under `key`, joined by its known keys that were written at the top level. */
function nested (top: Json, key: string, known: ReadonlyMap<string, string>): Json {
  const section = top[key] ?? {}
  if (!isObject(section)) throw new Error(`/${key}: must be an object, but is ${JSON.stringify(section)}`)
  const result = canonicalKeys(section, known)
  const keys = new Set(known.values())
  for (const [spelling, value] of Object.entries(canonicalKeys(top, known))) {
    if (!keys.has(spelling) || spelling in result) continue
    result[spelling] = value
    for (const original of Object.keys(top)) {
      if (Object.keys(canonicalKeys({ [original]: 0 }, known))[0] === spelling) delete top[original]
    }
  }
  return result
}

function withoutNull (value: Json): Json {
  return Object.fromEntries(Object.entries(value).filter(([, content]) => content !== null))
}

function versionOf (value: unknown, text: string): unknown {
  if (typeof value !== 'number') return typeof value === 'string' ? value.trim() : value
  const written = /"version"\s*:\s*(\d+(?:\.\d+)?)\s*[,}]/i.exec(text)?.[1]
  const digits = written !== undefined && Number(written) === value ? written : String(value)
  return digits.includes('.') ? digits : `${digits}.0`
}

const KINDS: Readonly<Record<string, string>> = {
  partitioning_engine: 'partitioner', partitioning: 'partitioner', assembling_engine: 'assembler', assembling: 'assembler'
}

function kindOf (value: string): string {
  const kind = value.trim().toLowerCase().replace(/[ -]/g, '_')
  return KINDS[kind] ?? kind
}

function entrypointOf (value: unknown, { files }: AppFolder): unknown {
  if (value === undefined || value === null || value === '') return defaultEntrypoint(files)
  if (typeof value !== 'string') return value
  const path = value.trim().replace(/^(\.\/)+/, '')
  const entry = files.includes(path) ? path : relative(path)
  if (files.includes(entry)) return entry
  throw new Error(`/entrypoint: "${value}" is not a file of the app folder, which holds ${files.length === 0 ? 'nothing' : files.slice(0, 10).join(', ')}`)
}

/** A script as the app folder names it. */
function relative (path: string): string {
  return path.trim().replace(/^(\.\/)+/, '').replace(/^app\//, '')
}

function defaultEntrypoint (files: readonly string[]): string {
  const candidates = files.filter((file) => /^main\.[^./]+$/.test(file))
  const [only] = candidates
  if (only !== undefined && candidates.length === 1) return only
  throw new Error(`/entrypoint: is missing, and app/ holds ${candidates.length === 0 ? 'no main.* file' : candidates.join(' and ')} to choose from`)
}

function platformOf (value: unknown, config: Json, entrypoint: unknown): unknown {
  if (typeof value === 'string' && value.trim() !== '') return value.trim().toLowerCase().replace(/_/g, '-')
  if (value !== undefined && value !== null && value !== '') return value
  if (typeof config['container'] === 'string' && config['container'] !== '') return 'docker'
  if (typeof entrypoint === 'string' && entrypoint.endsWith('.wasm')) return 'wasm'
  throw new Error('/platform: is missing; it must be one of "docker", "wasm", "python-wasm"')
}
