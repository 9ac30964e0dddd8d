import type { Message, Reveal } from '../../../src/model/messages/control.ts'

/** What somebody who hears everything on the wire would know: the food of copiers. */
export class Seen {
  readonly #commitments = new Map<string, Uint8Array<ArrayBuffer>>()
  readonly #reveals = new Map<string, Reveal>()

  note ({ commit, reveal }: Message): void {
    if (commit?.attempt !== undefined) this.#commitments.set(`${commit.attempt.jobId}/${commit.attempt.chunk}`, commit.commitment)
    if (reveal?.attempt !== undefined) this.#reveals.set(`${reveal.attempt.jobId}/${reveal.attempt.chunk}`, reveal)
  }

  commitment (jobId: string, chunk: number): Uint8Array<ArrayBuffer> | undefined { return this.#commitments.get(`${jobId}/${chunk}`) }

  reveal (jobId: string, chunk: number): Reveal | undefined { return this.#reveals.get(`${jobId}/${chunk}`) }
}
