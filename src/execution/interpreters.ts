import { createRequire } from 'node:module'

/** Versions of what runs apps in this process's sandboxes, by platform: results of another may differ in their last bits. */
export function interpreters (): Readonly<Record<string, string>> {
  const { version } = createRequire(import.meta.url)('pyodide/package.json') as { version: string }
  const node = `node-${process.versions.node.split('.')[0] ?? ''}`
  return { 'python-wasm': `pyodide-${version} ${node}`, 'wasm': node }
}
