import '../../src/network/polyfill.ts'
import { printFigures } from './figure.ts'
import type { Figure } from './figure.ts'

const BENCHES: Readonly<Record<string, () => Promise<readonly Figure[]>>> = {
  noop: async () => await (await import('./noop.ts')).benchNoop(),
  blobs: async () => await (await import('./blob-transfer.ts')).benchBlobTransfer(),
  containers: async () => await (await import('./containers.ts')).benchContainers(),
  ledger: async () => await (await import('./ledger.ts')).benchLedger(),
  worker: async () => await (await import('./worker-store.ts')).benchWorkerStore(),
  receipts: async () => await (await import('./receipts.ts')).benchReceipts(),
  crowd: async () => await (await import('./crowd.ts')).benchCrowd(),
  idle: async () => await (await import('./idle-worker.ts')).benchIdleWorker(),
  market: async () => await (await import('./market.ts')).benchMarket(),
  memory: async () => await (await import('./noop.ts')).benchMemory()
}

const wanted = process.argv.slice(2)
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length === 0 || wanted.includes(name)) printFigures(await bench())
}
