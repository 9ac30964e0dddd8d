import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NO_CONTAINERS, containerExecutor } from '../composition/containers.ts'
import { containerOf } from '../coordinator/images.ts'
import { readHardware } from '../hardware/index.ts'
import { ImageLibrary } from '../images/index.ts'
import type { Block } from '../model/block.ts'
import { NightshiftError } from '../model/errors.ts'
import type { ContainerTask, Executor, TaskIo } from '../model/executor.ts'
import { imageArchitecture } from '../model/image.ts'
import { createLogger } from '../observe/logger.ts'
import { openBlobStore, openStore } from '../storage/index.ts'
import { bytes, say } from './output.ts'

/** Something to run one block with, and how to be done with it. */
export interface OpenExecutor {
  readonly executor: Executor
  readonly container?: ContainerTask
  readonly imagePart?: NonNullable<TaskIo['imagePart']>
  readonly close: () => Promise<void>
}

/**
 * An engine and the block's image on it, with no coordinator: from this
 * machine's engine, or from its registry.
 */
export async function openContainer (block: Block): Promise<OpenExecutor> {
  const { name, platform_config: { container } } = block.manifest
  if (container === undefined || container === '') throw new NightshiftError('NS_E_MANIFEST_INVALID', `${name} runs in a container but names no image`, { remedy: 'set platform_config.container in its manifest.json' })
  const dir = await mkdtemp(join(tmpdir(), 'nightshift-block-test-'))
  const hardware = await readHardware(dir)
  const log = createLogger('warn', {})
  const executor = containerExecutor({ ...NO_CONTAINERS, enabled: true }, { dataDir: dir, node: `block-test-${process.pid}`, slots: 1, cores: hardware.cores, gpus: hardware.gpus, log })
  const undo: (() => Promise<void>)[] = [async () => { await rm(dir, { recursive: true, force: true }) }, async () => { await executor.close() }]
  const close = async (): Promise<void> => { for (const step of undo.splice(0).reverse()) await step() }
  try {
    await executor.selfTest(AbortSignal.timeout(60_000))
    const blobs = await openBlobStore(join(dir, 'blobs'))
    undo.push(async () => { await blobs.close() })
    const store = await openStore(join(dir, 'state'))
    undo.push(async () => { await store.close() })
    const { maxBytes, quotaBytes } = NO_CONTAINERS.rules
    const library = new ImageLibrary({
      blobs, store, maxBytes, quotaBytes, architecture: imageArchitecture(), needed: () => new Set(), now: () => Date.now(), log: say,
      local: async reference => await executor.localImage(reference)
    })
    let told = 0
    const image = await library.ensure(container, {
      signal: new AbortController().signal,
      onProgress: (done, total) => {
        const percent = Math.floor(100 * done / total)
        if (percent >= told + 10) say(`image ${container}: ${told = percent} % of ${bytes(total)}`)
      }
    })
    const task = containerOf(block, { [block.hash]: image }).container
    return { executor, ...task === undefined ? {} : { container: task }, imagePart: part => Promise.resolve(library.part(part)), close }
  } catch (error) {
    await close()
    throw error
  }
}
