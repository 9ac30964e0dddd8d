/** The worker's part of its store. */
export const KEYS = {
  attempt: 'attempt/',
  incarnation: 'incarnation/',
  earnings: 'earnings/',
  offerSeq: 'worker/offer-seq'
} as const
