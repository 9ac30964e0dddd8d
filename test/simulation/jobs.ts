import type { JobRecord } from '../../src/coordinator/state.ts'
import type { Block } from '../../src/model/block.ts'
import { ranOf } from '../../src/model/task-spec.ts'

const app: Block = {
  manifest: {
    name: 'sim', version: '1.0', type: 'app', description: '', entrypoint: 'app.wasm', platform: 'wasm',
    platform_config: {}, device_requirements: {}, determinism: 'bitwise'
  },
  files: [{ path: 'app.wasm', size: 1, sha256: 'a'.repeat(64) }],
  hash: 'b'.repeat(64)
}

/** What every task of such a job runs. */
export const RAN = ranOf({ files: app.files, params: '{}' })

/** A job as accepted, for cores that never look at its content. */
export function simulatedJob (id: string, config: Partial<JobRecord['spec']['config']> = {}, budget = 1_000_000_000n): JobRecord {
  return {
    id,
    spec: {
      name: id, description: '', app, partitioner: { builtin: 'passthrough' }, assembler: { builtin: 'passthrough' },
      params: { partitioner: {}, app: {}, assembler: {} }, source: [],
      config: {
        taskTimeout: 60, jobTimeout: 0, retries: 5, replicas: 2, confidence: 99, trust: 'open', allowWasm: false, allowPartial: false,
        estimate: 0.1, isolation: 'process', isTestJob: false, ...config
      }
    },
    createdAt: 1_000_000, budget, maxPrice: budget, seed: '00', state: 'SUBMITTED',
    chunkCount: 0, outputs: 0, spent: 0n, executions: 0, disputes: 0, strangers: 0, checks: { batches: 0, audits: 0, backtracked: 0, comparisons: 0, disagreements: 0 }, failed: 0, verified: 0, decided: 0
  }
}
