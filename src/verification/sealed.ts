import { createHash } from 'node:crypto'
import type { Signer } from '../model/signer.ts'

/** What a sealed file is about; part of what is signed. */
export type SealKind = 'job' | 'worker'

/** Longest line of a sealed file, characters. */
export const MOST_LINE_CHARS = 16 * 1024 * 1024

const LINE_DOMAIN = 'nightshift/sealed-line/1\0'
const CHECK = /^(\{.*),"check":"([0-9a-f]{16})"\}$/
const SIGNATURE = /^"signature":"([0-9a-f]{128})",$/

/**
 * A sealed file is JSON with a line for each of its parts, so that it can be
 * written and read in constant memory. One signature covers every byte: that of
 * the statement, which has the Merkle root over the lines (their hashes are the
 * leaves) and the hash of the recipe.
 *
 *     {"receipt":"job/1",
 *     "statement":{…},
 *     "signature":"…",
 *     "recipe":{…},
 *     "lines":[
 *     {…,"check":"…"},
 *     {…,"check":"…"}
 *     ]}
 *
 * `check` begins the line's own hash, which tells which line was changed.
 */
export function sealHead (kind: SealKind, statement: string, recipe: string, signer: Signer): string {
  const signature = Buffer.from(signer.sign(signedBytes(kind, statement))).toString('hex')
  return `{"receipt":"${kind}/1",\n"statement":${statement},\n"signature":"${signature}",\n"recipe":${recipe},\n"lines":[\n`
}

export const SEAL_END = ']}\n'

export interface SealedLine {
  /** without a comma and the line's end */
  readonly text: string
  /** 32 bytes: what the tree is made of */
  readonly leaf: Uint8Array
}

/** @param value an object with at least one field, and none called `check` */
export function sealLine (value: object): SealedLine {
  const body = JSON.stringify(value).slice(0, -1)
  const leaf = hashOf(body)
  return { text: `${body},"check":"${Buffer.from(leaf).toString('hex', 0, 8)}"}`, leaf }
}

export function statementIsSigned (kind: SealKind, statement: string, signature: string, by: string, signer: Pick<Signer, 'verify'>): boolean {
  return signer.verify(by, signedBytes(kind, statement), Buffer.from(signature, 'hex'))
}

/** Hex hash of a recipe's text. */
export function textHash (text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** A line as read: `changed` when it is not what its check says. Undefined when it is no sealed line at all. */
export function openLine (text: string): SealedLine & { readonly changed: boolean } | undefined {
  const [, body, check] = CHECK.exec(text) ?? []
  if (body === undefined) return undefined
  const leaf = hashOf(body)
  return { text, leaf, changed: Buffer.from(leaf).toString('hex', 0, 8) !== check }
}

/** What the next line of a sealed file is. `end` is its last one; `broken` says what stands there instead. */
export type SealPart =
  | { readonly kind: 'begin', readonly of: SealKind }
  | { readonly kind: 'statement' | 'signature' | 'recipe' | 'line', readonly text: string }
  | { readonly kind: 'frame' | 'end' }
  | { readonly kind: 'broken', readonly what: string }

type Expected = 'begin' | 'statement' | 'signature' | 'recipe' | 'lines' | 'line or end' | 'line' | 'end' | 'nothing'

/** Takes a sealed file apart, line by line (without their ends). After a broken part nothing more is understood. */
export class SealReader {
  #next: Expected = 'begin'

  /** True once the whole file was read. */
  get complete (): boolean { return this.#next === 'nothing' }

  read (line: string): SealPart {
    switch (this.#next) {
      case 'begin': {
        const [, kind] = /^\{"receipt":"(job|worker)\/1",$/.exec(line) ?? []
        return kind === undefined ? broken('it does not begin as a receipt of this version does') : this.#go('statement', { kind: 'begin', of: kind as SealKind })
      }
      case 'statement': return this.#field('statement', 'signature', line)
      case 'signature': {
        const [, text] = SIGNATURE.exec(line) ?? []
        return text === undefined ? broken('the signature is malformed') : this.#go('recipe', { kind: 'signature', text })
      }
      case 'recipe': return this.#field('recipe', 'lines', line)
      case 'lines': return line === '"lines":[' ? this.#go('line or end', { kind: 'frame' }) : broken('its lines do not begin where they should')
      case 'line or end': return line === ']}' ? this.#go('nothing', { kind: 'end' }) : this.#line(line)
      case 'line': return this.#line(line)
      case 'end': return line === ']}' ? this.#go('nothing', { kind: 'end' }) : broken('it does not end where its lines end')
      case 'nothing': return broken('something follows its end')
    }
  }

  #line (line: string): SealPart {
    const more = line.endsWith(',')
    return this.#go(more ? 'line' : 'end', { kind: 'line', text: more ? line.slice(0, -1) : line })
  }

  #field (name: 'statement' | 'recipe', next: 'signature' | 'lines', line: string): SealPart {
    const begin = `"${name}":`
    if (!line.startsWith(begin) || !line.endsWith(',')) return broken(`the ${name} is not where it should be`)
    return this.#go(next, { kind: name, text: line.slice(begin.length, -1) })
  }

  #go <T extends SealPart> (next: Expected, part: T): T {
    this.#next = next
    return part
  }
}

function broken (what: string): SealPart {
  return { kind: 'broken', what }
}

function hashOf (body: string): Uint8Array {
  return createHash('sha256').update(LINE_DOMAIN).update(body).digest()
}

function signedBytes (kind: SealKind, statement: string): Buffer {
  return Buffer.from(`nightshift/${kind}-receipt/1\0${statement}`, 'utf8')
}
