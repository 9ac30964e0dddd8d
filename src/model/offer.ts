import type { Isolation } from './executor.ts'
import type { Reason } from './reasons.ts'

/** What a worker advertises, as matching sees it. */
export interface OfferView {
  readonly seq: number
  readonly slotsFree: number
  readonly slotsTotal: number
  readonly cores: number
  readonly memoryMiB: number
  readonly diskMiB: number
  readonly gpus: readonly string[]
  readonly platforms: readonly string[]
  readonly isolation: Isolation
  /** OCI runtimes containers can have here beside the engine's own */
  readonly runtimes: readonly string[]
  /** containers may reach the internet, behind a fence */
  readonly egress: boolean
  /** price relative to the suggested tariff, per mille */
  readonly priceLevel: number
  readonly operator: string
  readonly cpuModel: string
  readonly arch: string
  /** empty where it does not say; see `numericClassOf` */
  readonly numericClass: string
  /** measured over its last transfers of content, bytes per second; 0: not known */
  readonly bandwidth: number
  /** its benchmark of one core, 1000 for the reference machine; 0: not known */
  readonly speed: number
  /** the machine goes away then, milliseconds since the epoch by the receiver's clock; absent where no end is known */
  readonly freeUntil?: number
  /** milliseconds since the epoch, by the receiver's clock */
  readonly validUntil: number
  /** why it takes no work at the moment */
  readonly suspended?: Reason
}

/** What a job needs of a worker. */
export interface RequirementsView {
  readonly platform: string
  readonly minCores: number
  readonly minMemoryMiB: number
  readonly minDiskMiB: number
  readonly gpus: readonly string[]
  readonly isolation: Isolation
  readonly network: string
  /** how many GPUs of any model, beside those named */
  readonly gpuCount: number
  /** as Node names it; empty for any */
  readonly arch: string
  /** an OCI runtime; empty for the engine's own */
  readonly runtime: string
  /** name of the container image; empty where there is none */
  readonly image: string
}
