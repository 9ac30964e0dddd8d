import { decodeMessage, encodeMessage, enumeration, MaxLengthError, message, streamMessage } from 'protons-runtime'
import type { Codec, DecodeOptions } from 'protons-runtime'
import type { Uint8ArrayList } from 'uint8arraylist'

export interface DialBackRequest {
  addresses: string[]
}

export namespace DialBackRequest {
  let _codec: Codec<DialBackRequest>

  export const codec = (): Codec<DialBackRequest> => {
    if (_codec == null) {
      _codec = message<DialBackRequest>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.addresses != null && obj.addresses.length > 0) {
          for (const value of obj.addresses) {
            w.uint32(10)
            w.string(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          addresses: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.addresses != null && obj.addresses.length === opts.limits.addresses) {
                throw new MaxLengthError('Decode error - repeated field "addresses" had too many elements')
              }

              obj.addresses.push(reader.string())
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          addresses: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.addresses != null && obj.addresses === opts.limits.addresses) {
                throw new MaxLengthError('Streaming decode error - repeated field "addresses" had too many elements')
              }

              yield {
                field: `${prefix}.addresses[]`,
                index: obj.addresses,
                value: reader.string()
              }

              obj.addresses++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface DialBackRequestAddressesFieldEvent {
    field: '$.addresses[]'
    index: number
    value: string
  }

  export function encode (obj: Partial<DialBackRequest>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, DialBackRequest.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<DialBackRequest>): DialBackRequest {
    return decodeMessage(buf, DialBackRequest.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<DialBackRequest>): Generator<DialBackRequestAddressesFieldEvent> {
    return streamMessage(buf, DialBackRequest.codec(), opts)
  }
}

export enum DialBackRefusal {
  SERVED = 'SERVED',
  BUSY = 'BUSY',
  RELAYED = 'RELAYED'
}

enum __DialBackRefusalValues {
  SERVED = 0,
  BUSY = 1,
  RELAYED = 2
}

export namespace DialBackRefusal {
  export const codec = (): Codec<DialBackRefusal> => {
    return enumeration<DialBackRefusal>(__DialBackRefusalValues)
  }
}

export enum DialBackOutcome {
  DIALED = 'DIALED',
  CONNECTION_REFUSED = 'CONNECTION_REFUSED',
  TIMED_OUT = 'TIMED_OUT',
  NO_ROUTE = 'NO_ROUTE',
  WRONG_PEER = 'WRONG_PEER',
  NOT_YOURS = 'NOT_YOURS',
  FAILED = 'FAILED'
}

enum __DialBackOutcomeValues {
  DIALED = 0,
  CONNECTION_REFUSED = 1,
  TIMED_OUT = 2,
  NO_ROUTE = 3,
  WRONG_PEER = 4,
  NOT_YOURS = 5,
  FAILED = 6
}

export namespace DialBackOutcome {
  export const codec = (): Codec<DialBackOutcome> => {
    return enumeration<DialBackOutcome>(__DialBackOutcomeValues)
  }
}

export interface DialBackResult {
  address: string
  outcome: DialBackOutcome
}

export namespace DialBackResult {
  let _codec: Codec<DialBackResult>

  export const codec = (): Codec<DialBackResult> => {
    if (_codec == null) {
      _codec = message<DialBackResult>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.address != null && obj.address !== '')) {
          w.uint32(10)
          w.string(obj.address)
        }

        if (obj.outcome != null && __DialBackOutcomeValues[obj.outcome] !== 0) {
          w.uint32(16)
          DialBackOutcome.codec().encode(obj.outcome, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          address: '',
          outcome: DialBackOutcome.DIALED
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.address = reader.string()
              break
            }
            case 2: {
              obj.outcome = DialBackOutcome.codec().decode(reader)
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.address`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.outcome`,
                value: DialBackOutcome.codec().decode(reader)
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface DialBackResultAddressFieldEvent {
    field: '$.address'
    value: string
  }

  export interface DialBackResultOutcomeFieldEvent {
    field: '$.outcome'
    value: DialBackOutcome
  }

  export function encode (obj: Partial<DialBackResult>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, DialBackResult.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<DialBackResult>): DialBackResult {
    return decodeMessage(buf, DialBackResult.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<DialBackResult>): Generator<DialBackResultAddressFieldEvent | DialBackResultOutcomeFieldEvent> {
    return streamMessage(buf, DialBackResult.codec(), opts)
  }
}

export interface DialBackResponse {
  refusal: DialBackRefusal
  results: DialBackResult[]
}

export namespace DialBackResponse {
  let _codec: Codec<DialBackResponse>

  export const codec = (): Codec<DialBackResponse> => {
    if (_codec == null) {
      _codec = message<DialBackResponse>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.refusal != null && __DialBackRefusalValues[obj.refusal] !== 0) {
          w.uint32(8)
          DialBackRefusal.codec().encode(obj.refusal, w)
        }

        if (obj.results != null && obj.results.length > 0) {
          for (const value of obj.results) {
            w.uint32(18)
            DialBackResult.codec().encode(value, w)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          refusal: DialBackRefusal.SERVED,
          results: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.refusal = DialBackRefusal.codec().decode(reader)
              break
            }
            case 2: {
              if (opts.limits?.results != null && obj.results.length === opts.limits.results) {
                throw new MaxLengthError('Decode error - repeated field "results" had too many elements')
              }

              obj.results.push(DialBackResult.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.results$
              }))
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          results: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.refusal`,
                value: DialBackRefusal.codec().decode(reader)
              }
              break
            }
            case 2: {
              if (opts.limits?.results != null && obj.results === opts.limits.results) {
                throw new MaxLengthError('Streaming decode error - repeated field "results" had too many elements')
              }

              for (const evt of DialBackResult.codec().stream(reader, reader.uint32(), `${prefix}.results[]`, {
                limits: opts.limits?.results$
              })) {
                yield {
                  ...evt,
                  index: obj.results
                }
              }

              obj.results++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface DialBackResponseRefusalFieldEvent {
    field: '$.refusal'
    value: DialBackRefusal
  }

  export interface DialBackResponseResultsAddressFieldEvent {
    field: '$.results[].address'
    value: string
    index: number
  }

  export interface DialBackResponseResultsOutcomeFieldEvent {
    field: '$.results[].outcome'
    value: DialBackOutcome
    index: number
  }

  export function encode (obj: Partial<DialBackResponse>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, DialBackResponse.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<DialBackResponse>): DialBackResponse {
    return decodeMessage(buf, DialBackResponse.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<DialBackResponse>): Generator<DialBackResponseRefusalFieldEvent | DialBackResponseResultsAddressFieldEvent | DialBackResponseResultsOutcomeFieldEvent> {
    return streamMessage(buf, DialBackResponse.codec(), opts)
  }
}

export interface PeerList {
  records: Uint8Array<ArrayBuffer>[]
}

export namespace PeerList {
  let _codec: Codec<PeerList>

  export const codec = (): Codec<PeerList> => {
    if (_codec == null) {
      _codec = message<PeerList>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.records != null && obj.records.length > 0) {
          for (const value of obj.records) {
            w.uint32(10)
            w.bytes(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          records: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.records != null && obj.records.length === opts.limits.records) {
                throw new MaxLengthError('Decode error - repeated field "records" had too many elements')
              }

              obj.records.push(reader.bytes())
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          records: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.records != null && obj.records === opts.limits.records) {
                throw new MaxLengthError('Streaming decode error - repeated field "records" had too many elements')
              }

              yield {
                field: `${prefix}.records[]`,
                index: obj.records,
                value: reader.bytes()
              }

              obj.records++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface PeerListRecordsFieldEvent {
    field: '$.records[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<PeerList>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, PeerList.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<PeerList>): PeerList {
    return decodeMessage(buf, PeerList.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<PeerList>): Generator<PeerListRecordsFieldEvent> {
    return streamMessage(buf, PeerList.codec(), opts)
  }
}
