import type { InputFile, Task } from '../model/executor.ts'
import { NightshiftError } from '../model/errors.ts'
import { APP_DIR, SANDBOX_DIRS, pathProblem } from './runner/wire.ts'
import type { PlacedFile, TaskHeader } from './runner/wire.ts'

const MIB = 1024 * 1024

/** What every task sees alike on every machine, so that equal inputs give equal results. */
const QUIET_ENV = {
  HOME: '/tmp',
  HOSTNAME: 'nightshift',
  LANG: 'C.UTF-8',
  LC_ALL: 'C.UTF-8',
  PYTHONHASHSEED: '0',
  SOURCE_DATE_EPOCH: '0',
  TZ: 'UTC'
} as const

/** Where the libraries that split their sums among threads read how many: sums of floats depend on it. */
const THREADS = [
  'OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS', 'BLIS_NUM_THREADS', 'VECLIB_MAXIMUM_THREADS', 'NUMEXPR_NUM_THREADS',
  'JULIA_NUM_THREADS', 'RAYON_NUM_THREADS', 'GOMAXPROCS', 'PYTHON_CPU_COUNT'
] as const

/** The environment of a task but for its folders. Threads are as many as the app asked cores for, not as many as this machine has. */
export function quietEnv ({ env, container }: Pick<Task, 'env' | 'container'>): Record<string, string> {
  const threads = String(Math.max(1, Math.floor(container?.cores ?? 1)))
  return { ...QUIET_ENV, ...Object.fromEntries(THREADS.map(name => [name, threads])), ...env }
}

/**
 * What a runner must know about a task: environment, folders, files.
 * @throws NightshiftError NS_E_PATH_UNSAFE for a path that leaves its folder
 */
export function taskHeader (task: Task, withBundle: boolean, forget: readonly string[]): { header: TaskHeader, contents: readonly InputFile[] } {
  const inputDir = SANDBOX_DIRS[task.input.directory]
  const outputDir = SANDBOX_DIRS[task.output]
  const extra = extraFolders(task)
  const directories = [inputDir, outputDir, ...extra.map(({ target }) => target)]
  const files = [
    ...task.input.files.map((file) => placed(inputDir, file)),
    ...extra.flatMap(({ target, files }) => files.map((file) => placed(target, file)))
  ]
  const env = {
    PATH: '/usr/bin:/bin',
    ...quietEnv(task),
    [task.input.directory]: inputDir,
    [task.output]: outputDir,
    ...Object.fromEntries(extra.map(({ name, value }) => [name, value]))
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
    contents: [...withBundle ? task.bundle : [], ...task.input.files, ...extra.flatMap(({ files }) => files)]
  }
}

/** What a task is shown beside its input: the variable, what it holds, and the folder with the files. */
export function extraFolders ({ extraFiles, extraInputs }: Task): readonly { readonly name: string, readonly target: string, readonly value: string, readonly files: readonly InputFile[] }[] {
  return [
    ...Object.entries(extraFiles ?? {}).map(([name, file]) => ({ name, target: `/extra/${name}`, value: `/extra/${name}/${file.path}`, files: [file] })),
    ...Object.entries(extraInputs ?? {}).map(([name, files]) => ({ name, target: `/extra/${name}`, value: `/extra/${name}`, files }))
  ]
}

/** Bytes a task brings with it. */
export function inputBytes (task: Task): number {
  let bytes = 0
  for (const file of task.bundle) bytes += file.size
  for (const file of task.input.files) bytes += file.size
  for (const { files } of extraFolders(task)) for (const file of files) bytes += file.size
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
