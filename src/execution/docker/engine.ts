import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import Docker from 'dockerode'
import { NightshiftError, errorMessage } from '../../model/errors.ts'

/** What of an engine decides how containers are made on it. */
export interface EngineInfo {
  readonly name: 'docker' | 'podman'
  readonly version: string
  readonly cgroupVersion: 1 | 2
  readonly rootless: boolean
  /** container users are mapped to other users of the host */
  readonly remapped: boolean
  readonly runtimes: readonly string[]
  readonly architecture: string
}

export interface Engine {
  readonly socket: string
  readonly api: Docker
  readonly info: EngineInfo
}

/** An engine that does not answer its first questions within this time is not there, milliseconds. */
const ANSWER_MS = 10_000

/** What of an engine's long answer is looked at. */
interface InfoAnswer { readonly SecurityOptions?: readonly string[] | null, readonly CgroupVersion?: string, readonly Runtimes?: object }

/** Sockets to look at, in order: the one named, the environment's, Docker's, Podman's, rootless ones. */
export function socketCandidates (env: NodeJS.ProcessEnv = process.env, uid: number = process.getuid?.() ?? 0): readonly string[] {
  const named = env['DOCKER_HOST']
  if (named !== undefined && named !== '') return named.startsWith('unix://') ? [named.slice('unix://'.length)] : []
  const runtimeDir = env['XDG_RUNTIME_DIR'] ?? `/run/user/${uid}`
  return [
    '/var/run/docker.sock',
    '/run/podman/podman.sock',
    join(runtimeDir, 'docker.sock'),
    join(runtimeDir, 'podman/podman.sock'),
    join(homedir(), '.docker/run/docker.sock')
  ]
}

/** The first candidate that exists; undefined when this machine has no engine's socket. */
export function findSocket (env: NodeJS.ProcessEnv = process.env): string | undefined {
  return socketCandidates(env).find(path => existsSync(path))
}

/**
 * Asks the engine behind a socket what it is.
 * @throws NS_E_PLATFORM when nothing answers there, or not as an engine does
 */
export async function connectEngine (socket: string, signal: AbortSignal): Promise<Engine> {
  const api = new Docker({ socketPath: socket })
  const within = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)])
  try {
    const [info, version] = await Promise.all([abortable(api.info() as Promise<InfoAnswer>, within), abortable(api.version(), within)])
    const options = info.SecurityOptions ?? []
    const podman = (version.Components ?? []).some((part: { Name: string }) => /podman/i.test(part.Name))
    return {
      socket,
      api,
      info: {
        name: podman ? 'podman' : 'docker',
        version: String(version.Version),
        cgroupVersion: info.CgroupVersion === '2' ? 2 : 1,
        rootless: options.some(option => option.includes('rootless')),
        remapped: options.some(option => option.includes('userns')),
        // Podman names every runtime it knows of, installed or not
        runtimes: podman ? [] : Object.keys(info.Runtimes ?? {}),
        architecture: String(version.Arch)
      }
    }
  } catch (error) {
    signal.throwIfAborted()
    throw new NightshiftError('NS_E_PLATFORM', `no container engine answers at ${socket}: ${errorMessage(error)}`, {
      remedy: 'start Docker or Podman, or name its socket with --engine'
    })
  }
}

/** Rejects as soon as `signal` aborts; the request itself is left to end on its own. */
export async function abortable<T> (promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  let onAbort: () => void = () => undefined
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => { reject(signal.reason as Error) }
    signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
    promise.catch(() => undefined)
  }
}

/** True when an error says that nobody answers at the socket, or stopped answering. */
export function engineIsGone (error: unknown): boolean {
  const { code, statusCode, message } = error as { code?: string, statusCode?: number, message?: string }
  if (statusCode !== undefined) return false
  return ['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE'].includes(code ?? '') || /socket hang up/.test(message ?? '')
}

/** The status an engine answered with; undefined for anything but an answer. */
export function statusOf (error: unknown): number | undefined {
  return (error as { statusCode?: number }).statusCode
}
