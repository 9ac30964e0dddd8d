export { ImageLibrary } from './library.ts'
export type { LocalImage, StoredImage } from './library.ts'
export type { Credentials } from './registry.ts'
export { formatReference, parseReference } from './reference.ts'
