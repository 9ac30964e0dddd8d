import { isBanned, newStanding } from '../../../src/verification/reputation.ts'
import { simulatedJob } from '../jobs.ts'
import { SimulatedNetwork } from '../network.ts'
import { SeededRandom } from '../random.ts'
import { Attackers } from './attackers.ts'
import type { Attack } from './attackers.ts'

const ID = 'j-aaaaaaaaaaaaaaaa'
/** Chance that an honest machine miscomputes a chunk. */
const HARDWARE_ERROR = 1e-4
const SLICE_MS = 2000
const TASK_MS = 100
/** New names that one attacker takes, at most. */
const RETURNS = 20

export interface Cell {
  readonly attack: Attack
  /** share of attackers */
  readonly share: number
  readonly workers: number
  readonly chunksEach: number
}

export interface Outcome {
  readonly seed: number
  readonly state: string
  readonly chunks: number
  readonly wrong: number
  readonly executions: number
  readonly honestBanned: number
  /** results of attackers that never compute anything and were paid for, units */
  readonly paidForNothing: bigint
}

/** Executions per chunk of honest workers' second job, when all of them are proven. */
export function steadyCost (workers: number, chunksEach: number, seed: number): number {
  const network = new SimulatedNetwork(seed, { unchecked: true })
  for (let i = 0; i < workers; i++) network.addWorker(`honest${i}`, { taskMs: TASK_MS })
  const jobs = [ID, 'j-bbbbbbbbbbbbbbbb']
  for (const id of jobs) {
    network.submit(simulatedJob(id, { replicas: undefined, taskTimeout: 600 }, 90_000_000_000n), workers * chunksEach)
    network.run(100_000_000)
  }
  const second = network.coordinator.jobs.get(jobs[1] ?? '')
  return (second?.record.executions ?? 0) / (workers * chunksEach)
}

/** One run of a whole network with the production policy, until its job has ended. */
export function runCell ({ attack, share, workers, chunksEach }: Cell, seed: number): Outcome {
  const random = new SeededRandom(seed)
  const network = new SimulatedNetwork(seed, { unchecked: true })
  const attackers = new Attackers(attack, random)
  const bad = Math.round(share * workers)
  const names = new Set<string>()
  for (let i = bad; i < workers; i++) network.addWorker(`honest${i}`, { taskMs: TASK_MS, lies: () => random.fraction() < HARDWARE_ERROR })
  const enter = (name: string): void => {
    names.add(name)
    network.addWorker(name, attackers.behaviour(TASK_MS))
  }
  for (let i = 0; i < bad; i++) enter(`attacker${i}`)
  const chunks = workers * chunksEach
  network.submit(simulatedJob(ID, { replicas: undefined, taskTimeout: 600 }, 900_000_000_000n), chunks)
  const job = network.coordinator.jobs.get(ID)
  const banned = (name: string): boolean => isBanned(network.coordinator.standings.get(name) ?? newStanding(name), network.now)
  const gone = new Set<string>()
  while (job?.record.endedAt === undefined && network.now < 1_000_000 + 100_000_000) {
    network.run(SLICE_MS)
    for (const name of names) {
      if (gone.has(name) || !banned(name)) continue
      gone.add(name)
      const [who = '', times = '0'] = name.split('#')
      if (Number(times) < RETURNS) enter(`${who}#${Number(times) + 1}`)
    }
  }
  return {
    seed,
    state: job?.record.state ?? 'GONE',
    chunks,
    wrong: network.wrong(ID).length,
    executions: job?.record.executions ?? 0,
    honestBanned: [...network.workers.keys()].filter(name => name.startsWith('honest') && banned(name)).length,
    paidForNothing: attack === 'copier' || attack === 'no-reveal' ? [...names].reduce((sum, name) => sum + network.earned(name), 0n) : 0n
  }
}
