import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { BLOCK_NAME_PATTERN, PLATFORMS } from '../model/block.ts'
import type { BlockKind, Platform } from '../model/block.ts'
import { NightshiftError } from '../model/errors.ts'
import { EXAMPLE, SKELETONS } from './skeletons.ts'

export interface ScaffoldOptions {
  readonly name: string
  /** `python-wasm` by default; `docker` runs the same script in a stock python image */
  readonly platform?: Platform
}

/**
 * Writes a new block that runs unchanged into `dir`: manifest.json, schema.json
 * with one parameter, app/main.py, README.md, and for an app an example chunk and template.json.
 *
 * @returns the paths written, relative to `dir`
 * @throws NS_E_USAGE when the folder is not empty, the name is not one, or the platform cannot run Python
 */
export async function scaffoldBlock (kind: BlockKind, dir: string, options: ScaffoldOptions): Promise<readonly string[]> {
  const platform = options.platform ?? 'python-wasm'
  checkOptions(options.name, platform)
  await checkEmpty(dir)
  const files = filesOf(kind, options.name, platform)
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(dir, dirname(path)), { recursive: true })
    await writeFile(join(dir, path), text, { flag: 'wx' })
  }
  return Object.keys(files)
}

function checkOptions (name: string, platform: Platform): void {
  if (!new RegExp(BLOCK_NAME_PATTERN).test(name)) {
    throw new NightshiftError('NS_E_USAGE', `"${name}" is not a name of a block`, { remedy: 'use letters, digits, "-" and "_", at most 64' })
  }
  if (platform !== 'python-wasm' && platform !== 'docker') {
    throw new NightshiftError('NS_E_USAGE', `new blocks are made for "python-wasm" or "docker", not for "${String(platform)}" (platforms are ${PLATFORMS.join(', ')})`, {
      remedy: 'a wasm block is a folder with app/main.wasm, compiled for WASI preview 1, and a manifest.json of platform "wasm"'
    })
  }
}

async function checkEmpty (dir: string): Promise<void> {
  try {
    if ((await readdir(dir)).length === 0) return
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
  }
  throw new NightshiftError('NS_E_USAGE', `${dir} exists already; nothing was written`, { remedy: 'choose another name, or remove it first' })
}

function filesOf (kind: BlockKind, name: string, platform: Platform): Record<string, string> {
  const { description, parameter, script, readme } = SKELETONS[kind]
  const files: Record<string, string> = {
    'manifest.json': json({
      name,
      version: '0.1',
      type: kind,
      description,
      entrypoint: 'main.py',
      platform,
      platform_config: platform === 'docker' ? { container: 'python:3.13-slim', allow_wasm: true } : {},
      device_requirements: { min_cpu: 1, min_memory: 0.5 },
      ...kind === 'app' ? { determinism: 'bitwise' } : {}
    }),
    'schema.json': json({
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: parameter,
      additionalProperties: false
    }),
    'app/main.py': script,
    'README.md': readme(name)
  }
  if (kind === 'app') {
    files['example/data.bin'] = EXAMPLE
    files['template.json'] = json({
      id: `${name}-template`,
      description: `Runs ${name} on every 1000 lines of a text`,
      app: name,
      partitioner: 'lines',
      assembler: 'passthrough',
      params: { partitioner: { count: 1000 }, app: {}, assembler: {} }
    })
  }
  return files
}

function json (value: unknown): string {
  return JSON.stringify(value, undefined, 2) + '\n'
}
