import { tariff } from '../model/money.ts'
import type { RequirementsView } from '../model/offer.ts'

/** The smallest machine share a chunk is priced for: one core and one GiB. */
const MIN_CORES = 1
const MIN_MEMORY_MIB = 1024

/**
 * Price of one chunk in units: tariff of the machine share it asks for, times the
 * estimated work, times the worker's price level (per mille of the suggested tariff).
 * @param workMs estimated work of a chunk in milliseconds, at least 1
 */
export function chunkPrice (needs: RequirementsView, workMs: number, priceLevel: number): bigint {
  const perMs = tariff(Math.max(MIN_CORES, needs.minCores), Math.max(MIN_MEMORY_MIB, needs.minMemoryMiB))
  return perMs * BigInt(Math.max(1, Math.ceil(workMs))) * BigInt(priceLevel) / 1000n
}

/** Owner's tariffs: ByteChips for an hour of one core, of one GiB of memory, and of one GPU. */
export interface Tariffs {
  readonly core: number
  readonly gib: number
  readonly gpu: number
}

/** Units a millisecond at one ByteChip an hour comes to. */
const UNITS_PER_MS = 1000

/** Price of one chunk in units by tariffs for each resource, for the same machine share and work as above. */
export function tariffPrice (needs: RequirementsView, workMs: number, { core, gib, gpu }: Tariffs): bigint {
  const gpus = Math.max(needs.gpus.length, needs.gpuCount)
  const perHour = core * Math.max(MIN_CORES, needs.minCores) + gib * Math.max(MIN_MEMORY_MIB, needs.minMemoryMiB) / 1024 + gpu * gpus
  return BigInt(Math.ceil(perHour * UNITS_PER_MS * Math.max(1, Math.ceil(workMs))))
}

/** A price within the owner's bounds, in units; an absent bound is none. */
export function clampPrice (price: bigint, minimum: bigint | undefined, maximum: bigint | undefined): bigint {
  if (minimum !== undefined && price < minimum) return minimum
  return maximum !== undefined && price > maximum ? maximum : price
}
