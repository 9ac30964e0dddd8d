import type { Manifest } from '../model/block.ts'
import { CRIPPLED_MODULES, STANDARD_MODULES } from './python-modules.ts'

/** A Python file of a bundle. */
export interface PythonFile { readonly path: string, readonly text: string }

export type Eligibility = { readonly ok: true } | { readonly ok: false, readonly reason: string }

const STOCK_IMAGE = /^(?:(?:docker\.io|index\.docker\.io)\/)?(?:library\/)?python(?::[\w.-]+)?(?:@sha256:[0-9a-f]{64})?$/
const IMPORT = /^(\s*)(?:import\s+([^#;]+)|from\s+(\.*[\w.]*)\s+import\b)/
const OPTIONAL = /^except\s*(?:$|:|[^:]*\b(?:ImportError|ModuleNotFoundError|Exception|BaseException)\b)/

/**
 * Whether a block written for a stock `python:*` image also runs in
 * `python-wasm`: its entrypoint is a Python file, and every module it needs
 * is in its bundle or in the standard library of the WebAssembly build.
 * Imports guarded by `except ImportError` need not be there.
 */
export function pythonWasmEligible (manifest: Pick<Manifest, 'platform' | 'platform_config' | 'entrypoint'>, files: readonly PythonFile[]): Eligibility {
  const no = (reason: string): Eligibility => ({ ok: false, reason })
  if (!manifest.entrypoint.endsWith('.py')) return no(`its entrypoint ${manifest.entrypoint} is not a Python file`)
  if (manifest.platform === 'wasm') return no('it is a WebAssembly block')
  if (manifest.platform === 'docker') {
    const image = manifest.platform_config.container ?? ''
    if (!STOCK_IMAGE.test(image)) return no(`its image ${image === '' ? '(none)' : image} is not a stock python image`)
    if (manifest.platform_config.network === 'egress') return no('it asks for the network')
  }
  const own = new Set(files.flatMap(({ path }) => path.endsWith('.py') ? ownNames(path) : []))
  for (const { path, text } of files) {
    if (!path.endsWith('.py')) continue
    for (const { module, line } of requiredModules(text)) {
      if (own.has(module) || STANDARD_MODULES.has(module)) continue
      const why = CRIPPLED_MODULES.has(module) ? 'which needs processes or threads' : 'which is not in the standard library there'
      return no(`${path} line ${line} imports ${module}, ${why}`)
    }
  }
  return { ok: true }
}

/** Top-level modules a source cannot do without, each with the line of its first import. */
function requiredModules (text: string): ReadonlyArray<{ module: string, line: number }> {
  const lines = blankStrings(text).split('\n')
  const found = new Map<string, number>()
  lines.forEach((line, index) => {
    for (const statement of line.split(';')) {
      const match = IMPORT.exec(statement)
      if (match === null || isOptional(lines, index)) continue
      const names = match[3] !== undefined ? [match[3]] : joined(match[2] ?? '').split(',').map((name) => name.trim().split(/\s+as\s+/)[0] ?? '')
      for (const name of names) {
        const top = name.split('.')[0] ?? ''
        if (/^\w+$/.test(top) && !found.has(top)) found.set(top, index + 1)
      }
    }
  })
  return [...found].map(([module, line]) => ({ module, line }))
}

/** Whether the line stands in a `try` whose handler takes a missing module in its stride. */
function isOptional (lines: readonly string[], index: number): boolean {
  let indent = indentOf(lines[index] ?? '')
  for (let at = index - 1; at >= 0 && indent > 0; at--) {
    const line = lines[at] ?? ''
    if (line.trim() === '' || indentOf(line) >= indent) continue
    indent = indentOf(line)
    const head = line.trim()
    if (/^try\s*:/.test(head) && handlers(lines, at).some((handler) => OPTIONAL.test(handler))) return true
    if (OPTIONAL.test(head) && /^except\b/.test(head)) return true
    if (/^if\s+(?:typing\.)?TYPE_CHECKING\s*:/.test(head)) return true
  }
  return false
}

function handlers (lines: readonly string[], tryLine: number): string[] {
  const indent = indentOf(lines[tryLine] ?? '')
  const heads: string[] = []
  for (const line of lines.slice(tryLine + 1)) {
    if (line.trim() === '' || indentOf(line) > indent) continue
    const head = line.trim()
    if (indentOf(line) < indent || !/^(?:except|else|finally)\b/.test(head)) break
    if (head.startsWith('except')) heads.push(head)
  }
  return heads
}

/** Names under which a file of the bundle can be imported. */
function ownNames (path: string): string[] {
  const parts = path.replace(/\.py$/, '').split('/')
  return [parts[0] ?? '', parts.at(-1) ?? '', ...parts.at(-1) === '__init__' ? [parts.at(-2) ?? ''] : []]
}

/** The text with the insides of strings and comments blanked and continued lines joined; line numbers stay. */
function blankStrings (text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/("""|''')(?:\\[^]|(?!\1)[^\\])*\1|"(?:\\[^]|[^"\\\n])*"|'(?:\\[^]|[^'\\\n])*'|#[^\n]*/g, (part) => part.replace(/[^\n]/g, (_, at: number) => at === 0 && !part.startsWith('#') ? '0' : ' '))
    .replace(/((?:\\\n[^\n]*)+)/g, (part) => part.replace(/\\\n/g, ' ') + '\n'.repeat(part.split('\\\n').length - 1))
}

function joined (names: string): string {
  return names.replace(/[()\\]/g, ' ')
}

function indentOf (line: string): number {
  return line.length - line.trimStart().length
}
