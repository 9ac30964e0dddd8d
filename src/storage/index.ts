export { openBlobStore, SMALL_BLOB_BYTES } from './blob-store.ts'
export type { OpenBlobStore, PutOptions } from './blob-store.ts'
export { openStore } from './store.ts'
export { Holds } from './holds.ts'
