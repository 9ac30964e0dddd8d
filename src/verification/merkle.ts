import { createHash } from 'node:crypto'

/**
 * A binary Merkle tree over leaves given one by one (RFC 6962): an odd node moves
 * up unchanged, leaf and inner hashes are domain-separated. Keeps a hash per
 * level, whatever the number of leaves.
 */
export class MerkleTree {
  /** roots of whole subtrees, largest first */
  readonly #subtrees: { readonly leaves: number, readonly hash: Uint8Array }[] = []
  #size = 0

  get size (): number { return this.#size }

  /** @param leaf what is hashed into the tree */
  add (leaf: Uint8Array): void {
    this.#size++
    let node = { leaves: 1, hash: leafHash(leaf) }
    for (let last = this.#subtrees.at(-1); last?.leaves === node.leaves; last = this.#subtrees.at(-1)) {
      this.#subtrees.pop()
      node = { leaves: 2 * node.leaves, hash: innerHash(last.hash, node.hash) }
    }
    this.#subtrees.push(node)
  }

  /** 32 bytes; of no leaves the hash of nothing. */
  root (): Uint8Array {
    const right = [...this.#subtrees].reverse()
    const [first, ...rest] = right
    if (first === undefined) return createHash('sha256').digest()
    return rest.reduce((hash, subtree) => innerHash(subtree.hash, hash), first.hash)
  }
}

function leafHash (leaf: Uint8Array): Uint8Array {
  return createHash('sha256').update('\0').update(leaf).digest()
}

function innerHash (left: Uint8Array, right: Uint8Array): Uint8Array {
  return createHash('sha256').update('\x01').update(left).update(right).digest()
}
