import { spawn } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import { sandboxCommand, detectIsolation } from '../../src/execution/sandbox.ts'
import { buildRunners } from './support/runners.ts'

const isolations = await detectIsolation() === 'namespaces' ? ['namespaces', 'process'] as const : ['process'] as const

describe.skipIf(process.platform !== 'linux').each(isolations)('runners under isolation %s', (isolation) => {
  it('end when the node is killed with kill -9', async () => {
    buildRunners()
    const mark = `--stack-trace-limit=${1_000_000 + process.pid * 10 + isolation.length % 10}`
    const command = await sandboxCommand({ kind: 'wasm-runner', isolation, nodeFlags: [mark] })
    const parent = spawn(process.execPath, [fileURLToPath(new URL('./fixtures/parent.mjs', import.meta.url)), JSON.stringify(command)], { stdio: ['ignore', 'pipe', 'inherit'] })
    const gone = new Promise((resolve) => parent.once('exit', resolve))
    try {
      await new Promise((resolve) => parent.stdout.once('data', resolve))
      expect(processes(mark).length).toBeGreaterThan(0)
    } finally {
      parent.kill('SIGKILL')
      await gone
    }
    await vi.waitUntil(() => processes(mark).length === 0, { timeout: 5000 })
  })
})

function processes (mark: string): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(mark)
    } catch {
      return false
    }
  })
}
