import { describe } from 'vitest'
import { contractSuite } from '../support/contract.ts'
import { localNetwork } from '../support/network.ts'
import { WHY_NOT } from './support/engine.ts'
import { CONTAINERS, NO_PYTHON, importPython } from './support/python.ts'

const BLOCK = { platform: 'docker', container: 'python:3.12-slim' }

describe.skipIf((WHY_NOT ?? NO_PYTHON) !== undefined)('what blocks see in containers, from partitioner to assembler', () => {
  contractSuite({
    open: async () => {
      const network = await localNetwork(2, '1000', CONTAINERS)
      await importPython(network)
      return network
    },
    blocks: { app: BLOCK, partitioner: BLOCK, assembler: BLOCK },
    allowWasm: false
  })
})
