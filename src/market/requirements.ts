import type { Isolation } from '../model/executor.ts'
import { pickGpus } from '../model/hardware.ts'
import { reason } from '../model/reasons.ts'
import type { Reason } from '../model/reasons.ts'
import type { OfferView, RequirementsView } from '../model/offer.ts'

const STRENGTH: Readonly<Record<Isolation, number>> = { process: 0, namespaces: 1, container: 2 }

/** What stands between an app and the machine: containers are one thing, the sandbox of the other platforms another. */
function isolationOf (platform: string, offer: OfferView): Isolation {
  return platform === 'docker' ? 'container' : offer.isolation
}

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
  const gpus = offer.gpus.map(model => ({ model }))
  if (pickGpus(gpus, needs.gpus) === undefined) reasons.push(reason('GPU_MISSING', `needs GPU ${needs.gpus.join(', ')}, offers ${offer.gpus.join(', ') || 'none'}`))
  if (gpus.length < needs.gpuCount) reasons.push(reason('GPU_MISSING', `needs ${needs.gpuCount} GPUs, offers ${gpus.length}`))
  const isolation = isolationOf(needs.platform, offer)
  if (STRENGTH[isolation] < STRENGTH[needs.isolation]) {
    reasons.push(reason('ISOLATION_TOO_WEAK', `needs isolation ${needs.isolation} or better, offers ${isolation}`))
  }
  if (needs.network !== 'none' && !(needs.platform === 'docker' && offer.egress)) {
    reasons.push(reason('NETWORK_REFUSED', `asks for network ${needs.network}, ${needs.platform === 'docker' ? 'this machine gives' : `${needs.platform} gives`} none`))
  }
  if (needs.arch !== '' && needs.arch !== offer.arch) reasons.push(reason('ARCH_MISMATCH', `its image is for ${needs.arch}, this machine offers ${offer.arch}`))
  if (needs.runtime !== '' && !offer.runtimes.includes(needs.runtime)) {
    reasons.push(reason('RUNTIME_MISSING', `needs the container runtime ${needs.runtime}, offers ${offer.runtimes.join(', ') || 'none by name'}`))
  }
  return reasons
}
