import { createHash } from 'node:crypto'

/** What shows that one leaf is in a tree: the hashes beside its way up, lowest first. */
export function merkleProof (leaves: readonly Uint8Array[], index: number): readonly Uint8Array[] {
  const proof: Uint8Array[] = []
  let level = leaves.map(leafHash)
  for (let at = index; level.length > 1; at >>= 1) {
    const beside = level[at ^ 1]
    if (beside !== undefined) proof.push(beside)
    level = pairs(level)
  }
  return proof
}

/** True when `leaf` is number `index` of the `size` leaves that have this root. */
export function provesLeaf (root: Uint8Array, leaf: Uint8Array, index: number, size: number, proof: readonly Uint8Array[]): boolean {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) return false
  let hash = leafHash(leaf)
  let used = 0
  for (let at = index, width = size; width > 1; at = Math.floor(at / 2), width = Math.ceil(width / 2)) {
    if (at % 2 === 0 && at === width - 1) continue
    const beside = proof[used++]
    if (beside === undefined) return false
    hash = at % 2 === 1 ? innerHash(beside, hash) : innerHash(hash, beside)
  }
  return used === proof.length && Buffer.compare(hash, root) === 0
}

function pairs (level: readonly Uint8Array[]): Uint8Array[] {
  const next: Uint8Array[] = []
  for (let i = 0; i < level.length; i += 2) {
    const left = level[i] as Uint8Array
    const right = level[i + 1]
    next.push(right === undefined ? left : innerHash(left, right))
  }
  return next
}

function leafHash (leaf: Uint8Array): Uint8Array {
  return createHash('sha256').update('\0').update(leaf).digest()
}

function innerHash (left: Uint8Array, right: Uint8Array): Uint8Array {
  return createHash('sha256').update('\x01').update(left).update(right).digest()
}
