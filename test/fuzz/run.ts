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
  /** bytes more in use at the end than half way, each after a collection */
  readonly grownBy: number
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function memoryInUse (): number {
  collect()
  return process.memoryUsage().heapUsed
}

/** Every input has dice of its own, so that it can be made again without those before it. */
export function diceOf (seed: number, input: number): Dice {
  return new Dice(Math.imul(seed, 0x85ebca6b) ^ Math.imul(input + 1, 0x9e3779b1))
}

/** Inputs a target gets where one that costs little gets `frames`. */
export function inputsOf (target: Pick<Target, 'every'>, frames: number): number {
  return Math.max(50, Math.ceil(frames / target.every))
}

/**
 * Feeds a target from one seed.
 * @throws Error naming the input's number when the target throws what it must not, or when a rejection is left unhandled
 */
export async function fuzz (target: Target, frames: number, seed: number, from = 0): Promise<Fuzzed> {
  const inputs = from + inputsOf(target, frames)
  const startedAt = performance.now()
  const unhandled: unknown[] = []
  const onUnhandled = (why: unknown): void => { unhandled.push(why) }
  process.on('unhandledRejection', onUnhandled)
  let [taken, half] = [0, 0]
  try {
    for (let i = from; i < inputs; i++) {
      if (i === (from + inputs) >> 1) half = memoryInUse()
      try {
        if (await target.feed(diceOf(seed, i))) taken++
      } catch (error) {
        throw new Error(`${target.name}, seed ${seed}, input ${i}: ${(error as Error).stack ?? String(error)}`, { cause: error })
      }
      if (i % 1024 === 0) await new Promise<void>(resolve => { setImmediate(resolve) })
      if (unhandled.length > 0) throw new Error(`${target.name}, seed ${seed}, up to input ${i}: a rejection was not handled: ${(unhandled[0] as Error).stack ?? String(unhandled[0])}`)
    }
    return { name: target.name, inputs: inputs - from, taken, seconds: (performance.now() - startedAt) / 1000, grownBy: memoryInUse() - half }
  } finally {
    process.off('unhandledRejection', onUnhandled)
    await target.close?.()
  }
}
