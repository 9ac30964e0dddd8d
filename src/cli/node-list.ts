import type { NodeView } from '../coordinator/views.ts'
import { connect } from './connect.ts'
import { EXIT, bytes, duration, printRows, shortPeer } from './output.ts'
import type { Format } from './output.ts'

type Columns = Readonly<Record<string, (node: NodeView) => string>>
export type Shown = 'capacity' | 'offers' | 'reputation'

const WHO: Columns = { worker: ({ peer }) => shortPeer(peer), state: stateOf }
const EARNED: Columns = { earned: ({ earned }) => `${earned} BYC` }
const JUDGED: Columns = {
  accepted: ({ accepted }) => String(accepted),
  strikes: ({ strikes }) => String(strikes),
  evidence: ({ evidence, doubts }) => evidence === 0 && doubts === 0 ? '' : `${evidence}${doubts === 0 ? '' : `, ${doubts} in doubt`}`
}
const PLAIN: Columns = {
  ...WHO, platforms: ({ platforms }) => platforms.join(' '), isolation: ({ isolation }) => isolation, cores: ({ cores }) => String(cores),
  slots: ({ slots }) => String(slots), running: ({ running }) => String(running), ...JUDGED, ...EARNED
}
const SETS: Readonly<Record<Shown, Columns>> = {
  capacity: {
    platforms: ({ platforms }) => platforms.join(' '),
    cores: ({ cores }) => String(cores),
    memory: ({ memoryMiB }) => mebibytes(memoryMiB),
    disk: ({ diskMiB }) => mebibytes(diskMiB),
    gpus: ({ gpus }) => gpus.join(', '),
    cpu: ({ cpuModel, arch }) => `${cpuModel} ${arch}`.trim(),
    speed: ({ speed }) => speed === 0 ? '' : String(speed),
    bandwidth: ({ bandwidth }) => bandwidth === 0 ? '' : `${bytes(bandwidth)}/s`
  },
  offers: {
    slots: ({ slots }) => String(slots),
    running: ({ running }) => String(running),
    price: ({ priceLevel }) => priceLevel === 0 ? '' : `${priceLevel / 10} %`,
    'free for': ({ freeUntil }) => freeUntil === undefined ? '' : duration(Math.max(0, freeUntil - Date.now())),
    operator: ({ operator }) => operator,
    why: ({ suspended, refusal }) => (refusal ?? suspended)?.code ?? ''
  },
  reputation: { ...JUDGED, trusted: ({ trusted }) => trusted ? 'yes' : '', ...EARNED }
}

/** `nightshift node list`: with `--show` the columns wanted; JSON has everything, whatever is shown. */
export async function nodes (command: { readonly data?: string, readonly output: Format, readonly show?: readonly Shown[] }): Promise<number> {
  const { nodes: all } = await (await connect(command.data)).get<{ nodes: NodeView[] }>('/v1/nodes')
  printRows(command.output, 'nodes', all, columnsOf(command.show))
  return EXIT.done
}

function columnsOf (show: readonly Shown[] | undefined): Columns {
  return show === undefined ? PLAIN : Object.assign({}, WHO, ...show.map(name => SETS[name])) as Columns
}

function stateOf ({ banned, trusted, connected }: NodeView): string {
  if (banned) return 'banned'
  return trusted && connected ? 'trusted' : connected ? 'connected' : 'away'
}

function mebibytes (mib: number): string {
  return mib === 0 ? '' : bytes(mib * 1024 * 1024)
}
