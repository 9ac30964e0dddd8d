/** One change of the store: a value to put, or a key to delete when `value` is undefined. */
export interface Write {
  readonly key: string
  readonly value: string | undefined
}

/** The node's one ordered key–value store. A batch is atomic; `sync` means it survives power loss once resolved. */
export interface Store {
  get: (key: string) => Promise<string | undefined>
  /** Entries with `gte <= key < lt`, in key order (or the reverse). */
  range: (bounds: { gte: string, lt: string, limit?: number, reverse?: boolean }) => AsyncIterable<readonly [string, string]>
  batch: (writes: readonly Write[], options: { sync: boolean }) => Promise<void>
  close: () => Promise<void>
}

/** Content by SHA-256 (lower-case hex). Everything read from it was verified when it was written. */
export interface BlobStore {
  has: (sha256: string) => Promise<boolean>
  /** Stores bytes and returns their identity; storing what is there already costs a hash. */
  put: (data: AsyncIterable<Uint8Array> | Uint8Array, options?: { expect?: string, maxBytes?: number, signal?: AbortSignal }) => Promise<BlobRef>
  /** Bytes [start, end); the whole blob by default. Throws NS_E_BLOB_MISSING. */
  open: (sha256: string, range?: { start?: number, end?: number }) => AsyncIterable<Uint8Array>
  /** Whole content in memory when the blob is small, else the path of its file. Throws NS_E_BLOB_MISSING. */
  content: (sha256: string) => Promise<Uint8Array | { readonly hostPath: string }>
  size: (sha256: string) => Promise<number | undefined>
  delete: (sha256: string) => Promise<void>
}

export interface BlobRef {
  readonly sha256: string
  readonly size: number
}

/** A blob store that can say when what it took survives power loss. */
export interface DurableBlobStore extends BlobStore {
  /** Resolves once every blob stored before the call survives power loss. */
  sync: () => Promise<void>
}
