import type { ContainerCreateOptions } from 'dockerode'
import type { ContainerTask, Task } from '../../model/executor.ts'
import { APP_DIR } from '../runner/wire.ts'
import type { EngineInfo } from './engine.ts'

const MIB = 1024 * 1024
const MAX_PIDS = 256
const MAX_OPEN_FILES = 4096
/** of one user on the whole machine, all containers together */
const MAX_PROCESSES = 8192
const SHM_BYTES = 64 * MIB
/** Most of a temporary folder, MiB; what lies in it counts against the task's memory. */
const MAX_TMP_MIB = 4096
/** An image may declare volumes; each becomes this much memory, writable and thrown away. */
const VOLUME_MIB = 16
const MAX_VOLUMES = 16

export const LABEL = {
  /** the node whose container it is */
  node: 'nightshift.node',
  /** process id and start time of that node, to tell the living from the dead */
  process: 'nightshift.process',
  task: 'nightshift.task'
} as const

/** A folder of the host, and where the task sees it. */
export interface Mount { readonly host: string, readonly target: string, readonly writable: boolean }

export interface ContainerPlan {
  readonly task: Task
  readonly container: ContainerTask
  /** the engine's own name of the image, immutable */
  readonly imageId: string
  /** folders the image declares as volumes */
  readonly volumes: readonly string[]
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly mounts: readonly Mount[]
  readonly user: string
  readonly cores: number
  readonly labels: Readonly<Record<string, string>>
  /** scheduling priority, 0 to 19 */
  readonly niceness: number
  /** the network a task with egress joins */
  readonly egressNetwork?: string
  readonly runtime?: string
  /** device ids, for tasks that need GPUs */
  readonly devices: readonly string[]
  /** an init process reaps the task's orphans; false only where the engine has none */
  readonly init: boolean
}

/** Everything a container is made of: a stranger's app gets no more than this. */
export function containerSpec (plan: ContainerPlan, engine: EngineInfo): ContainerCreateOptions {
  const { task, container } = plan
  const memory = task.limits.memoryMiB * MIB
  const tmpMiB = Math.max(16, Math.min(MAX_TMP_MIB, Math.floor(task.limits.memoryMiB / 2)))
  const [program = '', ...args] = plan.command
  return {
    Image: plan.imageId,
    Entrypoint: [program],
    Cmd: args,
    Env: Object.entries(plan.env).map(([name, value]) => `${name}=${value}`),
    WorkingDir: APP_DIR,
    User: plan.user,
    Hostname: 'nightshift',
    Labels: { ...plan.labels },
    AttachStdin: false,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    NetworkDisabled: container.network === 'none' && engine.name === 'docker',
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      NetworkMode: container.network === 'none' ? 'none' : plan.egressNetwork ?? 'none',
      ReadonlyRootfs: true,
      Privileged: false,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Init: plan.init,
      IpcMode: 'private',
      ...engine.cgroupVersion === 2 ? { CgroupnsMode: 'private' as const } : {},
      ...engine.name === 'podman' && engine.rootless ? { UsernsMode: `keep-id:uid=${plan.user.replace(':', ',gid=')}` } : {},
      Memory: memory,
      MemorySwap: memory,
      CpuShares: sharesOf(plan.niceness),
      NanoCpus: Math.max(10_000_000, Math.round(plan.cores * 1e9)),
      PidsLimit: MAX_PIDS,
      ShmSize: Math.min(SHM_BYTES, Math.floor(memory / 2)),
      OomScoreAdj: 500,
      Ulimits: [
        { Name: 'nofile', Soft: MAX_OPEN_FILES, Hard: MAX_OPEN_FILES },
        { Name: 'core', Soft: 0, Hard: 0 },
        // Podman raises it beyond what it may where nothing is said
        ...engine.name === 'podman' ? [{ Name: 'nproc', Soft: MAX_PROCESSES, Hard: MAX_PROCESSES }] : [],
        { Name: 'fsize', Soft: fileBytes(plan), Hard: fileBytes(plan) }
      ],
      Tmpfs: {
        '/tmp': `rw,nosuid,nodev,exec,size=${tmpMiB}m,mode=1777`,
        '/cache/user': `rw,nosuid,nodev,exec,size=${tmpMiB}m,mode=1777`,
        '/cache/shared': 'ro,nosuid,nodev,size=1m,mode=755',
        ...Object.fromEntries(plan.volumes.slice(0, MAX_VOLUMES).map(path => [path, `rw,nosuid,nodev,size=${VOLUME_MIB}m,mode=1777`]))
      },
      Mounts: plan.mounts.map(({ host, target, writable }) => ({
        Type: 'bind', Source: host, Target: target, ReadOnly: !writable, BindOptions: { Propagation: 'rprivate' }
      })),
      LogConfig: { Type: 'none', Config: {} },
      RestartPolicy: { Name: '' },
      ...plan.runtime === undefined ? {} : { Runtime: plan.runtime },
      ...plan.devices.length === 0 ? {} : { DeviceRequests: [{ Driver: '', DeviceIDs: [...plan.devices], Capabilities: [['gpu']] }] }
    }
  }
}

/** The kernel gives a step of niceness a fifth less of the processor where it is scarce; 1024 is what any program has. */
function sharesOf (niceness: number): number {
  return Math.max(2, Math.round(1024 / 1.25 ** niceness))
}

/** One file may not be larger than everything the task may write. */
function fileBytes ({ task }: ContainerPlan): number {
  return Math.max(MIB, task.limits.outputBytes, Math.floor(task.limits.memoryMiB * MIB / 2))
}
