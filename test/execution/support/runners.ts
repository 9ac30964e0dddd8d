import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const SOURCE = fileURLToPath(new URL('../../../src/execution/runner', import.meta.url))
const BUILT = fileURLToPath(new URL('../../../dist/execution/runner', import.meta.url))

/** Brings the built runner programs up to date with their source; several test files may do so at once. */
export function buildRunners (): void {
  mkdirSync(BUILT, { recursive: true })
  for (const name of readdirSync(SOURCE)) {
    const from = join(SOURCE, name)
    const to = join(BUILT, name.replace(/\.ts$/, '.js'))
    if (existsSync(to) && statSync(to).mtimeMs > statSync(from).mtimeMs) continue
    const { outputText } = ts.transpileModule(readFileSync(from, 'utf8'), {
      compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, rewriteRelativeImportExtensions: true, verbatimModuleSyntax: true }
    })
    const part = `${to}.${process.pid}`
    writeFileSync(part, outputText)
    renameSync(part, to)
  }
}
