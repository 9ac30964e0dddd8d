import type { Block } from '../model/block.ts'
import { NightshiftError } from '../model/errors.ts'
import type { ContainerTask } from '../model/executor.ts'
import type { Image } from '../model/image.ts'
import type { JobSpec } from '../model/job.ts'
import { jobEnded } from '../lifecycle/job.ts'
import type { Services } from './services.ts'
import type { CoordinatorState } from './state.ts'

/** Bringing an image here may take this long while a job is submitted, milliseconds. */
const PULL_MS = 30 * 60_000

/**
 * Brings every image a job needs here and pins it to its content, by block hash.
 * @throws NS_E_IMAGE, NS_E_UNREACHABLE, NS_E_MANIFEST_INVALID for a container block without an image
 */
export async function resolveImages (services: Services, spec: JobSpec): Promise<JobSpec['images']> {
  const blocks = [spec.app, ...[spec.partitioner, spec.assembler].flatMap(choice => 'block' in choice ? [choice.block] : [])].filter(block => block.manifest.platform === 'docker')
  if (blocks.length === 0) return undefined
  const images: Record<string, Image> = {}
  for (const block of blocks) {
    const { name, version, platform_config: { container, private_image: isPrivate } } = block.manifest
    if (container === undefined || container === '') {
      throw new NightshiftError('NS_E_MANIFEST_INVALID', `${name}@${version} runs in a container but names no image`, { remedy: 'set platform_config.container in its manifest.json' })
    }
    const credentials = isPrivate === true ? await services.credentials.get(block.hash) : undefined
    images[block.hash] ??= await services.images.ensure(container, { credentials, signal: AbortSignal.timeout(PULL_MS) })
  }
  return images
}

/** What a block asks of its container, for a task; empty for blocks of other platforms. */
export function containerOf (block: Block, images: JobSpec['images']): { container?: ContainerTask } {
  const { manifest, hash } = block
  if (manifest.platform !== 'docker') return {}
  const image = images?.[hash]
  if (image === undefined) throw new NightshiftError('NS_E_INTERNAL', `no image was resolved for ${manifest.name}`)
  const { min_cpu: cores, gpu } = manifest.device_requirements
  const { network, runtime } = manifest.platform_config
  return {
    container: {
      image,
      network: network ?? 'none',
      ...runtime === undefined || runtime === '' ? {} : { runtime },
      gpus: gpu ?? [],
      ...cores === undefined || cores === 0 ? {} : { cores }
    }
  }
}

/** Names of the images that jobs in progress need. */
export function imagesInUse (state: CoordinatorState): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { record } of state.jobs.values()) {
    if (jobEnded(record.state)) continue
    for (const image of Object.values(record.spec.images ?? {})) names.add(image.reference)
  }
  return names
}
