/**
 * A coordinator that was away gives its workers this long to find it again, milliseconds: they try every 30 s at least.
 * A lease that ended before would have a finished chunk run twice.
 */
export const RETURN_MS = 35_000
