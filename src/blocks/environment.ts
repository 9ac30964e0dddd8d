import type { BlockKind } from '../model/block.ts'

export interface EnvironmentInput {
  readonly kind: BlockKind
  /** effective parameters; `{}` by default */
  readonly params?: Readonly<Record<string, unknown>> | undefined
  readonly jobId: string
  readonly taskId: string
  /** apps only */
  readonly chunk?: number | undefined
  readonly chunkCount?: number | undefined
  /** the same for every replica of a chunk, so that pseudo-random apps agree */
  readonly seed?: string | number | undefined
}

const PARAMS_VARIABLE = { app: 'APP_PARAMS', partitioner: 'PARTITIONER_PARAMS', assembler: 'ASSEMBLER_PARAMS' } as const

/** The variables a block sees, beside the directories, which the executor adds. */
export function contractEnv (input: EnvironmentInput): Record<string, string> {
  const env: Record<string, string> = {
    [PARAMS_VARIABLE[input.kind]]: JSON.stringify(input.params ?? {}),
    JOB_ID: input.jobId,
    TASK_ID: input.taskId
  }
  if (input.chunk !== undefined) env['CHUNK_NUMBER'] = String(input.chunk)
  if (input.chunkCount !== undefined) env['CHUNK_COUNT'] = String(input.chunkCount)
  if (input.seed !== undefined) env['CHUNK_SEED'] = String(input.seed)
  return env
}
