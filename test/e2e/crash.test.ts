import { describe, it } from 'vitest'
import { crashAt } from '../support/crash.ts'

/** A sample; all points are in crash.full.test.ts. */
describe('kill -9 at a step of a chunk\'s life', () => {
  it.each(['submit:written', 'reveal:written'])('coordinator at %s', async point => { await crashAt('coordinator', point) }, 120_000)
  it.each(['task-done:written'])('worker at %s', async point => { await crashAt('worker', point) }, 120_000)
})
