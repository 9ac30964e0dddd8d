/** What is known of one address of this node. */
export interface AddressReach {
  readonly address: string
  /** 'unknown' when no peer could try it */
  readonly dialable: boolean | 'unknown'
  /** peer that tried last */
  readonly by: string
  /** what came of it, for a person */
  readonly reason: string
}

/** Whether others can dial this node, as peers that tried it say. */
export interface Reachability {
  /** true when one address or more can be dialled, false when none can, 'unknown' before any peer has tried */
  readonly dialable: boolean | 'unknown'
  /** milliseconds since the epoch; absent before the first answer */
  readonly checkedAt?: number
  readonly addresses: readonly AddressReach[]
  /** the relay others reach this node through, and when its reservation ends, milliseconds since the epoch */
  readonly relay?: { readonly peer: string, readonly expires: number }
}
