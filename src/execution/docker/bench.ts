import { join } from 'node:path'
import { NightshiftError } from '../../model/errors.ts'
import { EngineImages } from './engine-images.ts'
import type { ImageRules } from '../../model/image-rules.ts'
import { connectEngine } from './engine.ts'
import type { Engine } from './engine.ts'
import { closeEgress, openEgress } from './egress.ts'
import { removeLeftovers } from './leftovers.ts'
import { openResultAreas, removeLeftAreas } from './result-area.ts'
import type { Owner, ResultAreas } from './result-area.ts'
import { AppFolders, emptyFolder } from './scratch.ts'
import { removeLeftSelfTests } from './self-test.ts'
import { UsageReader } from './usage.ts'

const NOBODY: Owner = { uid: 65534, gid: 65534 }

/** Everything tasks are run with, made once an engine answers. */
export interface Bench {
  readonly engine: Engine
  readonly images: EngineImages
  readonly areas: ResultAreas
  readonly apps: AppFolders
  readonly inputs: string
  readonly usage: UsageReader
  /** `uid:gid` inside containers */
  readonly user: string
  /** the fenced network of tasks with egress, where the owner allows it */
  readonly egressNetwork: string | undefined
}

export interface BenchOptions {
  readonly socket: string
  readonly node: string
  readonly scratchDir: string
  readonly rules: ImageRules
  readonly egress: boolean
  readonly mounts: boolean
  readonly log: (message: string) => void
}

/** Gives back what a bench holds of the machine. An engine that is away keeps its network until a node finds it again. */
export async function closeBench (bench: Bench): Promise<void> {
  await bench.areas.close()
  if (bench.egressNetwork !== undefined) await closeEgress(bench.engine).catch(() => undefined)
}

/** Connects to an engine and clears away what an earlier life of this node left. Throws NS_E_PLATFORM. */
export async function openBench (options: BenchOptions, signal: AbortSignal): Promise<Bench> {
  const { scratchDir, log } = options
  const engine = await connectEngine(options.socket, signal)
  if (engine.info.remapped) {
    throw new NightshiftError('NS_E_PLATFORM', `the engine at ${options.socket} remaps users (userns-remap), which is not supported`, { remedy: 'use an engine without userns-remap, or a rootless one' })
  }
  const removed = await removeLeftovers(engine, options.node)
  for (const task of removed) log(`Removed the container of ${task}, left by a node that was killed`)
  await removeLeftSelfTests(engine)
  const areasDir = join(scratchDir, 'results')
  await removeLeftAreas(areasDir)
  await emptyFolder(scratchDir, ['images.json'])
  const { user, owner } = userOf(engine)
  return {
    engine,
    images: await EngineImages.open(engine, options.rules, join(scratchDir, 'images.json'), log),
    areas: await openResultAreas(areasDir, owner, log, options.mounts),
    apps: new AppFolders(join(scratchDir, 'apps')),
    inputs: join(scratchDir, 'inputs'),
    usage: new UsageReader(engine.info),
    user,
    egressNetwork: options.egress ? await openEgress(engine, log) : undefined
  }
}

/**
 * Whom containers run as. A node run by root uses nobody; any other node its own
 * user, so that it can read and remove what tasks write. Under rootless Docker
 * that user is root inside the container, and nobody special outside.
 */
function userOf (engine: Engine): { user: string, owner: Owner } {
  const uid = process.getuid?.() ?? 0
  const gid = process.getgid?.() ?? 0
  if (engine.info.rootless && engine.info.name === 'podman') return { user: '65534:65534', owner: { uid, gid } }
  if (engine.info.rootless) return { user: '0:0', owner: { uid, gid } }
  const owner = uid === 0 ? NOBODY : { uid, gid }
  return { user: `${owner.uid}:${owner.gid}`, owner }
}
