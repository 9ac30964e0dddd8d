import type { Isolation } from '../model/executor.ts'
import { reason } from '../model/reasons.ts'
import type { Reason } from '../model/reasons.ts'
import type { OfferView, RequirementsView } from '../model/offer.ts'

const STRENGTH: Readonly<Record<Isolation, number>> = { process: 0, namespaces: 1, container: 2 }

/** Every reason why an offer does not fit; empty when it fits. */
export function mismatches (needs: RequirementsView, offer: OfferView): readonly Reason[] {
  const reasons: Reason[] = []
  if (!offer.platforms.includes(needs.platform)) {
    reasons.push(reason('PLATFORM_MISSING', `needs platform ${needs.platform}, offers ${offer.platforms.join(', ') || 'none'}`))
  }
  if (offer.cores < needs.minCores) reasons.push(reason('CORES_TOO_FEW', `needs ${needs.minCores} cores, offers ${offer.cores}`))
  if (offer.memoryMiB < needs.minMemoryMiB) {
    reasons.push(reason('MEMORY_TOO_SMALL', `needs ${needs.minMemoryMiB} MiB of memory, offers ${offer.memoryMiB} MiB`))
  }
  if (offer.diskMiB < needs.minDiskMiB) reasons.push(reason('DISK_TOO_SMALL', `needs ${needs.minDiskMiB} MiB of disk, offers ${offer.diskMiB} MiB`))
  const missing = needs.gpus.filter(name => !offer.gpus.some(gpu => gpu.toLowerCase().includes(name.toLowerCase())))
  if (missing.length > 0) reasons.push(reason('GPU_MISSING', `needs GPU ${missing.join(', ')}, offers ${offer.gpus.join(', ') || 'none'}`))
  if (STRENGTH[offer.isolation] < STRENGTH[needs.isolation]) {
    reasons.push(reason('ISOLATION_TOO_WEAK', `needs isolation ${needs.isolation} or better, offers ${offer.isolation}`))
  }
  if (needs.network !== 'none') reasons.push(reason('NETWORK_REFUSED', `asks for network ${needs.network}, which no sandbox of this version gives`))
  return reasons
}
