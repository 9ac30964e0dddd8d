import type { Command } from 'commander'
import { add } from './build.ts'
import type { Run } from './build.ts'

/** @param accepts rejects when a command line would be refused */
export function service (root: Command, run: Run, accepts: (args: readonly string[]) => Promise<void>): void {
  const group = root.command('service').description('a node that runs by itself: a systemd user unit, or a launchd agent').exitOverride().enablePositionalOptions()
  const load = async () => await import('../service/service.ts')
  add(group, 'install <role> [options...]', 'install a worker or coordinator with the options of that command, and start it').passThroughOptions()
    .option('--dry-run', 'print it and change nothing')
    .option('--memory-max <limit>', 'most memory of the node and its sandboxes, e.g. 50% or 8G; before the role', '90%')
    .action(run(async () => (await load()).installer(accepts)))
  add(group, 'uninstall <role>', 'end it in order and forget the service; its data stays').action(run(async () => (await load()).uninstall))
  add(group, 'status [role]', 'whether it runs').action(run(async () => (await load()).status))
}
