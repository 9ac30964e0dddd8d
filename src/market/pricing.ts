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
