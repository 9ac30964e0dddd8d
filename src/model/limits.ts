/** Bounds every node applies to what others send, in one place. */
export const LIMITS = {
  /** a control frame larger than this is refused unread, bytes */
  frameBytes: 256 * 1024,
  /** messages in one frame */
  frameMessages: 2048,
  /** content that travels inside a message instead of as a blob, bytes */
  inlineBytes: 8 * 1024,
  /** unsent control bytes kept for one peer */
  controlQueueBytes: 8 * 1024 * 1024,
  /** one piece of a blob pull, bytes */
  blobPieceBytes: 1024 * 1024,
  blobPiecesInFlight: 4,
  /** text of a reason, characters */
  reasonChars: 2000,
  /** a task specification, bytes */
  specBytes: 4 * 1024 * 1024,
  /** result files of one task */
  resultFiles: 100_000,
  /** all result files of one task, bytes */
  resultBytes: 2 * 1024 ** 3,
  /** log text of one attempt sent to the coordinator, bytes per stream */
  attemptLogBytes: 64 * 1024,
  chunksPerJob: 1_000_000
} as const
