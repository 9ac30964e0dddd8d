import { readFile } from 'node:fs/promises'
import type { EngineInfo } from './engine.ts'

/** What a container has used so far, as far as anybody looked. */
export interface Sample { readonly cpuMs: number, readonly peakBytes: number }

const ROOT = '/sys/fs/cgroup'

/** Where engines put a container's control group, version 1 and 2. */
const GROUPS: readonly ((id: string) => string)[] = [
  id => `docker/${id}`,
  id => `system.slice/docker-${id}.scope`,
  id => `libpod_parent/libpod-${id}`,
  id => `machine.slice/libpod-${id}.scope`
]

/**
 * Reads CPU time and peak memory straight from the kernel, which costs far less
 * than asking the engine. A group is gone with its container, so what a task
 * uses after the last look is not seen.
 */
export class UsageReader {
  readonly #v2: boolean
  #group: ((id: string) => string) | undefined

  constructor (info: EngineInfo) {
    this.#v2 = info.cgroupVersion === 2
  }

  /** Undefined when the container has no group that can be found. */
  async read (id: string): Promise<Sample | undefined> {
    for (const group of this.#group === undefined ? GROUPS : [this.#group]) {
      const sample = this.#v2 ? await readV2(group(id)) : await readV1(group(id))
      if (sample === undefined) continue
      this.#group = group
      return sample
    }
    return undefined
  }
}

async function readV1 (group: string): Promise<Sample | undefined> {
  const [cpu, memory] = await Promise.all([text(`${ROOT}/cpuacct/${group}/cpuacct.usage`), text(`${ROOT}/memory/${group}/memory.max_usage_in_bytes`)])
  return cpu === undefined ? undefined : { cpuMs: Number(cpu) / 1e6, peakBytes: Number(memory ?? 0) }
}

async function readV2 (group: string): Promise<Sample | undefined> {
  const [cpu, peak, current] = await Promise.all([text(`${ROOT}/${group}/cpu.stat`), text(`${ROOT}/${group}/memory.peak`), text(`${ROOT}/${group}/memory.current`)])
  if (cpu === undefined) return undefined
  return { cpuMs: Number(/^usage_usec (\d+)/m.exec(cpu)?.[1] ?? 0) / 1000, peakBytes: Number(peak ?? current ?? 0) }
}

async function text (path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    // absent under every engine but one, and once the container is gone
    return undefined
  }
}
