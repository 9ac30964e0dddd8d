import type { FileRef } from './block.ts'

/** One input file of a job, readable any number of times, in ranges. */
export interface SourceFile {
  /** relative, `/`-separated */
  readonly path: string
  readonly size: number
  /** Bytes [start, end) of the file; the whole file by default. */
  open: (range?: { start?: number, end?: number }) => AsyncIterable<Uint8Array>
}

/** The bytes of one chunk. Must be drained before the next chunk is asked for. */
export type ChunkData = AsyncIterable<Uint8Array>

export interface EngineContext {
  readonly signal: AbortSignal
}

export interface EngineDescription {
  readonly name: string
  readonly summary: string
  /** JSON Schema of the parameters; validated before the engine runs */
  readonly paramsSchema: Readonly<Record<string, unknown>>
  /** help in plain text: what it does, parameters, an example */
  readonly help: string
}

/** Fans a source out into chunks, streaming, in constant memory. */
export interface Partitioner extends EngineDescription {
  readonly kind: 'partitioner'
  partition: (source: readonly SourceFile[], params: Readonly<Record<string, unknown>>, ctx: EngineContext) => AsyncIterable<ChunkData>
}

/** All result files of one chunk. */
export interface ChunkResult {
  readonly chunk: number
  readonly files: readonly FileRef[]
}

/** Results of a job; `chunks` starts anew at each call, in chunk order. */
export interface ResultSet {
  readonly chunkCount: number
  chunks: () => AsyncIterable<ChunkResult>
  open: (file: FileRef) => AsyncIterable<Uint8Array>
}

export interface OutputSink {
  /** Writes one output file; `path` is checked to stay inside the output. Rejects on a second file of the same path. */
  write: (path: string, data: AsyncIterable<Uint8Array>) => Promise<void>
}

/** Fans results in, streaming, in constant memory. */
export interface Assembler extends EngineDescription {
  readonly kind: 'assembler'
  assemble: (results: ResultSet, out: OutputSink, params: Readonly<Record<string, unknown>>, ctx: EngineContext) => Promise<void>
}
