import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chaosRig, worker } from '../support/chaos.ts'
import type { ChaosRig } from '../support/chaos.ts'

/** One worker of each kind, and some honest ones. */
const EVERYBODY = ['--liars', '1', '--on-off', '1', '--secretive', '1', '--flaky', '1', '--slow', '1', '--partitioned', '1', '--killed', '1', '--frozen', '1', '--workers', '11']

describe('cluster chaos with everything at once', () => {
  let rig: ChaosRig
  beforeEach(async () => { rig = await chaosRig() })
  afterEach(async () => { await rig.close() })

  it.each([1, 2, 3])('gets the right output and balanced books (seed %i)', async seed => {
    const { code, report, stderr } = await rig.run(100, ...EVERYBODY, '--kill-coordinator', '3', '--latency', '20', '--jitter', '30', '--resets', '4', '--bandwidth', '4096', '--baseline', '--seed', String(seed), '--duration', '120')
    expect(report.verdict, stderr).toEqual({ end: 'right', reasons: [] })
    expect(code).toBe(0)
    expect(report.comparison).toEqual({ compared: 100, wrong: [], erratic: [], sameOutput: true })
    expect(report.time.quietMs).toBeGreaterThan(0)
    for (const behaviour of ['liar', 'secretive'] as const) expect(worker(report, behaviour).verified, behaviour).toBe(0)
    for (const behaviour of ['slow', 'partitioned', 'killed', 'frozen'] as const) expect(worker(report, behaviour).banned, `${behaviour} is honest`).toBe(false)
    expect(worker(report, 'frozen').suffered.freezes).toBeGreaterThan(0)
    expect(await rig.processes()).toEqual([])
    expect(await rig.leftovers()).toEqual([])
  }, 600_000)

  it('says so, with 4, when a majority of liars has its way', async () => {
    const { code, report } = await rig.run(20, '--workers', '6', '--liars', '6', '--replicas', '2', '--seed', '1')
    expect(report.verdict.end).toBe('wrong')
    expect(report.comparison?.wrong).toHaveLength(20)
    expect(report.comparison?.sameOutput).toBe(false)
    expect(code).toBe(4)
  }, 180_000)

  it('says that an app is to blame that fails, or that gives other results each time', async () => {
    const broken = join(rig.dir, 'hasher', 'app', 'main.py')
    const manifest = { name: 'hasher', version: '1.0', type: 'app', description: '', entrypoint: 'main.py', platform: 'python-wasm' }
    await writeFile(join(rig.dir, 'hasher', 'manifest.json'), JSON.stringify(manifest))
    await writeFile(broken, "raise SystemExit('no cheese')\n")
    const failed = await rig.run(2, '--workers', '2', '--seed', '1')
    expect(failed).toMatchObject({ code: 3, report: { verdict: { end: 'job-failed', reasons: [expect.stringMatching(/no cheese[^]*so it does on the coordinator itself/) as string] } } })
    await writeFile(broken, "import os\nopen(os.path.join(os.environ['TASK_RESULTS_DIR'], 'out'), 'w').write(os.environ['JOB_ID'])\n")
    const erratic = await rig.run(2, '--workers', '2', '--seed', '1')
    expect(erratic).toMatchObject({ code: 1, report: { verdict: { end: 'error', reasons: [expect.stringContaining('the app gives other results each time') as string] } } })
  }, 300_000)

  it.each(['SIGKILL', 'SIGINT'] as const)('leaves no process behind after %s, not even a frozen one', async signal => {
    const run = rig.start(...await rig.job(400), '--workers', '3', '--frozen', '2', '--seed', '1')
    let log = ''
    run.stderr?.on('data', (part: Buffer) => { log += part.toString() })
    await expect.poll(() => log, { timeout: 60_000, interval: 10 }).toContain('is frozen')
    run.kill(signal)
    const [code] = await once(run, 'exit') as [number | null]
    expect(code).toBe(signal === 'SIGINT' ? 1 : null)
    await expect.poll(rig.processes, { timeout: 20_000 }).toEqual([])
    if (signal === 'SIGINT') {
      expect(log).toContain('NS_E_ABORTED')
      expect(await rig.leftovers()).toEqual([])
    }
  }, 120_000)
})
