export interface Gpu {
  readonly model: string
  /** 0 when unknown */
  readonly vramMiB: number
  /** version of its driver, where it is known */
  readonly driver?: string
}

/** Whether an app can be given it: containers get NVIDIA's devices, and only while their driver answers. */
export function isLendable ({ model, driver }: Gpu): boolean {
  return driver !== undefined && /nvidia|geforce|quadro|tesla|\b[rg]tx\b/i.test(model)
}

/** One device for each name, or as many as counted; undefined when there are not enough. */
export function pickGpus<T extends { readonly model: string }> (devices: readonly T[], wanted: readonly string[] | number): readonly T[] | undefined {
  if (typeof wanted === 'number') return devices.length >= wanted ? devices.slice(0, wanted) : undefined
  const left = [...devices]
  const picked: T[] = []
  for (const name of wanted) {
    const at = left.findIndex(({ model }) => model.toLowerCase().includes(name.toLowerCase()))
    if (at < 0) return undefined
    picked.push(...left.splice(at, 1))
  }
  return picked
}

/** What this machine can give, within the limits of the container it may run in. */
export interface Hardware {
  /** logical cores this process may use; a fraction where a quota of its cgroup says so */
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
