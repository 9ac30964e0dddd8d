import { createReadStream } from 'node:fs'
import { errorMessage, NightshiftError } from '../model/errors.ts'
import { MOST_LINE_CHARS } from '../verification/sealed.ts'

/** The lines of a file, without their ends. What follows the last line's end is a line too, unless it is empty. */
export async function * linesOf (file: string): AsyncGenerator<string> {
  // bytes that are no UTF-8 throw: a replacement character would hide what was there
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let rest = ''
  try {
    for await (const bytes of createReadStream(file) as AsyncIterable<Uint8Array>) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      yield * lines
      if (rest.length > MOST_LINE_CHARS) throw new NightshiftError('NS_E_TOO_LARGE', `${file} has a line of more than ${MOST_LINE_CHARS} characters`)
    }
    rest += decoder.decode()
  } catch (error) {
    if (error instanceof NightshiftError) throw error
    if (error instanceof TypeError) throw new NightshiftError('NS_E_RECEIPT', 'it contains bytes that are no text')
    throw new NightshiftError('NS_E_INPUT_UNREADABLE', `cannot read ${file}: ${errorMessage(error)}`, { remedy: 'check the path; "nightshift job get" writes the receipt of a job' })
  }
  if (rest !== '') yield rest
}
