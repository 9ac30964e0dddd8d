import si from 'systeminformation'

/** Flags of each level of the x86-64 psABI, in Linux's spelling, beyond those of the level below. */
const X86_LEVELS: readonly (readonly string[])[] = [
  ['cx16', 'lahf_lm', 'popcnt', 'sse4_1', 'sse4_2', 'ssse3'],
  ['abm', 'avx', 'avx2', 'bmi1', 'bmi2', 'f16c', 'fma', 'movbe'],
  ['avx512f', 'avx512bw', 'avx512cd', 'avx512dq', 'avx512vl']
]
/** Features of arm64 that numeric libraries choose their code by. */
const ARM_FEATURES = ['asimd', 'asimddp', 'bf16', 'i8mm', 'sve', 'sve2', 'sme']

/**
 * What numeric libraries choose their code by: the CPU's maker and its level or features, e.g. `AuthenticAMD v3`.
 * Where the system does not tell, the CPU's model: machines of one model choose alike. Never fails.
 */
export async function readCpuLevel (arch: string, cpuModel: string): Promise<string> {
  try {
    const [{ vendor }, flags] = await Promise.all([si.cpu(), si.cpuFlags()])
    return cpuLevel(arch, vendor, flags) ?? cpuModel
  } catch {
    // probing the system is best effort, as all of hardware is
    return cpuModel
  }
}

/** @param flags as /proc/cpuinfo has them. Undefined when they say nothing. */
export function cpuLevel (arch: string, vendor: string, flags: string): string | undefined {
  const has = new Set(flags.toLowerCase().split(/\s+/))
  if (arch === 'arm64') {
    const features = ARM_FEATURES.filter(feature => has.has(feature))
    return features.length === 0 ? undefined : `${vendor} ${features.join('+')}`.trim()
  }
  if (arch !== 'x64' || !has.has('sse2')) return undefined
  const missing = X86_LEVELS.findIndex(level => !level.every(flag => has.has(flag)))
  return `${vendor} v${missing === -1 ? X86_LEVELS.length + 1 : missing + 1}`.trim()
}
