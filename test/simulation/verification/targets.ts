import type { Cell, Outcome } from './cell.ts'

/** One run of the matrix. A cell without attackers may be a second job of workers that are proven. */
export interface Run { readonly cell: Cell, readonly outcome: Outcome }

export interface Verdict {
  readonly target: string
  /** the figure furthest from good, and where it was seen */
  readonly worst: string
  readonly passed: boolean
}

interface Target {
  readonly name: string
  /** the runs it is about */
  readonly of: (cell: Cell) => boolean
  readonly figure: (run: Run) => number
  /** a promise about shares: the seeds of a cell are taken together, because one batch that passes its audits by chance is several percent of a small job */
  readonly together?: true
  readonly most: number
  readonly show: (figure: number) => string
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`
const times = (figure: number): string => figure.toFixed(3)
const count = (figure: number): string => String(figure)
const executions = ({ outcome }: Run): number => outcome.executions / outcome.chunks

/** Chunks each over which honest workers must have become cheap. */
export const HONEST_CHUNKS = 500

/** What the design promises of the production policy. */
const TARGETS: readonly Target[] = [
  { name: 'wrong results accepted, up to 30 % attackers: at most 1 %', of: ({ share }) => share <= 0.3, figure: ({ outcome }) => outcome.wrong / outcome.chunks, together: true, most: 0.01, show: percent },
  { name: `executions per chunk, honest, over ${HONEST_CHUNKS} chunks each: at most 1.20`, of: cell => cell.share === 0 && !cell.proven && cell.chunksEach >= HONEST_CHUNKS, figure: executions, most: 1.2, show: times },
  { name: 'executions per chunk once all are proven: at most 1.10', of: ({ proven }) => proven, figure: executions, most: 1.1, show: times },
  { name: 'honest workers banned, with one hardware error in 10,000 chunks: none', of: () => true, figure: ({ outcome }) => outcome.honestBanned, most: 0, show: count },
  { name: 'copiers and such as never show a result that were paid: none', of: () => true, figure: ({ outcome }) => Number(outcome.paidForNothing), most: 0, show: figure => figure === 0 ? 'none' : `${figure} units` },
  { name: 'jobs that did not end: none', of: () => true, figure: ({ outcome }) => outcome.state === 'COMPLETED' ? 0 : 1, most: 0, show: count }
]

export function nameOf ({ workers, share, attack, chunksEach, proven }: Cell): string {
  const who = share === 0 ? (proven ? 'proven' : 'honest') : `${Math.round(share * workers)} ${attack}`
  return `${workers} workers, ${who}, ${chunksEach} chunks each`
}

/** One run for each cell: what came of all its seeds. */
function takenTogether (runs: readonly Run[]): readonly Run[] {
  const cells = new Map<string, Run>()
  for (const { cell, outcome } of runs) {
    const before = cells.get(nameOf(cell))?.outcome
    cells.set(nameOf(cell), { cell, outcome: before === undefined ? outcome : { ...before, chunks: before.chunks + outcome.chunks, wrong: before.wrong + outcome.wrong } })
  }
  return [...cells.values()]
}

/** Each target against every run it is about; one that no run is about is left out. */
export function judge (runs: readonly Run[]): readonly Verdict[] {
  return TARGETS.flatMap(({ name, of, figure, together, most, show }) => {
    const chosen = runs.filter(({ cell }) => of(cell))
    const about = together === true ? takenTogether(chosen) : chosen
    const worst = about.reduce<Run | undefined>((far, run) => far === undefined || figure(run) > figure(far) ? run : far, undefined)
    if (worst === undefined) return []
    const seen = figure(worst)
    // a figure that is no number is a failure
    return [{ target: name, worst: `${show(seen)} (${nameOf(worst.cell)}, seed ${worst.outcome.seed}${together === true && runs.filter(({ cell }) => nameOf(cell) === nameOf(worst.cell)).length > 1 ? ' and others' : ''})`, passed: seen <= most }]
  })
}
