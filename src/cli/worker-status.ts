import { pc } from './colours.ts'
import type { WorkerStatus } from '../worker/status.ts'
import { bytes, duration, print, shortPeer } from './output.ts'

const MOST_TASKS = 10

/** One screen: what the machine does and why, what it earns, what limits it, what changes next. */
export function showWorker (status: WorkerStatus): void {
  for (const line of workerLines(status, Date.now())) print(line)
}

export function workerLines (status: WorkerStatus, now: number): string[] {
  const { allowance, capacity, seen, today } = status
  const lines = [`worker ${shortPeer(status.peerId)}: ${coloured(status)}${status.until === undefined ? '' : `, until ${clock(status.until, now)}`}`]
  if (status.reason !== undefined) lines.push(`  why: ${status.reason.text} (${status.reason.code})`)
  lines.push(status.state === 'suspended' ? '  may use now: nothing; what runs is held' : `  may use now: ${allowance.tasks} of ${capacity.tasks} tasks at a time, ${round(allowance.cores)} of ${capacity.cores} cores, ${mebi(allowance.memoryMiB)} of ${mebi(capacity.memoryMiB)}${allowance.gpus ? '' : ', no GPU'}`)
  lines.push(`  the machine: ${allowance.inUse ? 'in use' : 'idle'}${seen.inputIdleMs === undefined ? '' : `, touched ${duration(seen.inputIdleMs)} ago`}, other programs take ${Math.round(seen.otherLoad)} %${seen.onBattery ? ', on battery' : ''}`)
  lines.push(`  coordinators: ${coordinators(status)}`)
  lines.push(`  running: ${status.running.length === 0 ? 'nothing' : ''}${status.queued > 0 ? `${status.running.length === 0 ? ', ' : ''}${status.queued} more wait` : ''}`)
  for (const task of status.running.slice(0, MOST_TASKS)) lines.push(`    ${task.job} chunk ${task.chunk}, for ${duration(task.runningMs)}, from ${shortPeer(task.coordinator)}`)
  if (status.running.length > MOST_TASKS) lines.push(`    and ${status.running.length - MOST_TASKS} more`)
  lines.push(`  today: ${today.earned} BYC earned for ${today.accepted} results, ${today.rejected} rejected; ${status.pending} BYC are not paid yet`)
  if (status.price.trouble !== undefined) lines.push(`  no bids: ${status.price.trouble.reason.text} (${status.price.trouble.reason.code}), ${duration(now - status.price.trouble.at)} ago`)
  lines.push(...limits(status))
  if (status.scheduleChangesAt !== undefined) lines.push(`  next change: ${clock(status.scheduleChangesAt, now)}, by the schedule`)
  return lines
}

function coloured ({ state }: WorkerStatus): string {
  return state === 'suspended' ? pc.yellow(state) : state === 'working' || state === 'ready' ? pc.green(state) : state
}

function coordinators ({ coordinators: all }: WorkerStatus): string {
  if (all.length === 0) return 'none connected; name one with --peer, or wait for one on this network'
  return all.map(({ peer, admitted, refusal }) => `${shortPeer(peer)}${admitted ? '' : ` (not worked for: ${refusal?.text ?? 'it has yet to answer'})`}`).join(', ')
}

function limits ({ rules, seen }: WorkerStatus): string[] {
  if (rules === undefined) return ['  limits: none, all of the machine is lent']
  const traffic = rules.traffic === null ? `traffic ${bytes(seen.trafficBytes)} today` : `traffic ${bytes(seen.trafficBytes)} of ${rules.traffic.gib} GiB in ${rules.traffic.days} days`
  return [`  limits: in use ${rules.whenInUse === 'pause' ? 'nothing' : `${rules.inUse.cpu} % CPU, ${rules.inUse.memory} % memory`}; idle ${rules.idle.cpu} % CPU, ${rules.idle.memory} % memory; disk ${bytes(seen.diskBytes)} of ${rules.diskGib} GiB; ${traffic}`]
}

function clock (at: number, now: number): string {
  const time = new Date(at)
  const day = at - now > 20 * 3600_000 ? `${time.toLocaleDateString(undefined, { weekday: 'long' })} ` : ''
  return `${day}${time.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' })} (in ${duration(at - now)})`
}

function mebi (value: number): string {
  return value < 1024 ? `${value} MiB` : `${(value / 1024).toFixed(1)} GiB`
}

function round (value: number): string {
  return String(Math.round(value * 10) / 10)
}
