import type { SeededRandom } from '../random.ts'
import type { SimulatedNetwork, SimulatedTask, WorkerBehaviour } from '../network.ts'

export const ATTACKS = ['naive', 'on-off', 'informed coalition', 'pairing coalition', 'copier', 'no-reveal', 'selective failure', 'lying auditor'] as const
export type Attack = typeof ATTACKS[number]

/** Results after which an attacker believes that it is proven. */
const PROVEN = 20

/**
 * The strategies of the design page. Attackers that are banned come back under a
 * new name. A coalition shares what it knows: the first member that gets a chunk
 * decides, once it is proven, whether to lie, and every other repeats it, also
 * when it is the one who checks.
 */
export class Attackers {
  readonly #attack: Attack
  readonly #network: Pick<SimulatedNetwork, 'workers'>
  readonly #random: SeededRandom
  readonly #agreed = new Map<number, boolean>()

  constructor (attack: Attack, network: Pick<SimulatedNetwork, 'workers'>, random: SeededRandom) {
    this.#attack = attack
    this.#network = network
    this.#random = random
  }

  behaviour (taskMs: number): WorkerBehaviour {
    switch (this.#attack) {
      case 'naive': return { taskMs, lies: true }
      // it never computes anything: what it commits to can only be made up
      case 'copier': return { taskMs: 1, lies: true }
      case 'on-off': return { taskMs, lies: ({ ran }) => ran >= PROVEN && this.#random.fraction() < 0.3 }
      case 'informed coalition': return { taskMs, lies: task => this.#agree(task), coalition: 'us' }
      case 'pairing coalition': return { taskMs, lies: ({ chunk }) => this.#pair(chunk), coalition: 'us' }
      case 'no-reveal': return { taskMs, hides: true }
      case 'selective failure': return { taskMs, breaks: () => this.#random.fraction() < 0.3 }
      // a higher epoch tells it that somebody else had the chunk before
      case 'lying auditor': return { taskMs, lies: ({ epoch }) => epoch > 1 }
    }
  }

  /** Lies from the first chunk on, wherever another member was leased the same one. */
  #pair (chunk: number): boolean {
    const known = this.#agreed.get(chunk)
    if (known !== undefined) return known
    const members = [...this.#network.workers.values()].filter(({ behaviour, alive }) => alive && behaviour.coalition !== undefined)
    const holders = members.filter(({ state }) => [...state.attempts.values()].some(attempt => attempt.id.chunk === chunk))
    const lie = holders.length > 1
    this.#agreed.set(chunk, lie)
    return lie
  }

  #agree ({ chunk, ran }: SimulatedTask): boolean {
    const known = this.#agreed.get(chunk)
    if (known !== undefined) return known
    const lie = ran >= PROVEN && this.#random.fraction() < 0.2
    this.#agreed.set(chunk, lie)
    return lie
  }
}
