import type { InputFile, Task } from '../model/executor.ts'
import { NightshiftError } from '../model/errors.ts'
import { APP_DIR, SANDBOX_DIRS, pathProblem } from './runner/wire.ts'
import type { PlacedFile, TaskHeader } from './runner/wire.ts'

const MIB = 1024 * 1024

/** What every task sees alike on every machine, so that equal inputs give equal results. */
export const QUIET_ENV = {
  HOME: '/tmp',
  LANG: 'C.UTF-8',
  LC_ALL: 'C.UTF-8',
  PATH: '/usr/bin:/bin',
  PYTHONHASHSEED: '0',
  SOURCE_DATE_EPOCH: '0',
  TZ: 'UTC'
} as const

/**
 * What a runner must know about a task: environment, folders, files.
 * @throws NightshiftError NS_E_PATH_UNSAFE for a path that leaves its folder
 */
export function taskHeader (task: Task, withBundle: boolean, forget: readonly string[]): { header: TaskHeader, contents: readonly InputFile[] } {
  const inputDir = SANDBOX_DIRS[task.input.directory]
  const outputDir = SANDBOX_DIRS[task.output]
  const extra = Object.entries(task.extraFiles ?? {})
  const directories = [inputDir, outputDir, ...extra.map(([name]) => `/extra/${name}`)]
  const files = [
    ...task.input.files.map((file) => placed(inputDir, file)),
    ...extra.map(([name, file]) => placed(`/extra/${name}`, file))
  ]
  const env = {
    ...QUIET_ENV,
    ...task.env,
    [task.input.directory]: inputDir,
    [task.output]: outputDir,
    ...Object.fromEntries(extra.map(([name, file]) => [name, `/extra/${name}/${file.path}`]))
  }
  const { limits } = task
  return {
    header: {
      entrypoint: task.entrypoint,
      env,
      outputDir,
      directories,
      limits: { memoryBytes: limits.memoryMiB * MIB, outputBytes: limits.outputBytes, outputFiles: limits.outputFiles, logBytes: limits.logBytes },
      bundleKey: task.bundleKey,
      ...withBundle ? { bundle: task.bundle.map((file) => placed(APP_DIR, file)) } : {},
      files,
      ...forget.length > 0 ? { forget } : {}
    },
    contents: [...withBundle ? task.bundle : [], ...task.input.files, ...extra.map(([, file]) => file)]
  }
}

/** Bytes a task brings with it. */
export function inputBytes (task: Task): number {
  let bytes = 0
  for (const file of task.bundle) bytes += file.size
  for (const file of task.input.files) bytes += file.size
  for (const file of Object.values(task.extraFiles ?? {})) bytes += file.size
  return bytes
}

function placed (folder: string, file: InputFile): PlacedFile {
  const problem = pathProblem(file.path)
  if (problem !== undefined) throw new NightshiftError('NS_E_PATH_UNSAFE', `The input path ${JSON.stringify(file.path)} ${problem}.`)
  const { content } = file
  if (content instanceof Uint8Array && content.byteLength !== file.size) {
    throw new NightshiftError('NS_E_INTERNAL', `The input ${JSON.stringify(file.path)} has ${content.byteLength} bytes, ${file.size} were announced.`)
  }
  return [`${folder}/${file.path}`, file.size]
}
