export const BLOB_PROTOCOL = '/nightshift/blob/1.0.0'

/** a request or reply without its raw bytes, bytes */
export const BLOB_MESSAGE_BYTES = 256

/** streams one peer may have open for blobs, on one connection */
export const BLOB_STREAMS_PER_PEER = 8

/** without a byte for this long a transfer is given up, milliseconds */
export const PROGRESS_MS = 30_000

/** a stream without requests is closed after this long, milliseconds */
export const IDLE_MS = 60_000
