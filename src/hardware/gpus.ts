import { execFile } from 'node:child_process'
import { readFile, readdir, readlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import si from 'systeminformation'
import type { Gpu } from '../model/hardware.ts'

const run = promisify(execFile)
const MOST_GPUS = 16
/** A driver that does not answer within this time has none to offer, milliseconds. */
const ASK_MS = 10_000

/**
 * The GPUs that programs can use now. A card whose driver is not loaded, or does not answer, is none; nor is what only
 * draws a server's console.
 */
export async function probeGpus (): Promise<Gpu[]> {
  const [nvidia, others] = await Promise.all([nvidiaGpus(), otherGpus()])
  return [...nvidia, ...others].slice(0, MOST_GPUS)
}

/** NVIDIA's own tool asks the driver, in the order in which containers name the devices. */
async function nvidiaGpus (): Promise<Gpu[]> {
  let text
  try {
    text = (await run('nvidia-smi', ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader,nounits'], { timeout: ASK_MS, maxBuffer: 1024 * 1024 })).stdout
  } catch {
    // no driver, or one that does not answer
    return []
  }
  return text.split('\n').flatMap(line => {
    const [model = '', memory = '', driver = ''] = line.split(', ').map(field => field.trim())
    if (model === '' || driver === '') return []
    return [{ model: (/nvidia/i.test(model) ? model : `NVIDIA ${model}`).slice(0, 128), vramMiB: Number.isSafeInteger(Number(memory)) ? Number(memory) : 0, driver: driver.slice(0, 64) }]
  })
}

async function otherGpus (): Promise<Gpu[]> {
  const drivers = process.platform === 'linux' ? await renderDrivers() : undefined
  if (drivers?.size === 0) return []
  const { controllers } = await si.graphics()
  return controllers.filter(({ model, vendor }) => model !== '' && !/nvidia/i.test(`${vendor} ${model}`)).flatMap(({ model, vram, busAddress = '', driverVersion }) => {
    const driver = drivers === undefined ? driverVersion : [...drivers].find(([address]) => busAddress !== '' && address.endsWith(busAddress.toLowerCase()))?.[1]
    if (driver === undefined && drivers !== undefined) return []
    return [{ model: model.slice(0, 128), vramMiB: vram ?? 0, ...driver === undefined ? {} : { driver: driver.slice(0, 64) } }]
  })
}

/** Drivers by PCI address of what can compute or render under Linux. */
async function renderDrivers (): Promise<ReadonlyMap<string, string>> {
  const nodes = (await names('/sys/class/drm')).filter(name => name.startsWith('renderD'))
  const found = await Promise.all(nodes.map(async name => {
    const device = `/sys/class/drm/${name}/device`
    return [await target(device), await target(join(device, 'driver'))] as const
  }))
  return new Map(found.filter(([address, driver]) => address !== '' && driver !== ''))
}

/** Tells without asking any driver whether another set of GPUs, or of their drivers, may be there. */
export async function gpuStamp (): Promise<string> {
  if (process.platform !== 'linux') return ''
  const [devices, nodes, version] = await Promise.all([names('/dev'), names('/dev/dri'), readFile('/proc/driver/nvidia/version', 'utf8').catch(() => '')])
  return JSON.stringify([devices.filter(name => name.startsWith('nvidia')).sort(), [...nodes].sort(), version])
}

async function names (folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => [])
}

async function target (link: string): Promise<string> {
  return basename(await readlink(link).catch(() => '')).toLowerCase()
}
