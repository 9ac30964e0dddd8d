import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Task } from '../../model/executor.ts'
import { APP_DIR, SANDBOX_DIRS } from '../runner/wire.ts'
import { extraFolders, quietEnv } from '../task-header.ts'
import type { Mount } from './container-spec.ts'
import type { ResultArea, ResultAreas } from './result-area.ts'
import { placeFiles } from './scratch.ts'
import type { AppFolders } from './scratch.ts'

/** A task's folders on the host, as it will see them. */
export interface TaskFolders {
  readonly area: ResultArea
  readonly mounts: readonly Mount[]
  readonly env: Readonly<Record<string, string>>
  /** Removes all of them. */
  remove: () => Promise<void>
}

export interface FolderServices {
  /** folder for what single tasks are given */
  readonly inputs: string
  readonly apps: AppFolders
  readonly areas: ResultAreas
}

/** Lays out what contract.md promises: app, input and extra files read-only, one folder to write. */
export async function taskFolders (task: Task, { inputs, apps, areas }: FolderServices): Promise<TaskFolders> {
  const dir = join(inputs, randomUUID())
  const undo: (() => Promise<void>)[] = [async () => { await rm(dir, { recursive: true, force: true }) }]
  const remove = async (): Promise<void> => {
    const results = await Promise.allSettled(undo.splice(0).map(async step => { await step() }))
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }
  try {
    const app = await apps.enter(task.bundleKey, task.bundle)
    undo.push(async () => { await apps.leave(task.bundleKey) })
    const area = await areas.take({ bytes: task.limits.outputBytes, files: task.limits.outputFiles })
    undo.push(async () => { await areas.give(area) })
    await mkdir(dir, { recursive: true, mode: 0o711 })
    await placeFiles(join(dir, 'input'), task.input.files, { share: true })
    const inputDir = SANDBOX_DIRS[task.input.directory]
    const outputDir = SANDBOX_DIRS[task.output]
    const extra = extraFolders(task)
    for (const { name, files } of extra) await placeFiles(join(dir, name), files, { share: true })
    return {
      area,
      mounts: [
        { host: app, target: APP_DIR, writable: false },
        { host: join(dir, 'input'), target: inputDir, writable: false },
        { host: area.path, target: outputDir, writable: true },
        ...extra.map(({ name, target }) => ({ host: join(dir, name), target, writable: false }))
      ],
      env: {
        USER_CACHE_DIR: '/cache/user',
        SHARED_CACHE_DIR: '/cache/shared',
        ...quietEnv(task),
        [task.input.directory]: inputDir,
        [task.output]: outputDir,
        ...Object.fromEntries(extra.map(({ name, value }) => [name, value]))
      },
      remove
    }
  } catch (error) {
    await remove()
    throw error
  }
}
