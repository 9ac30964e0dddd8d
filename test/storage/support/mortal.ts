import fs from 'node:fs'
import fsp from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { Level } from 'level'

/**
 * A process that works on a data folder and ends itself with SIGKILL before its
 * n-th step: a call that changes files, or one of the database. An append it
 * dies in has written half.
 *
 *     mortal.ts repair|write DIR N
 */
const [, , work = '', dir = '', at = '0'] = process.argv
let left = Number(at)

function step (half?: () => void): void {
  if (--left !== 0) return
  half?.()
  process.kill(process.pid, 'SIGKILL')
}

/** Counts calls of a method as steps. */
function mortal (owner: object, name: string, half?: (self: unknown, args: readonly unknown[]) => void): void {
  const methods = owner as Record<string, (...args: unknown[]) => unknown>
  const original = methods[name]
  if (original === undefined) throw new Error(`there is no ${name}`)
  methods[name] = function (this: unknown, ...args: unknown[]): unknown {
    step(half === undefined ? undefined : () => { half(this, args) })
    return original.apply(this, args)
  }
}

const probe = await fsp.open(process.execPath, 'r')
const handles = Object.getPrototypeOf(probe) as object
await probe.close()
mortal(handles, 'appendFile', (self, [text]) => { fs.writeSync((self as { fd: number }).fd, String(text).slice(0, String(text).length / 2)) })
mortal(handles, 'write', (self, [bytes]) => { fs.writeSync((self as { fd: number }).fd, (bytes as Uint8Array).subarray(0, (bytes as Uint8Array).length / 2)) })
for (const name of ['datasync', 'sync']) mortal(handles, name)
for (const name of ['rename', 'rm', 'mkdir', 'truncate', 'open']) mortal(fsp, name)
for (const name of ['open', 'close', 'batch']) mortal(Level.prototype, name)
syncBuiltinESMExports()

const { openDurableStore, repairFromMirror } = await import('../../../src/storage/index.ts')
const folders = [join(dir, 'state'), join(dir, 'mirror')] as const
if (work === 'repair') await repairFromMirror(...folders, () => undefined)
else {
  const store = await openDurableStore({ dir: folders[0], mirrorDir: folders[1], log: () => undefined, snapshotBytes: 1000 })
  for (let i = 0; i < 30; i++) {
    await store.batch([{ key: `k${i % 20}`, value: `value ${i}` }, { key: `n${i}`, value: String(i) }], { sync: true })
    fs.writeSync(1, `${i}\n`)
  }
  await store.close()
}
