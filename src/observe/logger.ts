import { pino } from 'pino'

/** The part of pino that the project uses; tests may pass any object of this form. */
export type Logger = Pick<pino.Logger, 'debug' | 'info' | 'warn' | 'error'>

/** JSON lines on stderr, so that stdout stays for results. `level`: pino's names, or `silent`. */
export function createLogger (level: string, about: Readonly<Record<string, unknown>> = {}): Logger {
  return pino({ level, base: about, serializers: { err: pino.stdSerializers.err } }, pino.destination({ dest: 2, sync: true }))
}
