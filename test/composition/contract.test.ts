import { describe } from 'vitest'
import { contractSuite } from '../support/contract.ts'
import { localNetwork } from '../support/network.ts'

describe('what blocks see in python-wasm, from partitioner to assembler', () => {
  contractSuite({
    open: async () => await localNetwork(2),
    blocks: { app: {}, partitioner: {}, assembler: { platform: 'docker', container: 'python:3.12-slim' } },
    allowWasm: true
  })
})
