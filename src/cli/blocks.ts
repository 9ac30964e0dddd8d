import { basename, resolve } from 'node:path'
import { readBlock, scaffoldBlock } from '../blocks/index.ts'
import type { Block, BlockKind, Platform } from '../model/block.ts'
import { NightshiftError } from '../model/errors.ts'
import { connect } from './connect.ts'
import { pushBlock } from './job-request.ts'
import { print, printJson, printRows, say } from './output.ts'
import type { Format } from './output.ts'
import { selfTest } from './self-test.ts'

interface Common { readonly data?: string, readonly output: Format }
interface ListedBlock { readonly tag: string, readonly kind: BlockKind, readonly platform: string, readonly active: boolean, readonly description: string }
interface ListedEngine { readonly kind: BlockKind, readonly name: string, readonly summary: string, readonly help: string }

/** `app` commands speak of apps, `engine` commands of partitioners and assemblers. */
export type Noun = 'app' | 'engine'

function belongs (noun: Noun, kind: BlockKind): boolean {
  return (kind === 'app') === (noun === 'app')
}

export async function create (noun: Noun, dir: string, command: { readonly type?: 'partitioner' | 'assembler', readonly platform: Platform, readonly output: Format }): Promise<number> {
  const kind = noun === 'app' ? 'app' : command.type
  if (kind === undefined) throw new NightshiftError('NS_E_USAGE', 'which kind of engine?', { remedy: 'add --type partitioner or --type assembler' })
  const name = basename(resolve(dir))
  const files = await scaffoldBlock(kind, dir, { name, platform: command.platform })
  if (command.output === 'json') printJson({ name, dir, files })
  else {
    print(`made ${dir}:`)
    for (const file of files) print(`  ${file}`)
    if (kind === 'app') print(`next: nightshift app test ${dir} --input FILE`)
  }
  return 0
}

export async function validate (noun: Noun, dir: string, command: Common): Promise<number> {
  const { block } = await read(noun, dir)
  const { name, version, type, platform, entrypoint } = block.manifest
  if (command.output === 'json') printJson(block)
  else print(`${name}@${version} is a valid ${type}: ${entrypoint} on ${platform}, ${block.files.length} file${block.files.length === 1 ? '' : 's'}`)
  return 0
}

async function read (noun: Noun, dir: string) {
  const folder = await readBlock(dir)
  const { type } = folder.block.manifest
  if (!belongs(noun, type)) throw new NightshiftError('NS_E_BLOCK_INVALID', `${dir} is of type "${type}"`, { remedy: `use "nightshift ${type === 'app' ? 'app' : 'engine'} …"` })
  return folder
}

export async function push (noun: Noun, dir: string, command: Common & { readonly selfTest?: boolean }): Promise<number> {
  const folder = await read(noun, dir)
  const { signal } = new AbortController()
  const client = await connect(command.data)
  if (noun === 'app' && command.selfTest !== false) await selfTest(folder, signal)
  else if (noun === 'app') say('pushed without a try: if its results are not what its determinism promises, jobs will find out')
  const { tag, hash } = await pushBlock(client, folder, true, signal)
  if (command.output === 'json') printJson({ tag, hash })
  else print(`pushed ${tag}; jobs may use it by that name`)
  return 0
}

export async function list (noun: Noun, command: Common): Promise<number> {
  const client = await connect(command.data)
  const { blocks } = await client.get<{ blocks: ListedBlock[] }>('/v1/blocks')
  const builtin = noun === 'app' ? [] : (await client.get<{ engines: ListedEngine[] }>('/v1/engines')).engines
  const rows = [
    ...blocks.filter(block => belongs(noun, block.kind)),
    ...builtin.map(({ name, kind, summary }) => ({ tag: name, kind, platform: 'built in', active: true, description: summary }))
  ]
  printRows(command.output, noun === 'app' ? 'apps' : 'engines', rows, {
    tag: row => row.tag, kind: row => row.kind, platform: row => row.platform, state: row => row.active ? 'active' : 'inactive', description: row => row.description.slice(0, 80)
  })
  return 0
}

export async function get (noun: Noun, tag: string, command: Common): Promise<number> {
  const engines = noun === 'app' ? [] : (await import('../engines/index.ts')).builtinEngines.get(tag)
  if (engines.length > 0) {
    if (command.output === 'json') printJson(engines.map(({ kind, name, summary, help, paramsSchema }) => ({ kind, name, summary, help, paramsSchema })))
    else for (const engine of engines) print(`${engine.name} (${engine.kind}, built in): ${engine.summary}\n\n${engine.help}\n`)
    return 0
  }
  const found = await (await connect(command.data)).get<{ tag: string, active: boolean, block: Block }>(`/v1/blocks/${encodeURIComponent(tag)}`)
  if (command.output === 'json') {
    printJson(found)
    return 0
  }
  const { manifest, files, hash } = found.block
  print(`${found.tag} (${manifest.type}, ${found.active ? 'active' : 'inactive'}): ${manifest.description}`)
  print(`  runs ${manifest.entrypoint} on ${manifest.platform}; ${files.length} files; sha256:${hash}`)
  return 0
}

export async function setActive (active: boolean, tag: string, command: Common): Promise<number> {
  const changed = await (await connect(command.data)).post<{ tag: string, active: boolean }>(`/v1/blocks/${encodeURIComponent(tag)}/${active ? 'activate' : 'deactivate'}`)
  if (command.output === 'json') printJson(changed)
  else print(`${changed.tag} is ${changed.active ? 'active' : 'inactive'}`)
  return 0
}
