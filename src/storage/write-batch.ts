import type { Level } from 'level'

/** What a batch is filled with. */
export interface BatchOf<V> {
  put: (key: string, value: V) => unknown
  del: (key: string) => unknown
}

/** Fills a batch and writes it, all or nothing. A chained batch costs a third of what an array of operations does. */
export async function writeBatch<V> (level: Level<string, V>, fill: (batch: BatchOf<V>) => void, options: { readonly sync: boolean }): Promise<void> {
  const batch = level.batch()
  try {
    fill(batch)
  } catch (error) {
    await batch.close()
    throw error
  }
  await batch.write(options)
}
