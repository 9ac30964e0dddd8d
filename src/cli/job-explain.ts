import type { Account } from '../coordinator/account.ts'
import type { AwardedView, Explanation } from '../coordinator/explain.ts'
import { connect } from './connect.ts'
import { EXIT, duration, print, printJson, shortPeer } from './output.ts'
import type { Format } from './output.ts'

/** `nightshift job explain`: what it waits for, who may run it and who not, and where its time and money went. */
export async function explain (id: string, command: { readonly data?: string, readonly output: Format }): Promise<number> {
  const why = await (await connect(command.data)).get<Explanation>(`/v1/jobs/${id}/explain`)
  if (command.output === 'json') printJson(why)
  else for (const line of explainLines(why)) print(line)
  return EXIT.done
}

function explainLines (why: Explanation): string[] {
  return [
    `the job is ${why.state}${why.waiting === undefined ? '' : `; it waits: ${why.waiting.text} (${why.waiting.code})`}`,
    ...why.awarded.flatMap(awardedLines),
    ...why.refused.map(({ worker, reasons }) => `  ${shortPeer(worker)}  may not: ${reasons.map(({ text, code }) => `${text} (${code})`).join('; ')}`),
    ...why.awarded.length + why.refused.length === 0 ? ['  no worker has anything to do with it now'] : [],
    ...why.times === undefined ? [] : [`where its time went: ${Object.entries(why.times).map(([state, ms]) => `${state.toLowerCase()} ${time(ms)}`).join(', ')}`],
    ...why.account === undefined || why.account.executions === 0 ? [] : accountLines(why.account)
  ]
}

function awardedLines ({ worker, price, slots, leases, room, expectedMs, kappa, pace, score, outcome }: AwardedView): string[] {
  return [
    `  ${shortPeer(worker)}  may run its chunks, ${slots} at a time, for ${price} BYC each; has ${leases} leases, room for ${room} more`,
    `            a chunk costs ${score.total} BYC there: price ${score.price}, time ${score.time} (${time(expectedMs)}; κ ${kappa}, pace ${pace}), failures ${score.failure}, further executions ${score.executions}`,
    ...outcome === undefined || outcome.reason === undefined ? [] : [`            its bid ${outcome.kind === 'lost' ? 'lost' : 'was not needed'}: ${outcome.reason.text} (${outcome.reason.code})`]
  ]
}

function accountLines ({ executions, first, replicas, retries, own, queueMs, runMs, verifyMs, paid, workers }: Account): string[] {
  return [
    `where its work went: ${executions} executions: ${first} first ones, ${replicas} to check them or copies of late ones, ${retries} in place of lost ones, ${own} of the coordinator itself`,
    `  over all of them ${time(runMs)} of running, ${time(queueMs)} on the way and waiting at workers, ${time(verifyMs)} until the result was believed`,
    paid === undefined ? 'where its money went: nothing is paid yet' : `where its money went: ${paid.total} BYC for ${paid.results} results, ${paid.min} / ${paid.median} / ${paid.max} BYC each (least / median / most)`,
    ...workers.map(({ worker, executions: its, results, paid: got, runMs: ran, lost }) => {
      const gone = Object.entries(lost).map(([code, count]) => `${count} ${code}`).join(', ')
      return `  ${shortPeer(worker)}  ${its} executions, ${time(ran)} of running, ${got} BYC for ${results} results${gone === '' ? '' : `; lost: ${gone}`}`
    })
  ]
}

function time (ms: number): string {
  return ms < 10_000 ? `${Math.round(ms / 10) / 100} s` : duration(ms)
}
