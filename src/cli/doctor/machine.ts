import { access } from 'node:fs/promises'
import os from 'node:os'
import { connectEngine, detectIsolation, findSocket } from '../../execution/index.ts'
import { readHardware } from '../../hardware/index.ts'
import { errorMessage } from '../../model/errors.ts'
import { isLendable } from '../../model/hardware.ts'
import { broken, note, ok, warning } from './finding.ts'
import type { Finding } from './finding.ts'

/** Apps need this much, and a node beside them, MiB. */
const LITTLE_MEMORY_MIB = 768
const ENGINE_MS = 10_000

/** What every node on this machine needs of it. */
export async function checkMachine (): Promise<readonly Finding[]> {
  return [nodeVersion(), ...(await Promise.all([isolation(), containers(), capacity()])).flat()]
}

function nodeVersion (): Finding {
  const { node } = process.versions
  const [major = 0, minor = 0] = node.split('.').map(Number)
  return major > 20 || (major === 20 && minor >= 19) ? ok('NODE_VERSION', `Node ${node}`) : broken('NODE_VERSION', `Node ${node} is too old`, 'install Node 20.19 or newer')
}

async function isolation (): Promise<Finding> {
  if (await detectIsolation() === 'namespaces') return ok('ISOLATION', 'strangers\' apps get namespaces of their own')
  return broken('ISOLATION', 'strangers\' apps cannot be put into namespaces of their own here', 'install the package "bubblewrap"; without it a worker needs --allow-process-isolation')
}

/** A machine without an engine is no worse a worker, it only runs no containers. */
async function containers (): Promise<Finding> {
  const socket = findSocket()
  if (socket === undefined) return note('ENGINE', 'no container engine answers: this machine runs python-wasm and wasm only', 'to run containers too, install Docker or Podman and start it: its socket is what a worker looks for')
  try {
    const { info } = await connectEngine(socket, AbortSignal.timeout(ENGINE_MS))
    return ok('ENGINE', `${info.name} ${info.version} at ${socket}`)
  } catch (error) {
    return broken('ENGINE', `the container engine at ${socket} does not work: ${errorMessage(error)}`, 'start the engine and see that this user may use its socket; or run the worker with --no-containers')
  }
}

async function capacity (): Promise<readonly Finding[]> {
  const { cores, memoryMiB, memoryAvailableMiB, gpus } = await readHardware()
  const whole = Math.floor(os.totalmem() / 1024 / 1024)
  const limited = cores < os.cpus().length || memoryMiB < whole
  const has = `${cores} of ${os.cpus().length} cores, ${memoryMiB} of ${whole} MiB of memory`
  const lent = gpus.filter(isLendable)
  const driverless = lent.length === 0 && await exists('/proc/driver/nvidia/version')
  return [
    limited ? note('CAPACITY', `this process may use ${has}: its cgroup or affinity says so, and no more is offered`, 'if that is not meant, raise the limits of the container or service it runs in') : ok('CAPACITY', has),
    memoryAvailableMiB < LITTLE_MEMORY_MIB ? warning('MEMORY_LOW', `${memoryAvailableMiB} MiB of memory are free: apps will fail for lack of it`, 'end other programs, or raise the memory limit') : ok('MEMORY_FREE', `${memoryAvailableMiB} MiB of memory are free`),
    ...driverless ? [warning('GPU_DRIVER', 'an NVIDIA driver is loaded, and "nvidia-smi" finds no GPU: none is offered', 'run "nvidia-smi" to see why; after an update of the driver the machine needs a restart')] : [],
    ...gpus.map(gpu => isLendable(gpu) ? ok('GPU', `${gpu.model}, ${gpu.vramMiB} MiB, driver ${gpu.driver ?? 'unknown'}`) : note('GPU', `${gpu.model} is not offered: containers can be given NVIDIA GPUs only`))
  ]
}

async function exists (path: string): Promise<boolean> {
  return await access(path).then(() => true, () => false)
}
