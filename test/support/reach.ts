import { join } from 'node:path'
import { afterEach, beforeEach, expect } from 'vitest'
import { crashRig } from './crash.ts'
import type { CrashRig } from './crash.ts'
import { Internet } from './netns.ts'
import { launch } from './nodes.ts'
import type { StartedNode } from './nodes.ts'

export interface ReachRig {
  readonly internet: Internet
  /** submits a job, and sees whether all of it is right */
  readonly jobs: CrashRig
  /** Starts a node on a host, with its data in a folder named after the host, listening on port 4001. */
  readonly start: (role: 'coordinator' | 'worker', host: string, args?: readonly string[]) => Promise<StartedNode>
}

/** For every test an internet of its own, and nothing of it left afterwards. */
export function reachRig (): () => ReachRig {
  let rig: ReachRig | undefined
  const nodes: StartedNode[] = []
  beforeEach(async () => {
    const internet = await Internet.make()
    const start: ReachRig['start'] = async (role, host, args = []) => {
      const own = role === 'worker' ? ['--profile', 'always', '--slots', '1', '--allow-process-isolation'] : ['--profile', 'open']
      const node = await launch(internet.on(host), role, join(internet.dir, host), ['--no-containers', '--log-level', 'debug', '--listen', '/ip4/0.0.0.0/tcp/4001', ...own, ...args])
      nodes.push(node)
      return node
    }
    rig = { internet, jobs: await crashRig(), start }
  })
  afterEach(async () => {
    await Promise.all(nodes.splice(0).map(async node => { await node.stop('SIGKILL') }))
    await rig?.jobs.close()
    await rig?.internet.close()
    rig = undefined
  })
  return () => rig ?? expect.fail('no test runs')
}
