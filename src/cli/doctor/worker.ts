import { ownerFile, readOwnerRules } from '../../composition/owner-watch.ts'
import { NightshiftError } from '../../model/errors.ts'
import { allowanceOf } from '../../worker/owner/allowance.ts'
import { NOTHING_SEEN } from '../../worker/owner/conditions.ts'
import type { WorkerStatus } from '../../worker/status.ts'
import { shortPeer } from '../output.ts'
import { broken, note, ok, warning } from './finding.ts'
import type { Finding } from './finding.ts'

/** What stops a running worker from working, or slows it. */
export function checkWorker (status: WorkerStatus): readonly Finding[] {
  return [owners(status), ...coordinators(status), ...platforms(status)]
}

function owners ({ reason, state, until }: WorkerStatus): Finding {
  if (reason === undefined) return ok('OWNER_RULES', 'its owner lets it work')
  const text = `${reason.text} (${reason.code})${until === undefined ? '' : `, until ${new Date(until).toISOString()}`}`
  const remedy = reason.code === 'OWNER_PAUSED' || reason.code === 'FINISHING' ? '"nightshift node resume" takes it back' : 'if that is not meant, see "nightshift config list" and change it with "nightshift config set"'
  return state === 'reduced' ? note('OWNER_LIMITS', `works with less than all: ${text}`, remedy) : warning('OWNER_STOPS', `takes no work: ${text}`, remedy)
}

function coordinators ({ coordinators: all }: WorkerStatus): readonly Finding[] {
  const admitted = all.filter(coordinator => coordinator.admitted)
  const refused = all.filter(({ refusal }) => refusal !== undefined).map(({ peer, refusal }) => warning('COORDINATOR_REFUSED', `${shortPeer(peer)} is not worked for: ${refusal?.text ?? ''} (${refusal?.code ?? ''})`, '"nightshift wallet peers --worker" shows how each coordinator treated this worker'))
  if (admitted.length > 0) return [ok('COORDINATORS', `connected to ${admitted.length} coordinator${admitted.length === 1 ? '' : 's'}: ${admitted.map(({ peer }) => shortPeer(peer)).join(', ')}`), ...refused]
  return [broken('NO_COORDINATOR', 'no coordinator to work for is connected', 'name one with --peer, and see that its address can be reached from here'), ...refused]
}

function platforms ({ platforms: all }: WorkerStatus): readonly Finding[] {
  if (all.length === 0) return [broken('NO_PLATFORM', 'no platform passed its self-test: no app can run here', 'its log says why each failed')]
  return [ok('PLATFORMS', `proven to run ${all.join(', ')}`)]
}

/** Of a worker that does not run: whether it could follow its owner's settings, and would work now. */
export async function checkOwnerFile (dataDir: string, now: number): Promise<readonly Finding[]> {
  try {
    const { takesWork, reason } = allowanceOf(await readOwnerRules(ownerFile(dataDir)), { cores: 1, memoryMiB: 1024, tasks: 1 }, NOTHING_SEEN, undefined, now)
    return takesWork || reason === undefined ? [] : [note('OWNER_STOPS', `it would take no work now: ${reason.text} (${reason.code})`, 'see "nightshift config list"')]
  } catch (error) {
    if (!(error instanceof NightshiftError)) throw error
    return [broken('OWNER_CONFIG', error.message, error.remedy)]
  }
}
