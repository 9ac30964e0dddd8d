import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

export interface Ran { readonly code: number, readonly stdout: string, readonly stderr: string }

/** Runs the built command to its end. */
export async function nightshift (...args: readonly string[]): Promise<Ran> {
  return await new Promise(resolve => {
    execFile(process.execPath, [MAIN, ...args], { env: { ...process.env, NO_COLOR: '1' } }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })
}
