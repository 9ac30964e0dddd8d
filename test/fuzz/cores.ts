import { checkBooks } from '../../src/ledger/audit.ts'
import { Message } from '../../src/model/messages/control.ts'
import { encodeBody } from '../../src/model/messages/encode.ts'
import { validateMessage } from '../../src/model/messages/validate.ts'
import { SAMPLES } from '../network/support/samples.ts'
import { simulatedJob } from '../simulation/jobs.ts'
import { SimulatedNetwork } from '../simulation/network.ts'
import type { Dice } from '../simulation/world/dice.ts'
import { mutateBytes } from './mutate.ts'
import type { Target } from './run.ts'

const JOB = 'j-aaaaaaaaaaaaaaaa'
const CHUNKS = 12
/** messages one network is given before the next one takes its place */
const OF_ONE = 400

/** A coordinator and workers in the middle of a job. */
function busyNetwork (seed: number): SimulatedNetwork {
  const network = new SimulatedNetwork(seed)
  network.addWorker('w1', { taskMs: 700 })
  network.addWorker('w2', { taskMs: 900 })
  network.submit(simulatedJob(JOB), CHUNKS)
  network.run(3000)
  return network
}

/** The cores themselves: whatever passes the checks of the wire, from a peer that may say anything, breaks neither them nor the books. */
export function cores (): Target {
  let network = busyNetwork(1)
  let fed = 0
  return {
    name: 'messages to the cores',
    every: 10,
    feed: dice => {
      if (++fed % OF_ONE === 0) network = busyNetwork(fed)
      const message = plausible(dice)
      if (message === undefined) return false
      if (dice.chance(0.5)) network.onCoordinator({ kind: 'message', peer: dice.pick(['w1', 'w2']), message })
      else network.onWorker(dice.pick(['w1', 'w2']), { kind: 'message', peer: 'coordinator', message })
      if (dice.chance(0.2)) network.onCoordinator({ kind: 'tick' })
      const { ledger } = network.coordinator
      checkBooks(ledger.accounts(), ledger.holds())
      return true
    }
  }
}

/** A message about an attempt there may be, changed somewhere, that the wire would let through. */
function plausible (dice: Dice): Message | undefined {
  const message = structuredClone(dice.pick(SAMPLES)) as Record<string, Record<string, unknown>>
  for (const body of Object.values(message)) {
    if ('jobId' in body) body.jobId = JOB
    if ('attempt' in body) body.attempt = someAttempt(dice)
    if ('live' in body) body.live = Array.from({ length: dice.whole(0, 4) }, () => ({ attempt: someAttempt(dice), state: 'RUNNING', progress: 1 }))
    if ('attempts' in body) body.attempts = Array.from({ length: dice.whole(1, 4) }, () => someAttempt(dice))
  }
  const bytes = encodeBody(message)
  try {
    const decoded = Message.decode(dice.chance(0.6) ? mutateBytes(dice, bytes) : bytes)
    validateMessage(decoded)
    return decoded
  } catch {
    return undefined
  }
}

function someAttempt (dice: Dice): { jobId: string, chunk: number, epoch: number } {
  return { jobId: JOB, chunk: dice.whole(0, CHUNKS), epoch: dice.whole(0, 3) }
}
