import { jobReceipt, readRecipe } from '../../../src/coordinator/job-receipt.ts'
import { journalLines } from '../../../src/ledger/journal.ts'
import type { Entry } from '../../../src/ledger/transfers.ts'
import { jobEnded } from '../../../src/lifecycle/job.ts'
import { ReceiptCheck } from '../../../src/verification/check-receipt.ts'
import type { SimulatedCoordinator } from './coordinator.ts'
import { simulatedSigner } from './signer.ts'
import { must } from './violation.ts'

/** Every job that ended has a receipt, which holds and says of every worker what the books say. */
export async function auditReceipts ({ name, state, disk, archive, world }: SimulatedCoordinator): Promise<void> {
  if (state === undefined) return
  const posted = new Map<string, bigint>()
  for await (const text of journalLines(disk, archive)) {
    for (const { kind, ref, amount, credit } of (JSON.parse(text) as Partial<Entry>).transfers ?? []) {
      if (kind !== 'post' || ref.job === undefined) continue
      const key = `${ref.job} ${credit}`
      posted.set(key, (posted.get(key) ?? 0n) + BigInt(amount))
    }
  }
  const signer = simulatedSigner(name)
  for (const { record } of state.jobs.values()) {
    if (!jobEnded(record.state)) continue
    must(record.receipt !== undefined, 'every job that ended has a receipt', () => record.id)
    let text = ''
    for await (const piece of jobReceipt({ record, store: disk, signer })) text += piece
    const check = new ReceiptCheck({ signer, recipe: readRecipe })
    for (const line of text.split('\n').slice(0, -1)) check.line(line)
    const problems = check.end()
    must(problems.count === 0, 'every receipt holds', () => `${record.id}: ${problems.named.map(({ where, what }) => `${where}: ${what}`).join('; ')}`)
    const statement = check.job?.statement
    if (statement === undefined) continue
    must(BigInt(statement.paid) === record.spent, 'a receipt comes to what was spent', () => `${record.id}: ${statement.paid} and ${record.spent}`)
    must(statement.executions === record.executions, 'a receipt counts every execution', () => `${record.id}: ${statement.executions} and ${record.executions}`)
    world.stats.count('batch in a receipt', statement.batches)
    must(statement.batches === record.checks.batches, 'a receipt shows every batch', () => `${record.id}: ${statement.batches} and ${record.checks.batches}`)
    must(statement.risk === (record.risk ?? 0), 'a receipt and its job are equally sure', () => `${record.id}: ${statement.risk} and ${record.risk ?? 0}`)
    for (const { peer, paid } of statement.workers) {
      const booked = posted.get(`${record.id} peer:${peer}`) ?? 0n
      must(booked === BigInt(paid), 'a receipt says what the books say', () => `${record.id}, ${peer}: ${paid} and ${booked}`)
    }
  }
}
