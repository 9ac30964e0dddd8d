import type { DoneReport, StopKind } from './runner/wire.ts'
import { FrameError } from './frames.ts'

const STOPS: ReadonlySet<string> = new Set<StopKind>(['memory', 'output-bytes', 'output-files', 'output-invalid', 'entrypoint', 'trap'])
const MESSAGE_CHARS = 2000

/** The announcement of a result file, and its bytes when they came along. */
export interface FileReport { readonly path: string, readonly size: number, readonly inline: Buffer }

/** @throws FrameError for a report no honest runner sends */
export function parseDone (payload: Buffer): DoneReport {
  const report = parseJson(payload)
  const { exit, stop, message, cpuMs, peakBytes } = report
  if (!isCount(exit) || (stop !== undefined && (typeof stop !== 'string' || !STOPS.has(stop)))) throw new FrameError('a malformed final report')
  return {
    exit,
    ...stop === undefined ? {} : { stop: stop as StopKind },
    ...typeof message === 'string' ? { message: message.slice(0, MESSAGE_CHARS) } : {},
    cpuMs: typeof cpuMs === 'number' && cpuMs >= 0 && Number.isFinite(cpuMs) ? cpuMs : 0,
    peakBytes: isCount(peakBytes) ? peakBytes : 0
  }
}

/** @throws FrameError for an announcement no honest runner sends */
export function parseFile (payload: Buffer): FileReport {
  if (payload.byteLength < 2) throw new FrameError('a malformed file announcement')
  const end = 2 + payload.readUInt16LE(0)
  const { path, size } = parseJson(payload.subarray(2, end))
  if (typeof path !== 'string' || !isCount(size)) throw new FrameError('a malformed file announcement')
  return { path, size, inline: payload.subarray(end) }
}

function parseJson (payload: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(payload.toString('utf8'))
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // falls through to the one error for everything that is not an object
  }
  throw new FrameError('a report that is not JSON')
}

function isCount (value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
