import { statfs } from 'node:fs/promises'
import os from 'node:os'
import si from 'systeminformation'
import type { Hardware } from '../model/hardware.ts'
import { cgroupLimits } from './cgroup.ts'
import type { CgroupLimits } from './cgroup.ts'
import { probeGpus } from './gpus.ts'

const MIB = 1024 * 1024

/** Figures for a probe that hangs or fails come from Node itself, after this long. Milliseconds. */
const PROBE_MS = 5_000
const NO_LIMITS: CgroupLimits = { quotaCores: Infinity, cpus: Infinity, memoryBytes: Infinity }

/** What is not probed again, because it is known: the model never changes, GPUs take a process to ask. */
export type Known = Partial<Pick<Hardware, 'cpuModel' | 'gpus'>>

/**
 * Reads what this machine has, honouring the limits of a container. Never
 * fails and never takes much longer than `timeoutMs` (5 s by default).
 *
 * @param path a folder on the disk whose free space counts
 */
export async function readHardware (path = '.', timeoutMs = PROBE_MS, known: Known = {}): Promise<Hardware> {
  const [cpuModel, gpus, limits, diskFreeMiB] = await Promise.all([
    known.cpuModel ?? bounded(probeCpu(), fallbackCpu(), timeoutMs),
    known.gpus ?? bounded(probeGpus(), [], timeoutMs),
    bounded(cgroupLimits(), NO_LIMITS, timeoutMs),
    bounded(probeDisk(path), 0, timeoutMs)
  ])
  const memoryBytes = Math.min(os.totalmem(), limits.memoryBytes)
  return {
    cores: coresWithin(limits, os.availableParallelism()),
    cpuModel: cpuModel === '' ? fallbackCpu() : cpuModel,
    arch: process.arch,
    platform: process.platform,
    memoryMiB: Math.floor(memoryBytes / MIB),
    memoryAvailableMiB: Math.floor(Math.min(memoryBytes, os.freemem(), process.availableMemory()) / MIB),
    diskFreeMiB,
    gpus
  }
}

/** Cores to two decimals. @param schedulable how many the scheduler lets this process run on: affinity counts there */
export function coresWithin ({ quotaCores, cpus }: CgroupLimits, schedulable: number): number {
  return Math.max(0.01, Math.floor(Math.min(quotaCores, cpus, schedulable) * 100) / 100)
}

async function probeCpu (): Promise<string> {
  const { manufacturer, brand } = await si.cpu()
  return `${manufacturer} ${brand}`.trim()
}

function fallbackCpu (): string {
  return os.cpus()[0]?.model.trim() ?? 'unknown'
}

async function probeDisk (path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path)
  return Math.floor(bavail * bsize / MIB)
}

async function bounded<T> (probe: Promise<T>, fallback: T, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<T>((resolve) => { timer = setTimeout(resolve, timeoutMs, fallback) })
  try {
    return await Promise.race([probe.catch(() => fallback), late])
  } finally {
    clearTimeout(timer)
  }
}
