import { pc } from './colours.ts'
import type { ChaosReport, Verdict, WorkerRow } from '../cluster/chaos/report.ts'
import { EXIT, duration, print, printRows, say } from './output.ts'

const EXITS: Readonly<Record<Verdict['end'], number>> = { right: EXIT.done, wrong: EXIT.verification, 'job-failed': EXIT.jobFailed, error: EXIT.error }

export function chaosExit (verdict: Verdict): number {
  return EXITS[verdict.end]
}

/** What came of a chaos run: who did what, what it cost, what was wrong, and whether the books balance. */
export function printChaos (report: ChaosReport, verdict: Verdict, { keep }: { readonly keep?: string }): void {
  const { job, comparison, books, time, seed } = report
  print('')
  printRows('table', 'workers', report.workers, {
    worker: row => row.name, behaviour: row => row.behaviour, run: row => String(row.run), verified: row => String(row.verified),
    rejected: row => String(row.rejected), lost: row => String(row.lost), strikes: row => row.banned ? `${row.strikes}, banned` : String(row.strikes),
    paid: row => `${row.paid} BYC`, suffered
  })
  print('')
  if (job !== undefined) {
    print(`job          ${job.state.toLowerCase()}, ${job.chunks.done} of ${job.chunks.total} chunks${time.ms > 0 ? ` in ${duration(time.ms)}` : ''}${time.quietMs === undefined ? '' : `; without faults in ${duration(time.quietMs)}`}`)
    print(`cost         ${job.executions} executions, ${job.verification.overhead} per chunk; ${job.cost} BYC`)
  }
  const { run, kills } = report.coordinator
  print(`coordinator  ran ${run} chunk${run === 1 ? '' : 's'} itself to settle what differed or to check${kills === 0 ? '' : `; was killed ${kills} time${kills === 1 ? '' : 's'}`}`)
  if (comparison !== undefined) print(`wrong        ${comparison.wrong.length} wrong results accepted; ${comparison.compared} of ${job?.chunks.total ?? 0} chunks compared with runs on the coordinator itself${outputText(comparison.sameOutput)}`)
  print(`books        ${books.problems.length === 0 ? `${books.issued} BYC issued, ${books.entries} entries: the sum of all accounts is 0, escrow is empty, every worker's receipts say what the books say` : 'DO NOT BALANCE, see below'}`)
  print('')
  print(verdict.end === 'right' ? pc.green('everything is as it should be') : pc.red(verdict.reasons[0] ?? ''))
  for (const reason of verdict.reasons.slice(1)) print(pc.red(reason))
  say(`  the same faults again: --seed ${seed}`)
  if (keep !== undefined) say(`  logs and data of every node: ${keep}`)
  else if (verdict.end !== 'right') say('  to look at logs and data of every node: add --keep DIR')
}

function outputText (same: boolean | undefined): string {
  return same === undefined ? '' : same ? '; the output is the same' : '; THE OUTPUT DIFFERS'
}

function suffered ({ suffered: { kills, freezes, partitions, resets, deaths } }: WorkerRow): string {
  const counts = [[kills, 'kill'], [freezes, 'freeze'], [partitions, 'partition'], [resets, 'reset'], [deaths, 'death']] as const
  return counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}${count === 1 ? '' : 's'}`).join(', ')
}
