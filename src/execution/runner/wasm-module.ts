const PAGE = 65536
const SECTION = { import: 2, table: 4, memory: 5 } as const
const FLAG = { hasMaximum: 1, shared: 2, wide: 4 } as const
/** table entries a module may hold; V8 spends 16 bytes on each */
const TABLE_ENTRIES = 1024 * 1024
const TABLES = 16

/** A module this runner does not run: `memory` when only its size is the reason. */
export class ModuleRefused extends Error {
  readonly reason: 'memory' | 'invalid'
  constructor (reason: 'memory' | 'invalid', message: string) {
    super(message)
    this.reason = reason
  }
}

/**
 * The module with the maximum of its memory and tables lowered to what the
 * task may use. The engine itself then refuses to grow them further.
 * @throws ModuleRefused when it starts larger, brings more than one memory, or shares it
 */
export function capModule (bytes: Uint8Array, memoryBytes: number): Uint8Array<ArrayBuffer> {
  const reader = new Reader(bytes)
  if (bytes.byteLength < 8 || reader.u32() !== 0x6d736100 || reader.u32() !== 1) throw new ModuleRefused('invalid', 'is not a WebAssembly module')
  const parts: Uint8Array[] = [bytes.subarray(0, 8)]
  while (reader.at < bytes.byteLength) {
    const start = reader.at
    const id = reader.byte()
    const size = reader.leb()
    const body = reader.take(size)
    if (id === SECTION.memory) parts.push(section(id, capMemories(new Reader(body), memoryBytes)))
    else if (id === SECTION.table) parts.push(section(id, capTables(new Reader(body))))
    else parts.push(bytes.subarray(start, reader.at))
  }
  return new Uint8Array(Buffer.concat(parts))
}

function capMemories (reader: Reader, memoryBytes: number): number[] {
  const count = reader.leb()
  if (count > 1) throw new ModuleRefused('invalid', `declares ${count} memories, one is supported`)
  const out = [...encode(count)]
  for (let i = 0; i < count; i++) {
    const limits = readLimits(reader)
    const pages = Math.floor(memoryBytes / PAGE)
    if (limits.minimum > pages) throw new ModuleRefused('memory', `starts with ${Math.ceil(limits.minimum / 16)} MiB of memory`)
    out.push(...writeLimits(limits.minimum, Math.min(limits.maximum ?? pages, pages)))
  }
  return out
}

function capTables (reader: Reader): number[] {
  const count = reader.leb()
  if (count > TABLES) throw new ModuleRefused('invalid', `declares ${count} tables, at most ${TABLES} are supported`)
  const out = [...encode(count)]
  for (let i = 0; i < count; i++) {
    const type = reader.byte()
    if (type !== 0x70 && type !== 0x6f) throw new ModuleRefused('invalid', 'declares a table of a type that is not supported')
    const limits = readLimits(reader)
    if (limits.minimum > TABLE_ENTRIES) throw new ModuleRefused('invalid', `declares a table of ${limits.minimum} entries, at most ${TABLE_ENTRIES} are supported`)
    out.push(type, ...writeLimits(limits.minimum, Math.min(limits.maximum ?? TABLE_ENTRIES, TABLE_ENTRIES)))
  }
  return out
}

function readLimits (reader: Reader): { minimum: number, maximum: number | undefined } {
  const flags = reader.byte()
  if ((flags & ~FLAG.hasMaximum) !== 0) throw new ModuleRefused('invalid', (flags & FLAG.shared) !== 0 ? 'uses shared memory' : 'uses 64-bit memory')
  const minimum = reader.leb()
  return { minimum, maximum: (flags & FLAG.hasMaximum) !== 0 ? reader.leb() : undefined }
}

function writeLimits (minimum: number, maximum: number): number[] {
  return [FLAG.hasMaximum, ...encode(minimum), ...encode(maximum)]
}

function section (id: number, body: number[]): Uint8Array {
  return Uint8Array.from([id, ...encode(body.length), ...body])
}

function encode (value: number): number[] {
  const out: number[] = []
  for (let rest = value; ;) {
    const low = rest % 128
    rest = Math.floor(rest / 128)
    if (rest === 0) return [...out, low]
    out.push(low | 0x80)
  }
}

class Reader {
  at = 0
  readonly #bytes: Uint8Array
  constructor (bytes: Uint8Array) { this.#bytes = bytes }

  byte (): number {
    const value = this.#bytes[this.at++]
    if (value === undefined) throw new ModuleRefused('invalid', 'is cut short')
    return value
  }

  u32 (): number {
    return (this.byte() | this.byte() << 8 | this.byte() << 16 | this.byte() << 24) >>> 0
  }

  leb (): number {
    let value = 0
    for (let scale = 1, i = 0; i < 5; i++, scale *= 128) {
      const byte = this.byte()
      value += (byte & 0x7f) * scale
      if ((byte & 0x80) === 0) return value
    }
    throw new ModuleRefused('invalid', 'contains a number that is too long')
  }

  take (size: number): Uint8Array {
    if (this.at + size > this.#bytes.byteLength) throw new ModuleRefused('invalid', 'is cut short')
    return this.#bytes.subarray(this.at, this.at += size)
  }
}
