export type { Gpu, Hardware } from '../model/hardware.ts'
export { readHardware } from './read.ts'
