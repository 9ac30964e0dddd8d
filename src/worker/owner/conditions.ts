/** What was last seen of the machine and its use. */
export interface Conditions {
  /** since anybody touched keyboard, mouse or terminal, milliseconds; absent where nobody is logged in */
  readonly inputIdleMs?: number
  /** what programs other than apps take, percent of all cores, over the last seconds */
  readonly otherLoad: number
  readonly onBattery: boolean
  /** bytes in and out within the days of the quota */
  readonly trafficBytes: number
  /** room taken by content, images and results, bytes */
  readonly diskBytes: number
}

/** Before anything was seen: nobody is there, and nothing is used. */
export const NOTHING_SEEN: Conditions = { otherLoad: 0, onBattery: false, trafficBytes: 0, diskBytes: 0 }

/** What the owner said by hand. It outlives a restart. */
export type OwnerCommand =
  /** `until`: milliseconds since the epoch; `release`: give memory back at once instead of freezing what runs */
  | { readonly kind: 'pause', readonly until?: number, readonly release: boolean }
  /** finish what runs, take nothing more */
  | { readonly kind: 'finish' }
