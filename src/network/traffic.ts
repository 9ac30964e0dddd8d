import type { Metrics, MultiaddrConnection } from '@libp2p/interface'

/** Bytes through the sockets of a node, in and out, since it started. */
export class Traffic {
  #bytes = 0

  get bytes (): number { return this.#bytes }

  /** Counts at the sockets, under encryption, as whoever bills for traffic does. Nothing else of libp2p's metrics is kept. */
  metrics (): Metrics {
    const nothing = (): undefined => undefined
    const unkept = { update: nothing, increment: nothing, decrement: nothing, reset: nothing, observe: nothing, timer: () => nothing }
    return {
      trackMultiaddrConnection: (connection: MultiaddrConnection) => { this.#track(connection) },
      trackProtocolStream: nothing,
      createTrace: nothing,
      traceFunction: (_name: string, fn: never) => fn,
      ...Object.fromEntries(['Metric', 'MetricGroup', 'Counter', 'CounterGroup', 'Histogram', 'HistogramGroup', 'Summary', 'SummaryGroup'].map(kind => [`register${kind}`, () => unkept]))
    } as unknown as Metrics
  }

  /** A listener for messages would take them from whoever reads the connection: what is dispatched anyway is counted instead. */
  #track (connection: MultiaddrConnection): void {
    const dispatch = connection.dispatchEvent.bind(connection)
    connection.dispatchEvent = (event: Event) => {
      if (event.type === 'message') this.#bytes += (event as Event & { data: { byteLength: number } }).data.byteLength
      return dispatch(event)
    }
    const send = connection.send.bind(connection)
    connection.send = data => {
      this.#bytes += data.byteLength
      return send(data)
    }
  }
}
