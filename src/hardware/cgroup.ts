import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What the cgroups of this process let it have; Infinity where they do not say. */
export interface CgroupLimits {
  /** processor time per time, by quota; may be a fraction */
  readonly quotaCores: number
  /** logical cores it may run on */
  readonly cpus: number
  readonly memoryBytes: number
}

interface Mount {
  readonly v2: boolean
  /** the cgroup that is mounted */
  readonly root: string
  /** where */
  readonly at: string
  readonly controllers: readonly string[]
}

type Rule = (folder: string) => Promise<number>

/**
 * Reads the limits of this process's cgroup and of all above it, version 1, 2 or both at once: the least one counts,
 * wherever it was set. What is mounted where is the kernel's own word, so this holds inside containers too.
 *
 * @param root where /proc and /sys are found below
 */
export async function cgroupLimits (root = '/'): Promise<CgroupLimits> {
  const mounts = parseMounts(await textOf(join(root, 'proc/self/mountinfo')) ?? '')
  const own = parseOwn(await textOf(join(root, 'proc/self/cgroup')) ?? '')
  const least = async (controller: string, v1: Rule, v2: Rule): Promise<number> => {
    const found = mounts.filter(mount => mount.v2 || mount.controllers.includes(controller)).flatMap(mount => {
      const path = own.get(mount.v2 ? '' : controller)
      return path === undefined ? [] : foldersOf(mount, path).map(async folder => await (mount.v2 ? v2 : v1)(join(root, folder)))
    })
    return Math.min(Infinity, ...await Promise.all(found))
  }
  const [quotaCores, cpus, memoryBytes] = await Promise.all([
    least('cpu', quotaV1, quotaV2),
    least('cpuset', cpusIn('cpuset.effective_cpus', 'cpuset.cpus'), cpusIn('cpuset.cpus.effective', 'cpuset.cpus')),
    // above "high" the kernel holds a process back until it gives memory up: that is no memory to lend either
    least('memory', smallest('memory.limit_in_bytes'), smallest('memory.max', 'memory.high'))
  ])
  return { quotaCores, cpus, memoryBytes }
}

const quotaV2: Rule = async folder => {
  const [quota, period] = (await textOf(join(folder, 'cpu.max')) ?? '').split(/\s+/).map(Number)
  return share(quota, period)
}

const quotaV1: Rule = async folder => share(Number(await textOf(join(folder, 'cpu.cfs_quota_us'))), Number(await textOf(join(folder, 'cpu.cfs_period_us'))))

function share (quota: number | undefined, period: number | undefined): number {
  return quota !== undefined && period !== undefined && quota > 0 && period > 0 ? quota / period : Infinity
}

function smallest (...names: readonly string[]): Rule {
  return async folder => Math.min(...await Promise.all(names.map(async name => {
    const bytes = Number(await textOf(join(folder, name)) ?? NaN)
    return bytes > 0 ? bytes : Infinity
  })))
}

/** Of the first file that says anything. */
function cpusIn (...names: readonly string[]): Rule {
  return async folder => {
    for (const name of names) {
      const count = countCpus(await textOf(join(folder, name)) ?? '')
      if (count > 0) return count
    }
    return Infinity
  }
}

/** Of a list like `0-3,8`; 0 when it is none. */
function countCpus (list: string): number {
  let count = 0
  for (const part of list.split(',')) {
    const range = /^(\d+)(?:-(\d+))?$/.exec(part)
    if (range === null) return 0
    count += Number(range[2] ?? range[1]) - Number(range[1]) + 1
  }
  return count
}

/** Lines of proc(5) mountinfo: id, parent, device, root, mount point, …, "-", type, source, options of the file system. */
function parseMounts (text: string): Mount[] {
  return text.split('\n').flatMap(line => {
    const [mount = '', fileSystem = ''] = line.split(' - ')
    const [type, , options = ''] = fileSystem.split(' ')
    const [, , , root = '', at = ''] = mount.split(' ')
    return type === 'cgroup' || type === 'cgroup2' ? [{ v2: type === 'cgroup2', root, at, controllers: options.split(',') }] : []
  })
}

/** Paths by controller; that of version 2 under the empty name. */
function parseOwn (text: string): ReadonlyMap<string, string> {
  return new Map(text.split('\n').filter(line => line !== '').flatMap(line => {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? []
    return controllers.split(',').map(name => [name, path] as const)
  }))
}

/** From the process's own cgroup up to what is mounted. One that lies elsewhere, as seen from here, has only what is mounted. */
function foldersOf ({ root, at }: Mount, path: string): readonly string[] {
  const above = root === '/' ? '' : root
  const below = path === root || !path.startsWith(`${above}/`) || path.includes('..') ? '' : path.slice(above.length)
  const parts = below.split('/').filter(part => part !== '')
  return Array.from({ length: parts.length + 1 }, (_, i) => join(at, ...parts.slice(0, i)))
}

async function textOf (path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch {
    // absent wherever there is no such cgroup, or the controller is not in it: then there is no limit to honour
    return undefined
  }
}
