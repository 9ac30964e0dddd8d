import type { Attested as WireAttested, Evidence as WireEvidence } from '../model/messages/control.ts'
import type { Attested, Evidence } from './evidence.ts'

export function evidenceToWire (evidence: Evidence): WireEvidence {
  const { jobId, chunk, coordinator, inputHash, appHash, imageDigest = '', paramsHash, specHash, accused, witness } = evidence
  return {
    jobId, chunk, coordinator, inputHash: bytes(inputHash), appHash: bytes(appHash), imageDigest, paramsHash: bytes(paramsHash), specHash: bytes(specHash),
    accused: sideToWire(accused), witness: sideToWire(witness)
  }
}

/** Whether it proves anything is for `checkEvidence`. Undefined when a side is missing. */
export function evidenceFromWire (wire: WireEvidence): Evidence | undefined {
  const { jobId, chunk, coordinator, imageDigest, accused, witness } = wire
  if (accused === undefined || witness === undefined) return undefined
  return {
    jobId, chunk, coordinator, ...imageDigest === '' ? {} : { imageDigest },
    inputHash: hex(wire.inputHash), appHash: hex(wire.appHash), paramsHash: hex(wire.paramsHash), specHash: hex(wire.specHash),
    accused: sideFromWire(accused), witness: sideFromWire(witness)
  }
}

function sideToWire ({ worker, epoch, resultHash, exitCode, signature }: Attested): WireAttested {
  return { worker, epoch, resultHash: bytes(resultHash), exitCode, signature: bytes(signature) }
}

function sideFromWire ({ worker, epoch, resultHash, exitCode, signature }: WireAttested): Attested {
  return { worker, epoch, resultHash: hex(resultHash), exitCode, signature: hex(signature) }
}

function hex (value: Uint8Array): string {
  return Buffer.from(value).toString('hex')
}

function bytes (value: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(value, 'hex'))
}
