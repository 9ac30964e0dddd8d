import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { verifyEvidence } from '../../src/cli/node-record.ts'
import { nodeSigner } from '../../src/model/messages/signing.ts'
import type { Signer } from '../../src/model/signer.ts'
import { loadIdentity } from '../../src/network/index.ts'
import { signAttestation } from '../../src/verification/attestation.ts'
import { evidenceOf } from '../../src/verification/evidence.ts'
import type { Evidence } from '../../src/verification/evidence.ts'

describe('nightshift node verify', () => {
  let dir = ''
  let evidence: Evidence

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nightshift-test-'))
    const [worker, coordinator] = [await identity('worker'), await identity('coordinator')]
    const work = { jobId: 'j-aaaaaaaaaaaaaaaa', chunk: 1, coordinator: coordinator.self, inputHash: '1'.repeat(64), appHash: '2'.repeat(64), paramsHash: '3'.repeat(64), specHash: '4'.repeat(64), exitCode: 0 }
    const signed = (signer: Signer, epoch: number, resultHash: string) => {
      const attestation = { ...work, worker: signer.self, epoch, resultHash }
      return [attestation, Buffer.from(signAttestation(attestation, signer)).toString('hex')] as const
    }
    evidence = evidenceOf(...signed(worker, 1, 'a'.repeat(64)), ...signed(coordinator, 2, 'b'.repeat(64)))
  })
  afterAll(async () => { await rm(dir, { recursive: true, force: true }) })

  async function identity (name: string): Promise<Signer> {
    await mkdir(join(dir, name))
    const { peerId, privateKey } = await loadIdentity(join(dir, name))
    return nodeSigner(peerId, privateKey.raw)
  }

  async function verify (content: string): Promise<{ readonly code: number, readonly said: string }> {
    const file = join(dir, 'evidence.json')
    await writeFile(file, content)
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    const logged = vi.spyOn(console, 'log').mockReturnValue(undefined)
    try {
      const code = await verifyEvidence(file, { output: 'table' })
      return { code, said: [...written.mock.calls, ...logged.mock.calls].map(([text]) => String(text)).join('\n') }
    } finally {
      written.mockRestore()
      logged.mockRestore()
    }
  }

  it('takes what "node describe" gives, and evidence alone, and says what it proves', async () => {
    const { code, said } = await verify(JSON.stringify({ node: {}, evidence: [evidence] }))
    expect(code).toBe(0)
    expect(said).toMatch(/signed aaaaaaaaaaaa for j-aaaaaaaaaaaaaaaa\/1 .* the coordinator itself signed bbbbbbbbbbbb; one of them is wrong/)
    expect((await verify(JSON.stringify(evidence))).code).toBe(0)
  })

  it('ends with 4 when a signature, or the form, is wrong', async () => {
    const forged = { ...evidence, accused: { ...evidence.accused, resultHash: 'c'.repeat(64) } }
    const { code, said } = await verify(JSON.stringify([evidence, forged]))
    expect(code).toBe(4)
    expect(said).toContain('has not signed this')
    expect((await verify('{"evidence":[5]}')).code).toBe(4)
    await expect(verify('no json')).rejects.toMatchObject({ code: 'NS_E_USAGE' })
  })
})
