import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type Docker from 'dockerode'
import { SOCKET, WHY_NOT, openRig } from '../containers/support/engine.ts'
import { busyboxLayer, makeImage } from '../containers/support/image.ts'
import type { Figure } from './figure.ts'

const run = promisify(execFile)
const TASKS = 30
const ROUNDS = 5

/** What a container task costs beyond the app, and how many a machine ends per second, against the engine by itself. */
export async function benchContainers (): Promise<readonly Figure[]> {
  if (WHY_NOT !== undefined) {
    console.log(`containers: not measured, ${WHY_NOT}`)
    return []
  }
  const rig = await openRig({ slots: 2 })
  try {
    const image = makeImage([await busyboxLayer()])
    const { outcome } = await rig.run(image, 'true')
    if (!outcome.ok) throw new Error(outcome.message)
    const { api } = await rig.engine()
    const tag = `localhost/nightshift/image:${image.image.config.sha256}`
    const ours = async (): Promise<void> => { if (!(await rig.run(image, 'true')).outcome.ok) throw new Error('a task failed') }
    const dockerRun = async (): Promise<void> => { await run('docker', ['run', '--rm', '--network', 'none', tag, 'true'], { env: { ...process.env, DOCKER_HOST: `unix://${SOCKET ?? ''}` } }) }
    const dockerode = async (): Promise<void> => { await bare(api, tag) }
    const single = { ours: 0, run: 0 }
    const double = { ours: 0, bare: 0 }
    for (let round = 0; round < ROUNDS; round++) {
      single.run += await inFlight(1, TASKS / ROUNDS, dockerRun)
      single.ours += await inFlight(1, TASKS / ROUNDS, ours)
      double.bare += await inFlight(2, TASKS / ROUNDS * 2, dockerode)
      double.ours += await inFlight(2, TASKS / ROUNDS * 2, ours)
    }
    return [
      { name: 'container no-op task, one at a time', value: `${(single.ours / TASKS).toFixed(0)} ms`, baseline: `docker run ${(single.run / TASKS).toFixed(0)} ms`, ratio: single.run / single.ours, goal: 1 / 1.3 },
      {
        name: 'container no-op tasks per second, two in flight',
        value: `${(2 * TASKS / double.ours * 1000).toFixed(1)}/s`,
        baseline: `dockerode create, start, wait, remove ${(2 * TASKS / double.bare * 1000).toFixed(1)}/s`,
        ratio: double.bare / double.ours,
        goal: 0.9
      }
    ]
  } finally {
    await rig.close()
  }
}

/** Milliseconds for `count` runs, `width` at a time. */
async function inFlight (width: number, count: number, one: () => Promise<void>): Promise<number> {
  const start = performance.now()
  let left = count
  await Promise.all(Array.from({ length: width }, async () => { while (left-- > 0) await one() }))
  return performance.now() - start
}

async function bare (api: Docker, image: string): Promise<void> {
  const container = await api.createContainer({ Image: image, Cmd: ['true'], HostConfig: { NetworkMode: 'none' } })
  await container.start()
  await container.wait()
  await container.remove()
}
