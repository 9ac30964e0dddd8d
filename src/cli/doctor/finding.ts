/** `broken`: something does not work. `warning`: it works, and less well or not for long. `note`: worth knowing. */
export type Severity = 'ok' | 'note' | 'warning' | 'broken'

/** What one check found, with what to do about it. */
export interface Finding {
  /** stable, for programs */
  readonly code: string
  readonly severity: Severity
  readonly text: string
  readonly remedy?: string
}

export function ok (code: string, text: string): Finding {
  return { code, severity: 'ok', text }
}

export function note (code: string, text: string, remedy?: string): Finding {
  return { code, severity: 'note', text, ...remedy === undefined ? {} : { remedy } }
}

export function warning (code: string, text: string, remedy: string): Finding {
  return { code, severity: 'warning', text, remedy }
}

export function broken (code: string, text: string, remedy: string): Finding {
  return { code, severity: 'broken', text, remedy }
}
