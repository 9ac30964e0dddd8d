import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Dice } from '../simulation/world/dice.ts'

/** One reader of what others send. */
export interface Target {
  readonly name: string
  /** of so many inputs of the others, this one gets one: what costs much is tried less often */
  readonly every: number
  /** Feeds one changed input. True when it was taken, false when it was refused as it should be; throws for anything else. */
  readonly feed: (dice: Dice) => boolean | Promise<boolean>
  readonly close?: () => Promise<void>
}

export interface Fuzzed {
  readonly name: string
  readonly inputs: number
  readonly taken: number
  readonly seconds: number
  /** bytes more in use at the end than after the first quarter */
  readonly grownBy: number
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function memoryInUse (): number {
  collect()
  return process.memoryUsage().heapUsed
}

/**
 * Feeds a target from one seed.
 * @throws Error naming the input's number when the target throws what it must not, or when a rejection is left unhandled
 */
export async function fuzz (target: Target, frames: number, seed: number): Promise<Fuzzed> {
  const inputs = Math.max(50, Math.ceil(frames / target.every))
  const dice = new Dice(seed)
  const startedAt = performance.now()
  const unhandled: unknown[] = []
  const onUnhandled = (why: unknown): void => { unhandled.push(why) }
  process.on('unhandledRejection', onUnhandled)
  let [taken, early] = [0, 0]
  try {
    for (let i = 0; i < inputs; i++) {
      if (i === inputs >> 2) early = memoryInUse()
      try {
        if (await target.feed(dice)) taken++
      } catch (error) {
        throw new Error(`${target.name}, seed ${seed}, input ${i}: ${(error as Error).stack ?? String(error)}`, { cause: error })
      }
      if (i % 1024 === 0) await new Promise<void>(resolve => { setImmediate(resolve) })
      if (unhandled.length > 0) throw new Error(`${target.name}, seed ${seed}, before input ${i}: a rejection was not handled: ${String(unhandled[0])}`)
    }
    return { name: target.name, inputs, taken, seconds: (performance.now() - startedAt) / 1000, grownBy: memoryInUse() - early }
  } finally {
    process.off('unhandledRejection', onUnhandled)
    await target.close?.()
  }
}
