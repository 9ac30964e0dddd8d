import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attestationIsValid, signAttestation } from '../../src/verification/attestation.ts'
import type { Attestation } from '../../src/verification/attestation.ts'
import { namedSigner } from '../support/signer.ts'

const signer = namedSigner('w1')
const hash = (fill: string): string => fill.repeat(64)
const ATTESTATION: Attestation = {
  jobId: 'j-aaaaaaaaaaaaaaaa', chunk: 3, epoch: 2, worker: 'w1', coordinator: 'c', inputHash: hash('1'), appHash: hash('2'), imageDigest: hash('3'),
  paramsHash: hash('4'), specHash: hash('5'), resultHash: hash('6'), exitCode: 0
}
const FIELDS = Object.keys(ATTESTATION) as (keyof Attestation)[]

describe('an attestation', () => {
  it('is its worker’s alone, and the same each time', () => {
    const signature = signAttestation(ATTESTATION, signer)
    expect(signAttestation({ ...ATTESTATION }, signer)).toEqual(signature)
    expect(attestationIsValid(ATTESTATION, signature, signer)).toBe(true)
    expect(attestationIsValid(ATTESTATION, signAttestation(ATTESTATION, namedSigner('w2')), signer)).toBe(false)
    expect(attestationIsValid(ATTESTATION, new Uint8Array(), signer)).toBe(false)
  })

  it('holds for nothing that differs in any field, and not without an image it names', () => {
    const signature = signAttestation(ATTESTATION, signer)
    const { imageDigest: _, ...bare } = ATTESTATION
    expect(attestationIsValid(bare, signature, signer)).toBe(false)
    fc.assert(fc.property(fc.constantFrom(...FIELDS), fc.string(), fc.nat(), (field, text, number) => {
      const value = typeof ATTESTATION[field] === 'number' ? number : text
      fc.pre(value !== ATTESTATION[field])
      return !attestationIsValid({ ...ATTESTATION, [field]: value }, signature, signer)
    }))
  })

  it('cannot be read in two ways: what one field ends with the next does not begin with', () => {
    const one = { ...ATTESTATION, worker: 'w1', coordinator: 'ab' }
    expect(attestationIsValid({ ...one, coordinator: 'a', inputHash: `b${one.inputHash}` }, signAttestation(one, signer), signer)).toBe(false)
  })
})
