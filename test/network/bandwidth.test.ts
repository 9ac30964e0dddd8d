import { describe, expect, it } from 'vitest'
import { BandwidthMeter } from '../../src/network/index.ts'

const MIB = 1024 * 1024

describe('a bandwidth', () => {
  let now = 0
  const clock = { now: () => now }
  const after = (ms: number) => async (): Promise<void> => { now += ms }

  it('is smoothed over transfers, and begins with what is known', async () => {
    const meter = new BandwidthMeter(clock)
    expect(meter.bytesPerSecond).toBe(0)
    await meter.measure(MIB, after(100))
    expect(meter.bytesPerSecond).toBe(10 * MIB)
    await meter.measure(MIB, after(50))
    expect(meter.bytesPerSecond).toBe(12.5 * MIB)
    const other = new BandwidthMeter(clock, 4 * MIB)
    await other.measure(MIB, after(125))
    expect(other.bytesPerSecond).toBe(5 * MIB)
  })

  it('is that of all transfers at a time together', async () => {
    const meter = new BandwidthMeter(clock)
    const ends: (() => void)[] = []
    const transfer = async (): Promise<void> => { await new Promise<void>(resolve => { ends.push(resolve) }) }
    const all = [meter.measure(MIB, transfer), meter.measure(MIB, transfer), meter.measure(2 * MIB, transfer)]
    now += 1000
    for (const end of ends) end()
    await Promise.all(all)
    expect(meter.bytesPerSecond).toBe(4 * MIB)
  })

  it('says nothing of what is small, or fails', async () => {
    const meter = new BandwidthMeter(clock)
    await meter.measure(1000, after(1))
    await expect(meter.measure(MIB, async () => { throw new Error('gone') })).rejects.toThrow('gone')
    expect(meter.bytesPerSecond).toBe(0)
    await meter.measure(MIB, after(0))
    expect(meter.bytesPerSecond).toBe(MIB * 1000)
  })
})
