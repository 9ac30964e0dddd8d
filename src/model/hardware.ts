export interface Gpu {
  readonly model: string
  /** 0 when unknown */
  readonly vramMiB: number
}

/** What this machine can give, within the limits of the container it may run in. */
export interface Hardware {
  /** logical cores this process may use */
  readonly cores: number
  readonly cpuModel: string
  /** as Node names it, e.g. `x64`, `arm64` */
  readonly arch: string
  /** as Node names it, e.g. `linux`, `darwin` */
  readonly platform: string
  readonly memoryMiB: number
  readonly memoryAvailableMiB: number
  /** free space of the file system that holds the data folder */
  readonly diskFreeMiB: number
  readonly gpus: readonly Gpu[]
}
