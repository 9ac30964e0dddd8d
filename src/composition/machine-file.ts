import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What was measured of a machine and need not be again at the next start. */
export interface Measured {
  /** bytes per second; 0: not known */
  readonly bandwidth: number
  /** `key`: what the score is of, see `speedKey`; `at`: milliseconds since the epoch */
  readonly speed?: { readonly key: string, readonly score: number, readonly at: number }
}

export function machineFile (dataDir: string): string {
  return join(dataDir, 'machine.json')
}

/** A file that cannot be read, or says something else, is as good as none: all of it can be measured again. */
export async function readMeasured (dataDir: string): Promise<Measured> {
  try {
    const { bandwidth, speed } = JSON.parse(await readFile(machineFile(dataDir), 'utf8')) as Partial<Measured>
    return {
      bandwidth: isFigure(bandwidth) ? bandwidth : 0,
      ...isFigure(speed?.score) && isFigure(speed.at) && typeof speed.key === 'string' ? { speed } : {}
    }
  } catch {
    return { bandwidth: 0 }
  }
}

export async function writeMeasured (dataDir: string, measured: Measured): Promise<void> {
  const file = machineFile(dataDir)
  await writeFile(`${file}.new`, JSON.stringify(measured), { mode: 0o600 })
  await rename(`${file}.new`, file)
}

function isFigure (value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
