import { errorMessage, NightshiftError } from '../model/errors.ts'

/** LevelDB's own code of an error or of its cause, e.g. `LEVEL_LOCKED`. */
function levelCode (error: unknown): string | undefined {
  const { code, cause } = error as { code?: string, cause?: { code?: string } }
  return cause?.code ?? code
}

/** A failure to open the database in `dir`, as a person should read it. */
export function openError (error: unknown, dir: string): NightshiftError {
  if (levelCode(error) === 'LEVEL_LOCKED') {
    return new NightshiftError('NS_E_DATA_LOCKED', `another node uses this data folder: ${dir} is locked`, {
      remedy: 'stop it or choose another --data',
      cause: error
    })
  }
  const reason = errorMessage((error as { cause?: unknown }).cause ?? error)
  if (isCorruption(error)) return corrupt(reason, dir, error)
  return new NightshiftError('NS_E_CONFIG', `cannot open the data folder ${dir}: ${reason}`, {
    remedy: 'check that the folder exists, is writable and has free space, or choose another --data',
    cause: error
  })
}

/** A failure of a read or write; corruption gets its own code, everything else passes unchanged. */
export function accessError (error: unknown, dir: string): unknown {
  return isCorruption(error) ? corrupt(errorMessage(error), dir, error) : error
}

/**
 * A batch or its sync failed. Whether it is on disk is not known then, and the
 * same sync tried again may say yes to what was thrown away: a node that gets
 * this stops, and what is there is verified at its next start.
 */
export function syncError (error: unknown, dir: string): NightshiftError {
  if (isCorruption(error)) return corrupt(errorMessage(error), dir, error)
  return new NightshiftError('NS_E_DISK', `a write to ${dir} failed, and what it holds is not known any more: ${errorMessage((error as { cause?: unknown }).cause ?? error)}`, {
    remedy: 'free some space or see to the disk, then start again: what is there is verified then, and nothing that was promised is lost',
    cause: error
  })
}

/** A full disk as a typed error; everything else unchanged. */
export function writeError (error: unknown, dir: string): unknown {
  if ((error as { code?: string }).code !== 'ENOSPC') return error
  return new NightshiftError('NS_E_TOO_LARGE', `no space is left on the disk of ${dir}`, {
    remedy: 'free some space or choose another --data',
    cause: error
  })
}

function isCorruption (error: unknown): boolean {
  return levelCode(error) === 'LEVEL_CORRUPTION' || /corruption/i.test(errorMessage((error as { cause?: unknown }).cause ?? error))
}

function corrupt (reason: string, dir: string, cause: unknown): NightshiftError {
  return new NightshiftError('NS_E_DATA_CORRUPT', `the database in ${dir} is damaged: ${reason}`, {
    remedy: 'restore the folder from a backup, or start with a new --data',
    cause
  })
}
