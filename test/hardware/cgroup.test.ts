import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { mkdir, rmdir, writeFile } from 'node:fs/promises'
import os from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { cgroupLimits } from '../../src/hardware/cgroup.ts'
import type { Hardware } from '../../src/hardware/index.ts'
import { coresWithin } from '../../src/hardware/read.ts'
import { folder } from '../support/folder.ts'

const run = promisify(execFile)
const HARDWARE = fileURLToPath(new URL('../../dist/hardware/index.js', import.meta.url))
const NONE = { quotaCores: Infinity, cpus: Infinity, memoryBytes: Infinity }
const GIB = 1024 ** 3

const V2 = '30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n'
const v1 = (controllers: string, root = '/'): string => `31 23 0:27 ${root} /sys/fs/cgroup/${controllers} ro,relatime - cgroup cgroup rw,${controllers}\n`

/** A machine whose /proc and /sys say this. */
async function machine (mountinfo: string, own: string, files: Readonly<Record<string, string>>): Promise<string> {
  return await folder({
    'proc/self/mountinfo': `22 1 8:1 / / rw - ext4 /dev/sda1 rw\n${mountinfo}`, 'proc/self/cgroup': own,
    ...Object.fromEntries(Object.entries(files).map(([path, text]) => [`sys/fs/cgroup/${path}`, text]))
  })
}

describe('the limits of a cgroup', () => {
  it('are read inside a container of version 2, which sees its own cgroup as the root', async () => {
    const root = await machine(V2, '0::/\n', { 'cpu.max': '200000 100000\n', 'memory.max': `${4 * GIB}\n`, 'memory.high': 'max\n', 'cpuset.cpus.effective': '0-63\n' })
    expect(await cgroupLimits(root)).toEqual({ quotaCores: 2, cpus: 64, memoryBytes: 4 * GIB })
    expect(coresWithin(await cgroupLimits(root), 64)).toBe(2)
  })

  it('are the least on the way up in version 2, wherever they were set', async () => {
    const root = await machine(V2, '0::/user.slice/night.service/worker\n', {
      'user.slice/cpu.max': '150000 100000', 'user.slice/night.service/cpu.max': 'max 100000', 'user.slice/night.service/worker/cpu.max': '400000 100000',
      'user.slice/memory.max': 'max', 'user.slice/night.service/memory.max': String(8 * GIB), 'user.slice/night.service/memory.high': String(6 * GIB),
      'user.slice/night.service/worker/cpuset.cpus.effective': '0-1,4,6-7'
    })
    expect(await cgroupLimits(root)).toEqual({ quotaCores: 1.5, cpus: 5, memoryBytes: 6 * GIB })
    expect(coresWithin(await cgroupLimits(root), 8)).toBe(1.5)
  })

  it('are read in a container of version 1, whose path is that of the host', async () => {
    const mounts = ['cpu,cpuacct', 'memory', 'cpuset'].map(name => v1(name, '/docker/abc')).join('')
    const root = await machine(mounts, '4:memory:/docker/abc\n3:cpuset:/docker/abc\n2:cpu,cpuacct:/docker/abc\n', {
      'cpu,cpuacct/cpu.cfs_quota_us': '50000', 'cpu,cpuacct/cpu.cfs_period_us': '100000', 'memory/memory.limit_in_bytes': String(GIB), 'cpuset/cpuset.cpus': '3'
    })
    expect(await cgroupLimits(root)).toEqual({ quotaCores: 0.5, cpus: 1, memoryBytes: GIB })
    expect(coresWithin(await cgroupLimits(root), 64)).toBe(0.5)
  })

  it('are read where both versions are mounted, and of a container that does not see where it is', async () => {
    const mounts = V2.replace('/sys/fs/cgroup', '/sys/fs/cgroup/unified') + v1('cpu') + v1('memory')
    const files = { 'cpu/cpu.cfs_quota_us': '300000', 'cpu/cpu.cfs_period_us': '100000', 'cpu/jobs/cpu.cfs_quota_us': '-1', 'cpu/jobs/cpu.cfs_period_us': '100000', 'memory/memory.limit_in_bytes': '9223372036854771712' }
    expect((await cgroupLimits(await machine(mounts, '2:memory:/\n1:cpu:/jobs\n0::/init.scope\n', files))).quotaCores).toBe(3)
    expect((await cgroupLimits(await machine(mounts, '1:cpu:/../..\n', files))).quotaCores).toBe(3)
  })

  it('are none without a cgroup, and none where files say nothing that can be read', async () => {
    expect(await cgroupLimits('/no/such/root')).toEqual(NONE)
    expect(await cgroupLimits(await machine(V2, '0::/\n', { 'cpu.max': 'junk', 'memory.max': 'much', 'cpuset.cpus.effective': 'a-b' }))).toEqual(NONE)
  })
})

describe('a process that may not have the whole machine', () => {
  const cgroup = `/sys/fs/cgroup/cpu/nightshift-test-${process.pid}`
  afterEach(async () => { await rmdir(cgroup).catch(() => undefined) })

  async function readIn (command: readonly string[]): Promise<Hardware> {
    const [program = '', ...args] = [...command, process.execPath, '-e', `import(${JSON.stringify(HARDWARE)}).then(async ({ readHardware }) => { process.stdout.write(JSON.stringify(await readHardware('.'))) })`]
    return JSON.parse((await run(program, args)).stdout) as Hardware
  }

  it.skipIf(!existsSync('/usr/bin/taskset'))('has the cores the scheduler gives it', async () => {
    expect((await readIn(['taskset', '-c', '0'])).cores).toBe(1)
    expect((await readIn([])).cores).toBeGreaterThanOrEqual(Math.min(1, os.availableParallelism()))
  })

  it.skipIf(!mayMakeCgroups())('has the cores of its cgroup\'s quota', async () => {
    await mkdir(cgroup)
    await writeFile(join(cgroup, 'cpu.cfs_period_us'), '100000')
    await writeFile(join(cgroup, 'cpu.cfs_quota_us'), '75000')
    expect((await readIn(['sh', '-c', `echo $$ > ${cgroup}/cgroup.procs && exec "$@"`, 'sh'])).cores).toBe(0.75)
  })
})

function mayMakeCgroups (): boolean {
  try {
    accessSync('/sys/fs/cgroup/cpu/cpu.cfs_quota_us', constants.F_OK)
    accessSync('/sys/fs/cgroup/cpu', constants.W_OK)
    return process.getuid?.() === 0
  } catch {
    return false
  }
}
