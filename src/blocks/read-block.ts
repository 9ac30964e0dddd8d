import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Block, BlockKind, FileRef, Manifest } from '../model/block.ts'
import { NightshiftError } from '../model/errors.ts'
import { checkExaminer } from '../model/examiner.ts'
import type { Template } from '../model/template.ts'
import { canonicalHash } from './canonical.ts'
import { hashFile, listBundle } from './files.ts'
import { readJsonObject } from './keys.ts'
import { readManifest } from './manifest.ts'
import { checkSchema } from './params.ts'
import { readTemplateIn } from './template.ts'

/** A block on disk, with its files at hand. */
export interface BlockFolder {
  readonly block: Block
  readonly dir: string
  /** of a private image; they never become part of the block */
  readonly credentials?: { readonly username: string, readonly token: string }
  /** template.json, when the block has one */
  readonly template?: Template
  /** The bytes of one file of the block. */
  readonly open: (file: FileRef) => AsyncIterable<Uint8Array>
  /** The path on this machine of one file of the block. */
  readonly hostPath: (file: FileRef) => string
}

/**
 * Reads and checks a block folder: manifest.json, optional schema.json and
 * template.json, and everything below app/, hashed.
 *
 * @param kind what the block must be; anything when left out
 * @throws NS_E_MANIFEST_MISSING, NS_E_MANIFEST_INVALID, NS_E_BLOCK_INVALID, NS_E_TEMPLATE_INVALID, NS_E_TOO_LARGE, NS_E_PATH_UNSAFE
 */
export async function readBlock (dir: string, kind?: BlockKind): Promise<BlockFolder> {
  const app = join(dir, 'app')
  const listing = await isFolder(app) ? await listBundle(app) : []
  const { manifest, credentials } = withoutToken(await readManifest(dir, { files: listing.map(({ path }) => path) }))
  if (kind !== undefined && manifest.type !== kind) {
    throw new NightshiftError('NS_E_BLOCK_INVALID', `${dir} is of type "${manifest.type}", but is used as ${kind}`, {
      remedy: `name a block of type "${kind}", or correct "type" in its manifest.json`
    })
  }
  const files: FileRef[] = []
  for (const file of listing) files.push(await hashFile(app, file))
  checkExaminer(manifest, files)
  const paramsSchema = await readSchema(dir)
  const template = await readTemplateIn(dir)
  const hostPath = (file: FileRef): string => join(app, ...file.path.split('/'))
  return {
    block: {
      manifest,
      files,
      hash: blockHash({ manifest, files, ...paramsSchema === undefined ? {} : { paramsSchema } }),
      ...paramsSchema === undefined ? {} : { paramsSchema }
    },
    dir,
    ...credentials === undefined ? {} : { credentials },
    ...template === undefined ? {} : { template },
    open: (file) => createReadStream(hostPath(file)),
    hostPath
  }
}

/** Takes the login of a private image out of a manifest: it is nobody's business but the coordinator's. */
export function withoutToken (manifest: Manifest): { readonly manifest: Manifest, readonly credentials?: { readonly username: string, readonly token: string } } {
  const { token, ...config } = manifest.platform_config
  if (token === undefined) return { manifest }
  return { manifest: { ...manifest, platform_config: config }, credentials: { username: config.username ?? '', token } }
}

/** The identity of a block: SHA-256 of the canonical JSON of its manifest, files and parameter schema. */
export function blockHash ({ manifest, files, paramsSchema }: Omit<Block, 'hash'>): string {
  return canonicalHash({ manifest, files, paramsSchema: paramsSchema ?? null })
}

async function isFolder (path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    // missing or unreadable: the manifest's entrypoint check says what is wrong
    return false
  }
}

async function readSchema (dir: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const path = join(dir, 'schema.json')
  const json = await readJsonObject(path, 'NS_E_BLOCK_INVALID')
  if (json === undefined) return undefined
  checkSchema(json.value, path)
  return json.value
}
