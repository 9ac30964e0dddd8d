import { PerformanceObserver } from 'node:perf_hooks'
import { expect, it, vi } from 'vitest'
import { workerMetrics } from '../../src/api/worker-metrics.ts'
import type { WorkerNode } from '../../src/composition/worker-node.ts'

it('watches the process once, however many workers start in it', () => {
  const observe = vi.spyOn(PerformanceObserver.prototype, 'observe')
  const registries = Array.from({ length: 3 }, () => workerMetrics({} as WorkerNode))
  expect(observe).toHaveBeenCalledTimes(1)
  for (const name of ['nightshift_process_cpu_seconds_total', 'nightshift_worker_coordinators']) {
    for (const registry of registries) expect(registry.getSingleMetric(name), name).toBeDefined()
  }
  expect(new Set(registries.map(registry => registry.getSingleMetric('nightshift_worker_coordinators'))).size, 'each its own').toBe(3)
})
