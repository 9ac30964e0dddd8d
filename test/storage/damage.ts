import { readFile, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { existsSync } from 'node:fs'

/** Damages one file in one of these folders of a data folder, in one of the ways disks and people do. */
export async function damage (dir: string, folders: readonly string[], random: () => number): Promise<string> {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const folder = pick(folders.filter(name => existsSync(join(dir, name))))
  const entries = await readdir(join(dir, folder), { withFileTypes: true })
  const name = pick(entries.filter(entry => entry.isFile() && !['LOCK', 'LOG', 'LOG.old'].includes(entry.name))).name
  const path = join(dir, folder, name)
  const { size } = await stat(path)
  const at = Math.floor(random() * size)
  const kind = pick(['flip', 'zero', 'truncate', 'delete', 'double', 'garbage', 'swap', 'cut'])
  const bytes = await readFile(path)
  if (kind === 'flip' && size > 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8))
  else if (kind === 'zero') bytes.fill(0, at, Math.min(size, at + 4096))
  else if (kind === 'garbage') for (let i = at; i < Math.min(size, at + 200); i++) bytes[i] = Math.floor(random() * 256)
  if (kind === 'truncate') await truncate(path, at)
  else if (kind === 'delete') await rm(path)
  else if (kind === 'double') await writeFile(path, Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - 500), at), bytes.subarray(at)]))
  else if (kind === 'swap' || kind === 'cut') await writeFile(path, withLines(bytes, random, kind))
  else await writeFile(path, bytes)
  return `${kind} at ${at} of ${folder}/${name} (${size} bytes)`
}

/** A text file with two neighbouring lines the other way round, or with one missing; a file of anything else with two pages so. */
function withLines (bytes: Buffer, random: () => number, kind: 'swap' | 'cut'): Buffer {
  const text = bytes.toString('latin1')
  const parts = text.startsWith('{"') ? text.split('\n') : text.match(/[^]{1,512}/g) ?? []
  const i = Math.floor(random() * Math.max(1, parts.length - 1))
  const [one = '', two = ''] = [parts[i], parts[i + 1]]
  parts.splice(i, 2, ...kind === 'swap' ? [two, one] : [two])
  return Buffer.from(parts.join(text.startsWith('{"') ? '\n' : ''), 'latin1')
}
