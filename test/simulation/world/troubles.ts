import { CLEAR } from './network.ts'
import type { DeathPoint } from './process.ts'
import type { Troubles } from './scenario.ts'
import type { World } from './world.ts'

type Node = World['workers'][number] | World['coordinators'][number]

const DEATHS: readonly DeathPoint[] = ['now', 'before-write', 'after-write', 'half-spoken']

/** Plans every trouble of the time of faults. */
export function planTroubles (world: World, troubles: Troubles, forMs: number): void {
  const { dice, network } = world
  network.weather = troubles.weather
  const often = (times: number, what: () => void): void => {
    for (let i = 0; i < times; i++) world.after(dice.whole(0, forMs), what)
  }
  const anyNode = (): Node => dice.chance(0.5) ? dice.pick(world.coordinators) : dice.pick(world.workers)
  often(troubles.crashes, () => { anyNode().kill(dice.pick(DEATHS)) })
  often(troubles.pauses, () => { anyNode().pause(dice.pick([2000, 15_000, 45_000])) })
  often(troubles.clockJumps, () => {
    const node = anyNode()
    node.clockOffset += dice.pick([-3_600_000, -5000, 5000, 60_000, 1_200_000, 3_600_000])
    note(world, `the clock of ${node.name} is ${node.clockOffset} ms off`)
  })
  often(troubles.slowDisks, () => { disk(world, anyNode(), 'slow', dice.whole(1000, 20_000)) })
  often(troubles.brokenDisks, () => { disk(world, anyNode(), dice.pick(['full', 'fsync']), dice.whole(100, 10_000)) })
  often(troubles.partitions, () => { partition(world, dice.whole(500, 30_000)) })
  often(troubles.drains, () => {
    const worker = dice.pick(world.workers)
    if (!worker.alive) return
    note(world, `${worker.name} drains`)
    worker.post({ kind: 'drain' })
    const { life } = worker
    world.after(dice.whole(100, 20_000), () => { if (worker.life === life) worker.crash('drained') })
  })
}

/** The end of all faults: everyone is up, connected and writes; what attackers do goes on. */
export function calmDown (world: World): void {
  world.calm = true
  world.network.weather = CLEAR
  world.network.unblockAll()
  for (const node of [...world.coordinators, ...world.workers]) {
    node.disk.state = 'fast'
    node.spare()
  }
}

function disk (world: World, node: Node, state: 'slow' | 'full' | 'fsync', ms: number): void {
  note(world, `the disk of ${node.name} is ${state}`)
  node.disk.state = state
  world.after(ms, () => { if (node.disk.state === state) node.disk.state = 'fast' })
}

/** Cuts frames between two groups of nodes: one way, both ways, or one node from all. */
function partition (world: World, ms: number): void {
  const { dice, network } = world
  const why = `partition of event ${world.events}`
  const shape = dice.pick(['one-way', 'full', 'island'] as const)
  const island = dice.pick([...world.workers, ...world.coordinators]).name
  note(world, `${shape} partition for ${ms} ms`)
  for (const coordinator of world.coordinators) {
    for (const worker of world.workers) {
      const apart = shape === 'island' ? worker.name === island || coordinator.name === island : dice.chance(0.5)
      if (!apart) continue
      if (shape !== 'one-way' || dice.chance(0.5)) network.block(coordinator.name, worker.name, why)
      if (shape !== 'one-way' || dice.chance(0.5)) network.block(worker.name, coordinator.name, why)
    }
  }
  world.after(ms, () => { network.unblock(why) })
}

function note (world: World, text: string): void {
  world.trace.add(`${world.now} ${text}`)
}
