import { interpreters } from '../execution/index.ts'
import { readCpuLevel } from '../hardware/index.ts'
import type { Hardware } from '../model/hardware.ts'
import { numericClassOf } from '../model/numeric-class.ts'

/** The numeric class of this machine. */
export async function ownNumericClass ({ arch, cpuModel, gpus }: Hardware): Promise<string> {
  return numericClassOf({ arch, cpu: await readCpuLevel(arch, cpuModel), gpus, interpreters: interpreters() })
}
