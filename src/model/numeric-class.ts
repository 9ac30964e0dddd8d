import { createHash } from 'node:crypto'
import type { Gpu } from './hardware.ts'

/** What of a machine the last bits of floating-point results may depend on. */
export interface NumericTraits {
  /** as Node names it */
  readonly arch: string
  /** maker and level of the CPU, or its model where these are not known */
  readonly cpu: string
  readonly gpus: readonly Gpu[]
  /** by platform, the version of what runs apps; none for containers, whose image says it all */
  readonly interpreters: Readonly<Record<string, string>>
}

/** Longest text of a numeric class, characters. */
const MOST_CHARS = 250

/** A machine's numeric class as it advertises it: parts by `; `, the first for every app, others `<platform>=…` and `gpu=…`. */
export function numericClassOf ({ arch, cpu, gpus, interpreters }: NumericTraits): string {
  const parts = [`${arch} ${cpu}`, ...Object.entries(interpreters).map(([platform, version]) => `${platform}=${version}`), ...gpus.length === 0 ? [] : [`gpu=${gpuClass(gpus)}`]]
  return parts.map(part => part.replaceAll(';', ',')).join('; ').slice(0, MOST_CHARS)
}

/** What of an advertised class matters to an app: two results of it compare bit by bit only where this is equal. Empty where the machine does not say. */
export function classFor (advertised: string, platform: string, usesGpu: boolean): string {
  const [machine = '', ...rest] = advertised.split('; ')
  return [machine, ...rest.filter(part => part.startsWith(`${platform}=`) || (usesGpu && part.startsWith('gpu=')))].join('; ')
}

function gpuClass (gpus: readonly Gpu[]): string {
  const all = gpus.map(({ model, driver = '' }) => `${model} ${driver}`).sort().join(',')
  return `${gpus.length} ${gpus[0]?.model.slice(0, 40) ?? ''} ${createHash('sha256').update(all).digest('hex').slice(0, 12)}`
}
