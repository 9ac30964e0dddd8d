import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { merkleRoot } from '../../src/verification/commitment.ts'
import { merkleProof, provesLeaf } from './merkle-proof.ts'

const leaves = fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { minLength: 1, maxLength: 40 })

describe('a Merkle proof', () => {
  it('shows every leaf of every tree to be where it is, and nowhere else', () => {
    fc.assert(fc.property(leaves, fc.nat(), (all, pick) => {
      const index = pick % all.length
      const root = merkleRoot(all)
      const proof = merkleProof(all, index)
      const leaf = all[index] as Uint8Array
      expect(provesLeaf(root, leaf, index, all.length, proof)).toBe(true)
      expect(provesLeaf(root, leaf.map(byte => byte ^ 1), index, all.length, proof)).toBe(false)
      for (let other = -1; other <= all.length; other++) {
        if (other !== index && proof.length > 0) expect(provesLeaf(root, leaf, other, all.length, proof)).toBe(other >= 0 && other < all.length && same(all[other], leaf) && same(proof, merkleProof(all, other)))
      }
      expect(provesLeaf(root, leaf, index, all.length, [...proof, new Uint8Array(32)])).toBe(false)
    }))
  })

  it('agrees with the tree of RFC 6962 on its test vectors', () => {
    // certificate-transparency's reference leaves
    const hex = (text: string): Uint8Array => Buffer.from(text, 'hex')
    const reference = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(hex)
    expect(Buffer.from(merkleRoot(reference)).toString('hex')).toBe('5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328')
    expect(Buffer.from(merkleRoot(reference.slice(0, 7))).toString('hex')).toBe('ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c')
  })
})

function same (a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
