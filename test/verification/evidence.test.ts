import { describe, expect, it } from 'vitest'
import { signAttestation } from '../../src/verification/attestation.ts'
import type { Attestation } from '../../src/verification/attestation.ts'
import { checkEvidence, evidenceId, evidenceOf, heardOneMore, readEvidence } from '../../src/verification/evidence.ts'
import type { Evidence } from '../../src/verification/evidence.ts'
import { evidenceFromWire, evidenceToWire } from '../../src/verification/evidence-wire.ts'
import { namedSigner } from '../support/signer.ts'

const VERIFY = namedSigner('anybody')
const WORK = { jobId: 'j-aaaaaaaaaaaaaaaa', chunk: 7, coordinator: 'c', inputHash: '1'.repeat(64), appHash: '2'.repeat(64), paramsHash: '3'.repeat(64), specHash: '4'.repeat(64), exitCode: 0 }

function ran (worker: string, epoch: number, resultHash: string, change: Partial<Attestation> = {}): readonly [Attestation, string] {
  const attestation = { ...WORK, worker, epoch, resultHash, ...change }
  return [attestation, Buffer.from(signAttestation(attestation, namedSigner(worker))).toString('hex')]
}

const evidence = evidenceOf(...ran('liar', 1, 'a'.repeat(64)), ...ran('c', 2, 'b'.repeat(64)))

describe('evidence against a worker', () => {
  it('can be checked by anybody, also after it was on the wire or in a file', () => {
    expect(() => { checkEvidence(evidence, VERIFY) }).not.toThrow()
    expect(evidenceFromWire(evidenceToWire(evidence))).toEqual(evidence)
    const read = readEvidence(JSON.parse(JSON.stringify(evidence)))
    expect(() => { checkEvidence(read, VERIFY) }).not.toThrow()
    const withImage = evidenceOf(...ran('liar', 1, 'a'.repeat(64), { imageDigest: '5'.repeat(64) }), ...ran('c', 2, 'b'.repeat(64), { imageDigest: '5'.repeat(64) }))
    expect(() => { checkEvidence(evidenceFromWire(evidenceToWire(withImage)) ?? evidence, VERIFY) }).not.toThrow()
  })

  it.each<[string, RegExp, Evidence]>([
    ['the accused signed something else', /accused, liar, has not signed/, { ...evidence, accused: { ...evidence.accused, resultHash: 'c'.repeat(64) } }],
    ['it puts words into an honest worker\'s mouth', /accused, honest, has not signed/, { ...evidence, accused: { ...evidence.accused, worker: 'honest' } }],
    ['the witness has not signed', /witness, other, has not signed/, { ...evidence, witness: { ...evidence.witness, worker: 'other' } }],
    ['the results are the same', /do not differ/, evidenceOf(...ran('liar', 1, 'a'.repeat(64)), ...ran('c', 2, 'a'.repeat(64)))],
    ['it is one peer against itself', /of one peer/, evidenceOf(...ran('liar', 1, 'a'.repeat(64)), ...ran('liar', 2, 'b'.repeat(64)))],
    ['the two did not run the same', /witness, c, has not signed/, evidenceOf(...ran('liar', 1, 'a'.repeat(64)), ...ran('c', 2, 'b'.repeat(64), { inputHash: '9'.repeat(64) }))],
    ['it is about another chunk than was signed', /has not signed/, { ...evidence, chunk: 8 }]
  ])('is worth nothing when %s', (_, text, piece) => {
    expect(() => { checkEvidence(piece, VERIFY) }).toThrow(text)
  })

  it('counts once for a result, whoever the witness is', () => {
    const other = evidenceOf(...ran('liar', 1, 'a'.repeat(64)), ...ran('w', 3, 'b'.repeat(64)))
    expect(evidenceId(other)).toBe(evidenceId(evidence))
    expect(evidenceId({ ...evidence, chunk: 8 })).not.toBe(evidenceId(evidence))
  })

  it('in a file must have the form of evidence', () => {
    for (const wrong of [undefined, 5, {}, { ...evidence, chunk: -1 }, { ...evidence, more: 1 }, { ...evidence, accused: { ...evidence.accused, signature: 'zz' } }]) expect(() => readEvidence(wrong)).toThrow(/no evidence/)
  })

  it('is looked at only so often from one peer', () => {
    let heard = heardOneMore(undefined, 0)
    for (let i = 1; i < 60; i++) heard = heardOneMore(heard, i)
    expect(heard).toEqual({ since: 0, count: 60 })
    expect(heardOneMore(heard, 3_599_999)).toBeUndefined()
    expect(heardOneMore(heard, 3_600_000)).toEqual({ since: 3_600_000, count: 1 })
  })
})
