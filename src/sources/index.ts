export { fileSource } from './file-source.ts'
export type { OpenSource } from './file-source.ts'
export { folderSink } from './folder-sink.ts'
export { blobSource, bypassSource, hostFile } from './source-file.ts'
