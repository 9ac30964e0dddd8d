export type { Gpu, Hardware } from '../model/hardware.ts'
export { readHardware } from './read.ts'
export { cpuLevel, readCpuLevel } from './cpu-level.ts'
