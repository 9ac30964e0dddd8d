import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { errorMessage } from '../model/errors.ts'
import { LIMITS } from '../model/limits.ts'
import { parseByc } from '../model/money.ts'
import type { PriceAnswer, PriceQuestion } from './price.ts'

/** Most that is read of a script's answer, and of what it says beside, bytes. */
const MOST_OUTPUT = 16 * 1024
const MOST_COMPLAINT = 1024
/** Most that the owner's own no may say, characters. */
const MOST_WHY = Math.min(500, LIMITS.reasonChars)

/**
 * Asks the owner's program for a price: the job as JSON on its standard input, `{"price": 0.5}` in ByteChips or
 * `{"no": "why"}` on its standard output. It is killed, with all it started, when its time is over or the signal
 * aborts. Where there is a `timeout` command that watches too, so that the program ends even when this process is
 * killed. Never rejects: what goes wrong is an answer.
 */
export async function askScript ({ command, timeoutMs, job }: PriceQuestion, signal: AbortSignal): Promise<PriceAnswer> {
  // the short options are those that every such command knows
  const [program = '', ...args] = process.platform === 'linux' ? ['timeout', '-s', 'KILL', String(Math.ceil(timeoutMs / 1000) + 1), ...command] : command
  return await new Promise(resolve => {
    let child: ChildProcessWithoutNullStreams
    try {
      // a group of its own, so that what it starts ends with it
      child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true })
    } catch (error) {
      resolve({ kind: 'failed', why: `it could not be started: ${errorMessage(error)}` })
      return
    }
    let out = ''
    let complaint = ''
    let ended = false
    const end = (answer: PriceAnswer): void => {
      if (ended) return
      ended = true
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      killGroup(child.pid)
      resolve(answer)
    }
    const onAbort = (): void => { end({ kind: 'failed', why: 'the worker is shutting down' }) }
    const timer = setTimeout(() => { end({ kind: 'failed', why: `it took longer than ${timeoutMs} ms` }) }, timeoutMs)
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    child.once('error', error => { end({ kind: 'failed', why: `it could not be started: ${errorMessage(error)}` }) })
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
      if (out.length > MOST_OUTPUT) end({ kind: 'failed', why: `it printed more than ${MOST_OUTPUT} characters` })
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => { complaint = (complaint + text).slice(-MOST_COMPLAINT) })
    // it need not read what it does not care for
    child.stdin.on('error', () => undefined)
    child.stdin.end(job + '\n')
    child.once('close', (code, killedBy) => {
      if (code !== 0) end({ kind: 'failed', why: `it ended with ${code === null ? String(killedBy) : `code ${code}`}${complaint === '' ? '' : `: ${complaint.trim()}`}` })
      else end(readAnswer(out))
    })
  })
}

/** Reads what a script printed. */
export function readAnswer (text: string): PriceAnswer {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { kind: 'failed', why: `its answer is no JSON: ${JSON.stringify(text.slice(0, 100))}` }
  }
  const { price, no } = (typeof value === 'object' && value !== null ? value : {}) as { price?: unknown, no?: unknown }
  if (typeof no === 'string' && price === undefined) return { kind: 'no', why: no.slice(0, MOST_WHY) }
  if (no === undefined && (typeof price === 'string' || (typeof price === 'number' && price >= 0))) {
    try {
      return { kind: 'price', price: parseByc(typeof price === 'number' ? price.toFixed(9) : price) }
    } catch (error) {
      return { kind: 'failed', why: errorMessage(error) }
    }
  }
  return { kind: 'failed', why: `its answer is neither {"price": …} nor {"no": …}: ${JSON.stringify(text.slice(0, 100))}` }
}

function killGroup (pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // it is gone, or what is left of it is being reaped
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}
