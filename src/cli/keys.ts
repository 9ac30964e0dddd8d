import { createNetworkKey } from '../network/network-key.ts'
import { EXIT, print, printJson } from './output.ts'
import type { Format } from './output.ts'

/** `nightshift key network`: for a network whose nodes talk to nobody else. */
export async function makeNetworkKey ({ out, output }: { readonly out: string, readonly output: Format }): Promise<number> {
  await createNetworkKey(out)
  if (output === 'json') printJson({ file: out })
  else print(`the key of a new private network is in ${out}: bring it to every machine of it by a safe way, and start each node with --network-key ${out}`)
  return EXIT.done
}
