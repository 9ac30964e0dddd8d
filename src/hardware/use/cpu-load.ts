import { readFileSync } from 'node:fs'
import os from 'node:os'

const TICK_MS = 10
/** Processes of ours looked at, at most; a sandbox has a handful. */
const MOST_PROCESSES = 4096

/**
 * Measures what other programs take of the processor. Our own share is this
 * process, all that it started, and what containers were seen to use; a
 * process that has ended is counted with its parent, as the kernel does.
 */
export class CpuLoad {
  readonly #extraMs: () => number
  #before: { readonly busy: number, readonly total: number, readonly own: number } | undefined
  #other = 0

  /** @param extraMs processor time of our containers so far, milliseconds */
  constructor (extraMs: () => number) {
    this.#extraMs = extraMs
  }

  /** Percent of all cores that other programs took since the last call; 0 at the first. */
  otherLoad (): number {
    const own = ownMs() + this.#extraMs()
    const { busy, total } = systemMs()
    const before = this.#before
    this.#before = { busy, total, own }
    if (before !== undefined && total > before.total) {
      const other = (busy - before.busy - Math.max(0, own - before.own)) / (total - before.total)
      this.#other = Math.min(100, Math.max(0, other * 100))
    }
    return this.#other
  }
}

function systemMs (): { readonly busy: number, readonly total: number } {
  let busy = 0
  let total = 0
  for (const { times } of os.cpus()) {
    const working = times.user + times.nice + times.sys + times.irq
    busy += working
    total += working + times.idle
  }
  return { busy, total }
}

function ownMs (): number {
  if (process.platform !== 'linux') {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  }
  let sum = 0
  const left = [process.pid]
  for (let seen = 0; seen < MOST_PROCESSES; seen++) {
    const pid = left.pop()
    if (pid === undefined) break
    const stat = text(`/proc/${pid}/stat`)
    if (stat === undefined) continue
    // user and system time, its own and that of children that have ended: fields 14 to 17 of proc(5)
    sum += stat.slice(stat.lastIndexOf(')') + 2).split(' ').slice(11, 15).reduce((ticks, field) => ticks + Number(field), 0) * TICK_MS
    left.push(...(text(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter(child => child !== '').map(Number))
  }
  return sum
}

/** The kernel's own files are read at once: to hand each to another thread and wait costs ten times as much. */
function text (path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // it has ended
    return undefined
  }
}
