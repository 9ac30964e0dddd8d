import { Level } from 'level'
import { errorMessage } from '../model/errors.ts'
import { verified } from './stamps.ts'
import { openError } from './errors.ts'

/** What looking at a database without changing it found. */
export type DatabaseCheck =
  | { readonly state: 'whole', readonly batch: number }
  | { readonly state: 'in use' | 'absent' }
  | { readonly state: 'damaged', readonly why: string }

/** Checks a database as its next open would, and changes nothing. */
export async function checkDatabase (dir: string): Promise<DatabaseCheck> {
  const level = new Level<string, string>(dir, { keyEncoding: 'utf8', valueEncoding: 'utf8', createIfMissing: false })
  try {
    await level.open()
  } catch (error) {
    const known = openError(error, dir)
    if (known.code === 'NS_E_DATA_LOCKED') return { state: 'in use' }
    return /does not exist|ENOENT/i.test(known.message) ? { state: 'absent' } : { state: 'damaged', why: known.message }
  }
  try {
    return { state: 'whole', batch: (await verified(level, dir)).n }
  } catch (error) {
    return { state: 'damaged', why: errorMessage(error) }
  } finally {
    await level.close()
  }
}
