import type { Partitioner } from '../../model/engine.ts'
import { NightshiftError } from '../../model/errors.ts'
import { LIMITS } from '../../model/limits.ts'

type Grid = Readonly<Record<string, readonly unknown[]>>

export const params: Partitioner = {
  kind: 'partitioner',
  name: 'params',
  summary: 'One chunk per element of a list, or per point of a parameter grid',
  help: `Makes one chunk per element of a list, or per combination of named lists. A chunk
holds its element as JSON; for a grid that is an object with one value per name,
the last name changing fastest. The input is not read.

Parameters
  values  a list; one chunk per element
  grid    an object of lists; one chunk per combination

Example
  nightshift job run --app APP --partitioner params --param 'partitioner.grid={"x": [0, 1], "y": [0, 1, 2]}'`,
  paramsSchema: {
    type: 'object',
    properties: {
      values: { type: 'array', minItems: 1, maxItems: LIMITS.chunksPerJob, description: 'One chunk per element' },
      grid: {
        type: 'object',
        minProperties: 1,
        maxProperties: 64,
        additionalProperties: { type: 'array', minItems: 1, maxItems: LIMITS.chunksPerJob },
        description: 'One chunk per combination of one value of each list'
      }
    },
    oneOf: [{ required: ['values'] }, { required: ['grid'] }],
    additionalProperties: false
  },
  async * partition (_source, { values, grid }, { signal }) {
    const points = values === undefined ? combinations(grid as Grid) : values as readonly unknown[]
    for (const point of points) {
      signal.throwIfAborted()
      yield oneJson(point)
    }
  }
}

async function * oneJson (value: unknown): AsyncIterable<Uint8Array> {
  yield Buffer.from(JSON.stringify(value))
}

function * combinations (grid: Grid): Iterable<Record<string, unknown>> {
  const axes = Object.entries(grid)
  const total = axes.reduce((product, [, list]) => product * list.length, 1)
  if (total > LIMITS.chunksPerJob) {
    throw new NightshiftError('NS_E_PARAMS_INVALID', `/grid has ${total} combinations, a job may have ${LIMITS.chunksPerJob} chunks`, {
      remedy: 'make the lists shorter, or run the job in parts'
    })
  }
  for (let index = 0; index < total; index++) {
    let rest = index
    const point = axes.map(() => 0)
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      const { length } = axes[axis]?.[1] ?? []
      point[axis] = rest % length
      rest = Math.floor(rest / length)
    }
    yield Object.fromEntries(axes.map(([name, list], axis) => [name, list[point[axis] ?? 0]]))
  }
}
