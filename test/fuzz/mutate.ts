import type { Dice } from '../simulation/world/dice.ts'

/** Values that parsers tend to trip over. */
const ODD: readonly unknown[] = [
  null, true, false, 0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 53), 1e308, '', ' ', '0', '-1', '1e999', 'a'.repeat(5000), '\u0000', '\ud800', '../../etc/passwd', '/etc/passwd',
  '__proto__', 'constructor', 'sha256:', `sha256:${'0'.repeat(64)}`, '%s%n', '\u202e', [], {}, [[]], [null], { __proto__: null }, { length: -1 }, Array.from({ length: 200 }, () => 'x')
]
const ODD_KEYS = ['__proto__', 'constructor', 'toString', '', 'length', 'NAME', 'Id', 'x'.repeat(300)]

/** Bytes with a few of them changed, cut, doubled or put in. */
export function mutateBytes (dice: Dice, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  let copy = new Uint8Array(bytes)
  for (let times = dice.whole(1, 4); times > 0; times--) {
    const at = dice.whole(0, Math.max(0, copy.length - 1))
    switch (dice.whole(0, 5)) {
      case 0: copy = copy.slice(0, at); break
      case 1: copy = joined(copy.subarray(0, at), copy.subarray(at, at + dice.whole(1, 16)), copy.subarray(at)); break
      case 2: copy = joined(copy.subarray(0, at), Uint8Array.from({ length: dice.whole(1, 10) }, () => dice.whole(0, 255)), copy.subarray(at)); break
      case 3: if (copy.length > 0) copy[at] = (copy[at] ?? 0) ^ (1 << dice.whole(0, 7)); break
      case 4: if (copy.length > 0) copy[at] = dice.pick([0, 1, 0x7f, 0x80, 0xff]); break
      default: if (copy.length > 0) copy[at] = dice.whole(0, 255)
    }
  }
  return copy
}

function joined (...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts))
}

/** A JSON value with a few of its parts replaced, dropped, renamed or put in, wherever they are. */
export function mutateJson (dice: Dice, value: unknown): unknown {
  let changed = structuredClone(value)
  for (let times = dice.whole(1, 3); times > 0; times--) changed = changeOne(dice, changed, 0)
  return changed
}

function changeOne (dice: Dice, value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > 8 || dice.chance(0.1)) return odd(dice, value)
  if (Array.isArray(value)) {
    const list = value as unknown[]
    if (list.length === 0 || dice.chance(0.2)) return [...list, dice.pick(ODD)]
    const at = dice.whole(0, list.length - 1)
    return dice.chance(0.2) ? list.filter((_, i) => i !== at) : list.map((item, i) => i === at ? changeOne(dice, item, depth + 1) : item)
  }
  const entries = Object.entries(value)
  if (entries.length === 0 || dice.chance(0.15)) return fromEntries([...entries, [dice.pick(ODD_KEYS), dice.pick(ODD)]])
  const at = dice.whole(0, entries.length - 1)
  if (dice.chance(0.15)) return fromEntries(entries.filter((_, i) => i !== at))
  if (dice.chance(0.1)) return fromEntries(entries.map(([key, item], i) => [i === at ? dice.pick(ODD_KEYS) : key, item]))
  return fromEntries(entries.map(([key, item], i) => [key, i === at ? changeOne(dice, item, depth + 1) : item]))
}

/** As JSON.parse makes objects: `__proto__` is a key like any other. */
function fromEntries (entries: readonly (readonly [string, unknown])[]): unknown {
  return Object.fromEntries(entries)
}

function odd (dice: Dice, value: unknown): unknown {
  if (typeof value === 'string' && dice.chance(0.4)) return Buffer.from(mutateBytes(dice, Buffer.from(value))).toString('utf8')
  if (typeof value === 'number' && dice.chance(0.4)) return value * dice.pick([-1, 0, 0.5, 2, 1e9])
  return dice.pick(ODD)
}

/** JSON text of a changed value, at times broken as text too. */
export function mutateText (dice: Dice, value: unknown): string {
  const text = JSON.stringify(mutateJson(dice, value)) ?? ''
  return dice.chance(0.15) ? Buffer.from(mutateBytes(dice, Buffer.from(text))).toString('utf8') : text
}
