import { readFile } from 'node:fs/promises'
import type { NodeRecord } from '../coordinator/views.ts'
import { NightshiftError, errorMessage } from '../model/errors.ts'
import { verifySignature } from '../model/messages/signing.ts'
import { checkEvidence, readEvidence } from '../verification/evidence.ts'
import type { Evidence } from '../verification/evidence.ts'
import { connect } from './connect.ts'
import { EXIT, print, printJson, shortPeer } from './output.ts'
import type { Format } from './output.ts'

/** `nightshift node describe PEER`: what is held against a worker. With `--output json` the evidence itself. */
export async function describeNode (peer: string, command: { readonly data?: string, readonly output: Format }): Promise<number> {
  const record = await (await connect(command.data)).get<NodeRecord>(`/v1/nodes/${encodeURIComponent(peer)}`)
  if (command.output === 'json') {
    printJson(record)
    return EXIT.done
  }
  const { node, passes, incidents, evidence } = record
  print(`worker ${node.peer}: ${node.banned ? 'banned' : node.trusted ? 'trusted' : node.connected ? 'connected' : 'away'}, ${node.strikes} strikes, ${node.doubts} in doubt of it, earned ${node.earned} BYC`)
  for (const [app, count] of Object.entries(passes)) print(`  ${count} results verified for ${app}`)
  for (const { at, jobId, chunk, reason } of incidents) print(`  struck ${new Date(at).toISOString()} ${jobId}/${chunk}: ${reason.text} (${reason.code})`)
  for (const piece of evidence) print(`  evidence: ${tellOf(piece)}`)
  return EXIT.done
}

/** `nightshift node verify FILE`: of a file of "node describe --output json", or of evidence alone. */
export async function verifyEvidence (file: string, command: { readonly output: Format }): Promise<number> {
  const pieces = piecesOf(await readFile(file, 'utf8').catch((error: unknown) => { throw new NightshiftError('NS_E_USAGE', `${file} cannot be read: ${errorMessage(error)}`) }), file)
  const checked = pieces.map(piece => {
    try {
      const evidence = readEvidence(piece)
      checkEvidence(evidence, { verify: verifySignature })
      return { ok: true, found: tellOf(evidence) }
    } catch (error) {
      return { ok: false, found: errorMessage(error) }
    }
  })
  if (command.output === 'json') printJson({ checked })
  else for (const { ok, found } of checked) print(`${ok ? 'ok' : 'NO'}  ${found}`)
  return checked.every(({ ok }) => ok) ? EXIT.done : EXIT.verification
}

function piecesOf (text: string, file: string): readonly unknown[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new NightshiftError('NS_E_USAGE', `${file} is no JSON`)
  }
  const inside = (value as { evidence?: unknown } | null)?.evidence ?? value
  return Array.isArray(inside) ? inside : [inside]
}

function tellOf ({ jobId, chunk, coordinator, accused, witness }: Evidence): string {
  const by = witness.worker === coordinator ? 'the coordinator itself' : shortPeer(witness.worker)
  return `${shortPeer(accused.worker)} signed ${accused.resultHash.slice(0, 12)} for ${jobId}/${chunk} of ${shortPeer(coordinator)}, ${by} signed ${witness.resultHash.slice(0, 12)}; one of them is wrong, and running the chunk again shows which`
}
