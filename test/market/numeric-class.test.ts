import { describe, expect, it } from 'vitest'
import { cpuLevel } from '../../src/hardware/index.ts'
import { classFor, numericClassOf } from '../../src/model/numeric-class.ts'

const V2 = 'fpu sse2 cx16 lahf_lm popcnt sse4_1 sse4_2 ssse3'
const V3 = `${V2} abm avx avx2 bmi1 bmi2 f16c fma movbe`
const MACHINE = { arch: 'x64', cpu: 'GenuineIntel v3', gpus: [], interpreters: { 'python-wasm': 'pyodide-1 node-20', 'wasm': 'node-20' } }
const GPU = { model: 'NVIDIA A100', vramMiB: 1, driver: '535' }

describe('the level of a CPU', () => {
  it.each([
    ['x64', 'GenuineIntel', 'fpu sse2', 'GenuineIntel v1'],
    ['x64', 'AuthenticAMD', V2, 'AuthenticAMD v2'],
    ['x64', 'AuthenticAMD', V3, 'AuthenticAMD v3'],
    ['x64', 'GenuineIntel', `${V3} avx512f avx512bw avx512cd avx512dq avx512vl`, 'GenuineIntel v4'],
    ['x64', 'GenuineIntel', '', undefined],
    ['arm64', 'ARM', 'fp asimd sve crc32', 'ARM asimd+sve'],
    ['riscv64', 'x', 'i m a', undefined]
  ])('%s %s with %j is %s', (arch, vendor, flags, level) => {
    expect(cpuLevel(arch, vendor, flags)).toBe(level)
  })
})

describe('a numeric class', () => {
  it('is what matters to the app: its platform, and GPUs where it uses them', () => {
    const advertised = numericClassOf({ ...MACHINE, gpus: [GPU] })
    expect(classFor(advertised, 'wasm', false)).toBe('x64 GenuineIntel v3; wasm=node-20')
    expect(classFor(advertised, 'docker', false)).toBe('x64 GenuineIntel v3')
    expect(classFor(advertised, 'docker', true)).toMatch(/^x64 GenuineIntel v3; gpu=1 NVIDIA A100 [0-9a-f]{12}$/)
    expect(classFor('', 'wasm', false)).toBe('')
  })

  it('differs by driver, by interpreter and by CPU', () => {
    const base = numericClassOf({ ...MACHINE, gpus: [GPU] })
    expect(classFor(numericClassOf({ ...MACHINE, gpus: [{ ...GPU, driver: '550' }] }), 'docker', true)).not.toBe(classFor(base, 'docker', true))
    expect(classFor(numericClassOf({ ...MACHINE, interpreters: { 'python-wasm': 'pyodide-2 node-20' } }), 'python-wasm', false)).not.toBe(classFor(base, 'python-wasm', false))
    expect(classFor(numericClassOf({ ...MACHINE, cpu: 'AuthenticAMD v3' }), 'docker', false)).not.toBe(classFor(base, 'docker', false))
  })

  it('is bounded, and its parts cannot be forged by names', () => {
    const forged = numericClassOf({ ...MACHINE, cpu: 'x; wasm=y', gpus: Array.from({ length: 16 }, () => ({ ...GPU, model: 'g'.repeat(128) })) })
    expect(forged.length).toBeLessThanOrEqual(250)
    expect(classFor(forged, 'wasm', false)).toBe('x64 x, wasm=y; wasm=node-20')
  })
})
