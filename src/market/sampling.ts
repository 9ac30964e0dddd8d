/** Candidates compared for one chunk: three of many are enough to find a good one, and few enough that coordinators do not all run to the same. */
export const SAMPLE = 3

/**
 * Index of the best of up to three candidates drawn by chance; lower cost wins.
 * @param fraction uniform in [0, 1)
 */
export function bestOfThree<T> (candidates: readonly T[], cost: (candidate: T) => number, fraction: () => number): number {
  let best = -1
  let least = Infinity
  for (const index of drawn(candidates.length, fraction)) {
    const costs = cost(candidates[index] as T)
    if (best >= 0 && costs >= least) continue
    best = index
    least = costs
  }
  return best
}

/** Up to three distinct places of so many. */
function drawn (count: number, fraction: () => number): readonly number[] {
  if (count <= SAMPLE) return Array.from({ length: count }, (_, i) => i)
  const places: number[] = []
  for (let i = 0; i < SAMPLE; i++) {
    // among those that are left, skipping what was drawn before
    let place = Math.floor(fraction() * (count - i))
    for (const taken of [...places].sort((a, b) => a - b)) if (place >= taken) place++
    places.push(place)
  }
  return places
}
