import { isatty } from 'node:tty'
import picocolors from 'picocolors'

const { NO_COLOR, FORCE_COLOR } = process.env

/**
 * Colours for a person at a terminal: what goes through a pipe or into a file stays plain text,
 * in CI too, unless FORCE_COLOR asks for them (https://no-color.org, https://force-color.org).
 */
export const pc = picocolors.createColors(wanted())

function wanted (): boolean {
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0'
  return isatty(1) && isatty(2)
}
