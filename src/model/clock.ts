/** Time as a parameter: milliseconds since the epoch. */
export interface Clock {
  now: () => number
}

/** Randomness as a parameter, so that one seed replays a whole run. */
export interface Random {
  bytes: (length: number) => Uint8Array
  /** uniform in [0, 1) */
  fraction: () => number
}
