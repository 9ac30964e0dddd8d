import { isBanned, newStanding } from '../../../src/verification/reputation.ts'
import { simulatedJob } from '../jobs.ts'
import { SimulatedNetwork } from '../network.ts'
import { SeededRandom } from '../random.ts'
import { Attackers } from './attackers.ts'
import type { Attack } from './attackers.ts'

const ID = 'j-aaaaaaaaaaaaaaaa'
const EARLIER = 'j-bbbbbbbbbbbbbbbb'
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
  /** the workers have done a job of the same size before */
  readonly proven: boolean
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

/** One run of a whole network with the production policy, until its job has ended. */
export function runCell ({ attack, share, workers, chunksEach, proven }: Cell, seed: number): Outcome {
  const random = new SeededRandom(seed)
  const network = new SimulatedNetwork(seed, { unchecked: true })
  const attackers = new Attackers(attack, network, random)
  const bad = Math.round(share * workers)
  const names = new Set<string>()
  for (let i = bad; i < workers; i++) network.addWorker(`honest${i}`, { taskMs: TASK_MS, lies: () => random.fraction() < HARDWARE_ERROR })
  const enter = (name: string): void => {
    names.add(name)
    network.addWorker(name, attackers.behaviour(TASK_MS))
  }
  for (let i = 0; i < bad; i++) enter(`attacker${i}`)
  const chunks = workers * chunksEach
  const submit = (id: string): void => { network.submit(simulatedJob(id, { replicas: undefined, taskTimeout: 600 }, proven ? 90_000_000_000n : 900_000_000_000n), chunks) }
  if (proven) {
    submit(EARLIER)
    network.run(100_000_000)
  }
  submit(ID)
  const job = network.coordinator.jobs.get(ID)
  const banned = (name: string): boolean => isBanned(network.coordinator.standings.get(name) ?? newStanding(name), network.now)
  const gone = new Set<string>()
  while (job?.record.endedAt === undefined && network.now < 1_000_000 + 200_000_000) {
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
