import { hash as digest } from 'node:crypto'

const LEAF = '\0'
const NODE = '\u0001'

/** Hex root of the Merkle tree over lines, in their order. The last of an odd number moves up as it is. */
export function merkleRoot (lines: readonly string[]): string {
  let level = lines.map(line => digest('sha256', LEAF + line))
  if (level.length === 0) return digest('sha256', '')
  while (level.length > 1) {
    const next: string[] = []
    for (let i = 0; i < level.length; i += 2) {
      const [left = '', right] = [level[i], level[i + 1]]
      next.push(right === undefined ? left : digest('sha256', NODE + left + right))
    }
    level = next
  }
  return level[0] ?? ''
}
