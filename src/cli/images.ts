import { createReadStream } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { NightshiftError, errorMessage } from '../model/errors.ts'
import { connect } from './connect.ts'
import { pullImage } from './image-pull.ts'
import type { ImageView } from './image-pull.ts'
import { bytes, print, printJson, printRows } from './output.ts'
import type { Format } from './output.ts'

interface Common { readonly data?: string, readonly output: Format }

export async function list (command: Common): Promise<number> {
  const { images } = await (await connect(command.data)).get<{ images: readonly ImageView[] }>('/v1/images')
  printRows(command.output, 'images', images, {
    image: row => row.name,
    id: row => row.id.slice(7, 19),
    size: row => bytes(row.bytes),
    architecture: row => row.architecture,
    from: row => row.origin ?? ''
  })
  return 0
}

export async function importImage (file: string, command: Common & { readonly name?: string }): Promise<number> {
  const client = await connect(command.data)
  const data = file === '-' ? process.stdin : createReadStream(await readable(file))
  const query = command.name === undefined ? '' : `?name=${encodeURIComponent(command.name)}`
  const image = await client.putStream<ImageView>(`/v1/images${query}`, data)
  if (command.output === 'json') printJson(image)
  else print(`${image.name} is here: ${bytes(image.bytes)} in ${image.layers} layer${image.layers === 1 ? '' : 's'}, ${image.id}`)
  return 0
}

export async function exportImage (name: string, command: Common & { readonly out: string }): Promise<number> {
  const client = await connect(command.data)
  const data = await client.stream(`/v1/images/archive?name=${encodeURIComponent(name)}`)
  if (command.out === '-') {
    await pipeline(data, process.stdout)
    return 0
  }
  const part = `${command.out}.part`
  try {
    const file = await open(part, 'w')
    await pipeline(data, file.createWriteStream())
    await rename(part, command.out)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
  const { size } = await stat(command.out)
  if (command.output === 'json') printJson({ name, out: command.out, bytes: size })
  else print(`${name} is in ${command.out} (${bytes(size)}): "docker load", "podman load" and "nightshift image import" take it`)
  return 0
}

export async function pull (name: string, command: Common): Promise<number> {
  const image = await pullImage(await connect(command.data), name, new AbortController().signal)
  if (command.output === 'json') printJson(image)
  else print(`${image.name} is here: ${bytes(image.bytes)}, ${image.id}`)
  return 0
}

export async function remove (name: string, command: Common): Promise<number> {
  const client = await connect(command.data)
  await client.delete(`/v1/images?name=${encodeURIComponent(name)}`)
  if (command.output === 'json') printJson({ removed: name })
  else print(`${name} is removed`)
  return 0
}

async function readable (file: string): Promise<string> {
  try {
    await stat(file)
    return file
  } catch (error) {
    throw new NightshiftError('NS_E_INPUT_UNREADABLE', `cannot read ${file}: ${errorMessage(error)}`, { remedy: 'make the archive with "docker save NAME > FILE"' })
  }
}
