import { randomUUID } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import type { Task } from '../../model/executor.ts'
import { NightshiftError } from '../../model/errors.ts'
import { statusOf } from './engine.ts'
import type { Engine } from './engine.ts'
import { isAlive } from './leftovers.ts'
import type { EngineImage } from './engine-images.ts'
import { SELF_TEST_PROGRAM, emptyRootFs, selfTestProgram } from './self-test-image.ts'

const REPOSITORY = 'localhost/nightshift/self-test'

/** Removes the images of self-tests whose node was killed in the middle. */
export async function removeLeftSelfTests (engine: Engine): Promise<void> {
  const images = await engine.api.listImages({ filters: JSON.stringify({ reference: [REPOSITORY] }) })
  for (const tag of images.flatMap(({ RepoTags }) => RepoTags ?? [])) {
    const mark = tag.slice(tag.lastIndexOf(':') + 1).split('.')[0] ?? ''
    if (!tag.includes('nightshift/self-test:') || isAlive(mark)) continue
    await removeImage(engine, tag)
  }
}

/** An image with nothing in it, made for one self-test of the process `mark`; the caller must remove it. */
export async function importEmptyImage (engine: Engine, mark: string): Promise<EngineImage & { readonly remove: () => Promise<void> }> {
  const reply = await engine.api.importImage(emptyRootFs() as unknown as NodeJS.ReadableStream, { repo: REPOSITORY, tag: `${mark}.${randomUUID()}` })
  const text = (await buffer(reply as Readable)).toString('utf8')
  const id = /sha256:[0-9a-f]{64}/.exec(text)?.[0]
  if (id === undefined) throw new NightshiftError('NS_E_PLATFORM', `the engine could not make the self-test's image: ${text.slice(0, 500)}`)
  return {
    id,
    volumes: [],
    remove: async () => { await removeImage(engine, id) }
  }
}

async function removeImage (engine: Engine, name: string): Promise<void> {
  try {
    await engine.api.getImage(name).remove({ force: true })
  } catch (error) {
    if (statusOf(error) !== 404) throw error
  }
}

/** The task of a self-test: copies its input with a program of its own, from an image that holds nothing. */
export function selfTestTask (input: Uint8Array): Task {
  const program = selfTestProgram()
  return {
    id: `self-test-${randomUUID()}`,
    kind: 'app',
    platform: 'docker',
    entrypoint: SELF_TEST_PROGRAM,
    bundle: [{ path: SELF_TEST_PROGRAM, size: program.byteLength, content: program }],
    bundleKey: 'self-test',
    input: { directory: 'TASK_DIR', files: [{ path: 'data.bin', size: input.byteLength, content: input }] },
    output: 'TASK_RESULTS_DIR',
    env: {},
    limits: { wallMs: 30_000, memoryMiB: 64, outputBytes: 1024 * 1024, outputFiles: 16, logBytes: 16 * 1024 }
  }
}

/** What the self-test's exit code says about this machine. */
export function selfTestHint (exitCode: number | undefined): string {
  switch (exitCode) {
    case 11: return ': the task\'s folder is not visible in the container; the engine must run on this machine and see the data folder'
    case 12: return ': the results folder cannot be written by the container\'s user; engines that remap users (userns-remap) are not supported'
    default: return ''
  }
}
