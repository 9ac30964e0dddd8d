import { describe, expect, it } from 'vitest'
import { measureSpeed, speedKey } from '../../src/hardware/index.ts'
import { scoreOf } from '../../src/hardware/speed.ts'

describe('the speed of a core', () => {
  it('is measured in a process of its own, and ends with its signal', async () => {
    expect(await measureSpeed(new AbortController().signal)).toBeGreaterThan(10)
    await expect(measureSpeed(AbortSignal.abort())).rejects.toThrow()
  })

  it('is 1000 for the reference, and grows alike with both halves', () => {
    expect(scoreOf({ hashMiBPerS: 600, floatStepsPerUs: 200 })).toBe(1000)
    expect(scoreOf({ hashMiBPerS: 1200, floatStepsPerUs: 400 })).toBe(2000)
    expect(scoreOf({ hashMiBPerS: 2400, floatStepsPerUs: 50 })).toBe(1000)
    expect(() => scoreOf({ hashMiBPerS: 0, floatStepsPerUs: 200 })).toThrow()
    expect(() => scoreOf({ hashMiBPerS: NaN, floatStepsPerUs: 200 })).toThrow()
  })

  it('is that of one model and one version of Node', () => {
    expect(speedKey({ cpuModel: 'a', arch: 'x64' })).not.toBe(speedKey({ cpuModel: 'b', arch: 'x64' }))
    expect(speedKey({ cpuModel: 'a', arch: 'x64' })).toContain(process.versions.node)
  })
})
