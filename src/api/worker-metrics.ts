import fastify from 'fastify'
import { Gauge, Registry, collectDefaultMetrics } from 'prom-client'
import type { WorkerNode } from '../composition/worker-node.ts'
import { NightshiftError, errorMessage } from '../model/errors.ts'

const REGISTRIES = new WeakMap<WorkerNode, Registry>()

let ofProcess: Registry | undefined

/** Figures of this process. Taking them cannot be ended, so it is begun once, for whichever workers run in it. */
function processMetrics (): Registry {
  if (ofProcess === undefined) collectDefaultMetrics({ register: ofProcess = new Registry(), prefix: 'nightshift_' })
  return ofProcess
}

/** A worker's figures as Prometheus reads them, taken when they are asked for. */
export function workerMetrics (node: WorkerNode): Registry {
  const known = REGISTRIES.get(node)
  if (known !== undefined) return known
  const registry = Registry.merge([processMetrics()])
  const gauge = (name: string, help: string, read: () => number): void => {
    registry.registerMetric(new Gauge({ name: `nightshift_worker_${name}`, help, registers: [], collect () { this.set(read()) } }))
  }
  gauge('tasks_running', 'tasks in the sandboxes', () => node.status().running.length)
  gauge('tasks_allowed', 'tasks at a time that the owner\'s rules allow', () => node.status().allowance.tasks)
  gauge('leases_queued', 'leases taken and not begun', () => node.status().queued)
  gauge('coordinators', 'coordinators worked for', () => node.status().coordinators.filter(({ admitted }) => admitted).length)
  gauge('results_accepted_today', 'results accepted since midnight UTC', () => node.status().today.accepted)
  gauge('results_rejected_today', 'results rejected since midnight UTC', () => node.status().today.rejected)
  gauge('earned_today_byc', 'ByteChips earned since midnight UTC', () => Number(node.status().today.earned))
  gauge('pending_byc', 'ByteChips of finished work that is not paid yet', () => Number(node.status().pending))
  gauge('cores_lent', 'cores that may be used at the moment', () => node.status().allowance.cores)
  gauge('memory_lent_bytes', 'memory that may be used at the moment', () => node.status().allowance.memoryMiB * 1024 * 1024)
  gauge('disk_free_bytes', 'free on the disk of the data folder', () => node.status().machine.hardware.diskFreeMiB * 1024 * 1024)
  gauge('bandwidth_bytes_per_second', 'measured over the last transfers of content; 0: not known', () => node.status().machine.bandwidth)
  gauge('speed', 'benchmark of one core, 1000 for the reference machine; 0: not known', () => node.status().machine.speed)
  gauge('other_load_percent', 'processor time that other programs take', () => node.status().seen.otherLoad)
  gauge('control_frames', 'control frames in and out since it was started', () => node.frames())
  gauge('traffic_bytes', 'bytes in and out within the days of the quota', () => node.status().seen.trafficBytes)
  registry.registerMetric(new Gauge({
    name: 'nightshift_worker_suspended', help: '1 while the owner\'s rules let nothing begin, by reason', labelNames: ['reason'], registers: [],
    collect () {
      this.reset()
      const { reason, state } = node.status()
      if (reason !== undefined && state !== 'reduced') this.set({ reason: reason.code }, 1)
    }
  }))
  REGISTRIES.set(node, registry)
  return registry
}

/** The same figures on a port of loopback, without a token: Prometheus has none. Returns what ends it. */
export async function serveMetrics (port: number, node: WorkerNode): Promise<() => Promise<void>> {
  const server = fastify({ forceCloseConnections: true })
  server.get('/metrics', async (_, reply) => await reply.header('content-type', workerMetrics(node).contentType).send(await workerMetrics(node).metrics()))
  try {
    await server.listen({ host: '127.0.0.1', port })
  } catch (error) {
    throw new NightshiftError('NS_E_CONFIG', `the metrics cannot be served on port ${port}: ${errorMessage(error)}`, { remedy: 'choose another --metrics-port' })
  }
  return async () => { await server.close() }
}
