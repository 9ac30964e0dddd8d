import type { Earnings, WorkerAttempt } from './state.ts'

export function encodeAttempt (attempt: WorkerAttempt): string {
  return JSON.stringify({ ...attempt, price: attempt.price.toString() })
}

export function decodeAttempt (text: string): WorkerAttempt {
  const stored = JSON.parse(text) as Omit<WorkerAttempt, 'price'> & { readonly price: string }
  return { ...stored, price: BigInt(stored.price), state: stored.state === 'ACCEPTED' ? 'ACCEPTED' : 'COMMITTED', acknowledged: false }
}

export function decodeEarnings (text: string): Earnings {
  const stored = JSON.parse(text) as { amount: string, accepted: number, rejected: number }
  return { ...stored, amount: BigInt(stored.amount) }
}
