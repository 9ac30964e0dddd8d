import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ChaosReport, Verdict, WorkerRow } from '../../src/cluster/chaos/report.ts'
import { HASHER } from './hasher.ts'
import { compileWat } from './wasm.ts'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
/** A chunk takes a tenth of a second or so: faults find the job still running. */
const CHUNK_BYTES = 150_000

export type JsonReport = ChaosReport & { readonly verdict: Verdict }

export interface ChaosRig {
  readonly dir: string
  readonly start: (...args: readonly string[]) => ChildProcess
  /** Runs `cluster chaos` with the hasher on so many chunks to its end. */
  readonly run: (chunks: number, ...args: readonly string[]) => Promise<{ readonly code: number | null, readonly report: JsonReport, readonly stderr: string }>
  readonly job: (chunks: number) => Promise<readonly string[]>
  /** Processes that work below this rig's folder. */
  readonly processes: () => Promise<readonly number[]>
  /** What is left of clusters and of files. */
  readonly leftovers: () => Promise<readonly string[]>
  readonly close: () => Promise<void>
}

export async function chaosRig (): Promise<ChaosRig> {
  const dir = await mkdtemp(join(tmpdir(), 'nightshift-chaos-test-'))
  const env = { ...process.env, NO_COLOR: '1', TMPDIR: join(dir, 'tmp'), NIGHTSHIFT_DATA: join(dir, 'data') }
  const app = join(dir, 'hasher')
  await mkdir(env.TMPDIR)
  await mkdir(join(app, 'app'), { recursive: true })
  await writeFile(join(app, 'manifest.json'), JSON.stringify({ name: 'hasher', version: '1.0', type: 'app', description: 'hashes its chunk', entrypoint: 'main.wasm', platform: 'wasm' }))
  await writeFile(join(app, 'app', 'main.wasm'), await compileWat(HASHER))
  const start = (...args: readonly string[]): ChildProcess => spawn(process.execPath, [MAIN, 'cluster', 'chaos', ...args], { cwd: dir, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const job = async (chunks: number): Promise<readonly string[]> => {
    const input = join(dir, 'input.bin')
    await writeFile(input, Buffer.from(Array.from({ length: chunks * CHUNK_BYTES }, (_, i) => (i * 31 + (i >> 8)) & 0xff)))
    return ['--app', app, '--input', input, '--partitioner', 'bytes', '--param', `partitioner.size=${CHUNK_BYTES}`, '--assembler', 'concat', '--param', 'assembler.output=hashes.bin', '--estimate', '0.2']
  }
  const processes = async (): Promise<readonly number[]> => {
    const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name)).map(Number)
    const found = await Promise.all(pids.map(async pid => (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes(dir) ? pid : 0))
    return found.filter(pid => pid > 0)
  }
  return {
    dir,
    start,
    job,
    processes,
    run: async (chunks, ...args) => {
      const child = start(...await job(chunks), '--output', 'json', ...args)
      let [stdout, stderr] = ['', '']
      child.stdout?.on('data', (part: Buffer) => { stdout += part.toString() })
      child.stderr?.on('data', (part: Buffer) => { stderr += part.toString() })
      const [code] = await once(child, 'close') as [number | null]
      if (stdout === '') throw new Error(`there is no report:\n${stderr}`)
      return { code, report: JSON.parse(stdout) as JsonReport, stderr }
    },
    leftovers: async () => await readdir(env.TMPDIR),
    close: async () => {
      for (const pid of await processes()) {
        process.kill(pid, 'SIGCONT')
        process.kill(pid, 'SIGKILL')
      }
      await rm(dir, { recursive: true, force: true })
    }
  }
}

export function worker (report: JsonReport, behaviour: WorkerRow['behaviour']): WorkerRow {
  const row = report.workers.find(candidate => candidate.behaviour === behaviour)
  if (row === undefined) throw new Error(`there is no ${behaviour} worker`)
  return row
}
