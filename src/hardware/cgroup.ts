import { readFile } from 'node:fs/promises'

/** Cores a container's CPU quota allows, from cgroup v2 or v1; Infinity without a quota. */
export async function quotaCores (root = '/sys/fs/cgroup'): Promise<number> {
  const v2 = await readText(`${root}/cpu.max`)
  if (v2 !== undefined) {
    const [quota, period] = v2.split(/\s+/)
    return ratio(Number(quota), Number(period))
  }
  const quota = await readText(`${root}/cpu/cpu.cfs_quota_us`)
  const period = await readText(`${root}/cpu/cpu.cfs_period_us`)
  return ratio(Number(quota ?? -1), Number(period ?? 0))
}

function ratio (quota: number, period: number): number {
  return quota > 0 && period > 0 ? quota / period : Infinity
}

async function readText (path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch {
    // absent wherever there is no such cgroup; then there is no quota to honour
    return undefined
  }
}
