import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { pipe } from 'it-pipe'
import type { ApiClient } from '../api/client.ts'
import { readBlock, readTemplate } from '../blocks/index.ts'
import type { BlockFolder } from '../blocks/index.ts'
import { builtinEngines } from '../engines/index.ts'
import type { BlockKind, FileRef } from '../model/block.ts'
import type { SourceFile } from '../model/engine.ts'
import { NightshiftError } from '../model/errors.ts'
import type { Template } from '../model/template.ts'
import { fileSource } from '../sources/index.ts'
import { sha256Of } from './hash.ts'
import { pullImage } from './image-pull.ts'

export interface JobRunOptions {
  readonly app?: string
  readonly partitioner?: string
  readonly assembler?: string
  readonly template?: string
  readonly input?: string
  readonly param?: readonly string[]
  readonly name?: string
  readonly replicas?: number
  readonly retries?: number
  readonly taskTimeout?: number
  readonly jobTimeout?: number
  readonly budget?: string
  readonly maxPrice?: string
  readonly estimate?: number
  readonly allowWasm?: boolean
  readonly allowPartial?: boolean
}

type Params = Record<'partitioner' | 'app' | 'assembler', Record<string, unknown>>

/** What a submission is made of, read and checked on this side before anything is sent. */
export interface PreparedJob {
  readonly template: Template | undefined
  readonly app: string | BlockFolder
  readonly partitioner: string | BlockFolder
  readonly assembler: string | BlockFolder
  readonly params: Params
  readonly options: JobRunOptions
}

/** Reads template, blocks and parameters. Throws the error of whatever is wrong with them. */
export async function prepareJob (options: JobRunOptions): Promise<PreparedJob> {
  const named = options.template === undefined ? undefined : await readTemplate(options.template)
  const appName = options.app ?? named?.app
  if (appName === undefined) throw new NightshiftError('NS_E_USAGE', 'which app is to run?', { remedy: 'name it with --app DIR or --app TAG, or a template with --template FILE' })
  const app = await blockOrTag(appName, 'app')
  const template = named ?? (typeof app === 'string' ? undefined : app.template)
  return {
    template,
    app,
    partitioner: await blockOrTag(options.partitioner ?? template?.partitioner ?? 'passthrough', 'partitioner'),
    assembler: await blockOrTag(options.assembler ?? template?.assembler ?? 'passthrough', 'assembler'),
    params: mergeParams(template, options.param ?? []),
    options
  }
}

/** A folder where one is named, else the name of a pushed block or built-in engine. */
async function blockOrTag (name: string, kind: BlockKind): Promise<string | BlockFolder> {
  if (kind !== 'app' && builtinEngines[kind](name) !== undefined) return name
  const folder = await stat(name).then(found => found.isDirectory(), () => false)
  if (folder) return await readBlock(name, kind)
  if (/[/\\]/.test(name) || name.startsWith('.')) {
    throw new NightshiftError('NS_E_INPUT_UNREADABLE', `there is no folder ${name}`, { remedy: `name the folder of a block of type "${kind}", or its tag` })
  }
  return name
}

/** `app.key=value`, with dots for nested keys; values are JSON where they parse as such, else text. */
function mergeParams (template: Template | undefined, given: readonly string[]): Params {
  const params = structuredClone<Params>({ partitioner: {}, app: {}, assembler: {}, ...template?.params })
  for (const text of given) {
    const match = /^(partitioner|app|assembler)\.([^=]+)=(.*)$/s.exec(text)
    if (match === null) {
      throw new NightshiftError('NS_E_USAGE', `"${text}" is not a parameter`, { remedy: 'write app.key=value, partitioner.key=value or assembler.key=value' })
    }
    const [, owner = 'app', path = '', value = ''] = match
    assign(params[owner as keyof Params], path.split('.'), parseValue(value))
  }
  return params
}

function assign (target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path
  if (['__proto__', 'constructor', 'prototype', ''].includes(key)) throw new NightshiftError('NS_E_USAGE', `"${path.join('.')}" is not a parameter's name`)
  if (rest.length === 0) {
    target[key] = value
    return
  }
  const inner = target[key]
  const next = typeof inner === 'object' && inner !== null ? inner as Record<string, unknown> : {}
  target[key] = next
  assign(next, rest, value)
}

function parseValue (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Uploads what the coordinator lacks and returns the request to submit. */
export async function uploadJob (client: ApiClient, job: PreparedJob, signal: AbortSignal): Promise<object> {
  const { options, template } = job
  for (const name of publicImages(job)) await pullImage(client, name, signal)
  const source = options.input === undefined ? [] : await uploadSource(client, options.input, signal)
  const config = {
    ...pick(template?.config ?? {}, ['taskTimeout', 'jobTimeout', 'retries', 'isTestJob']),
    ...pick(options, ['replicas', 'retries', 'taskTimeout', 'jobTimeout', 'budget', 'maxPrice', 'estimate', 'allowWasm', 'allowPartial'])
  }
  return {
    name: options.name ?? (options.template === undefined ? undefined : template?.id) ?? nameOf(job),
    app: await pushed(client, job.app, signal),
    partitioner: await pushed(client, job.partitioner, signal),
    assembler: await pushed(client, job.assembler, signal),
    params: job.params,
    source,
    config
  }
}

/** Images a job's folders name that need no login: they are fetched before the job is sent, where progress can be shown. */
function publicImages ({ app, partitioner, assembler, options }: PreparedJob): ReadonlySet<string> {
  const names = [app, partitioner, assembler].flatMap(block => {
    if (typeof block === 'string' || block.block.manifest.platform !== 'docker') return []
    const { container, private_image: isPrivate, allow_wasm: allowWasm } = block.block.manifest.platform_config
    return container === undefined || isPrivate === true || allowWasm === true || options.allowWasm === true ? [] : [container]
  })
  return new Set(names)
}

function nameOf ({ app, options }: PreparedJob): string {
  const what = typeof app === 'string' ? app : app.block.manifest.name
  return options.input === undefined || options.input === '-' ? what : `${what} on ${basename(options.input)}`
}

function pick (from: object, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(from).filter(([key, value]) => keys.includes(key) && value !== undefined))
}

async function pushed (client: ApiClient, block: string | BlockFolder, signal: AbortSignal): Promise<string> {
  if (typeof block === 'string') return block
  return `sha256:${(await pushBlock(client, block, false, signal)).hash}`
}

/** Uploads a block's files and the block; `register` gives it its tag. */
export async function pushBlock (client: ApiClient, folder: BlockFolder, register: boolean, signal: AbortSignal): Promise<{ readonly hash: string, readonly tag: string }> {
  const { manifest, files, paramsSchema } = folder.block
  const { credentials } = folder
  for (const file of files) if (!await client.hasBlob(file.sha256)) await client.upload(folder.open(file), signal)
  return await client.post('/v1/blocks', { manifest, files, ...(paramsSchema === undefined ? {} : { paramsSchema }), register, ...(credentials === undefined ? {} : { credentials }) })
}

async function uploadSource (client: ApiClient, input: string, signal: AbortSignal): Promise<readonly FileRef[]> {
  const source = await fileSource(input, { signal })
  try {
    const refs: FileRef[] = []
    for (const file of source.files) refs.push(await uploadFile(client, file, signal))
    return refs
  } finally {
    await source.close()
  }
}

async function uploadFile (client: ApiClient, file: SourceFile, signal: AbortSignal): Promise<FileRef> {
  const sha256 = await pipe(file.open(), sha256Of)
  if (await client.hasBlob(sha256)) return { path: file.path, size: file.size, sha256 }
  return { path: file.path, ...await client.upload(file.open(), signal) }
}
