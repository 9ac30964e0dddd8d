/** True when `name` is what the pattern says, `*` standing for any characters. */
export function patternMatches (pattern: string, name: string): boolean {
  return new RegExp(`^${patternSource(pattern)}$`).test(name)
}

/** The pattern as the source of a regular expression. */
export function patternSource (pattern: string): string {
  return pattern.split(/\*+/).map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')
}
