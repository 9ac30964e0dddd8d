import { Option } from 'commander'
import type { Command } from 'commander'
import type { Noun } from '../blocks.ts'
import { add, many, number, wholeIn, withData } from './build.ts'
import type { Run } from './build.ts'

export function blocks (root: Command, run: Run, noun: Noun): void {
  const group = root.command(noun).description(noun === 'app' ? 'make, test and push apps' : 'make, test and push partitioners and assemblers').exitOverride()
  const load = async () => await import('../blocks.ts')
  const created = add(group, 'new <dir>', `make ${noun === 'app' ? 'an app' : 'an engine'} that runs as it is`)
    .addOption(new Option('--platform <platform>', 'what it runs on').choices(['python-wasm', 'docker']).default('python-wasm'))
  if (noun === 'engine') created.addOption(new Option('--type <type>', 'which kind').choices(['partitioner', 'assembler']))
  created.action(run(async () => (await load()).create.bind(undefined, noun)))
  withData(add(group, 'validate <dir>', 'check a folder without running it')).action(run(async () => (await load()).validate.bind(undefined, noun)))
  add(group, 'test <dir>', 'run it here, in the sandbox, with logs and results')
    .option('--input <file|dir|->', noun === 'app' ? 'the chunk; default its example/data.bin, if it has one' : 'the input files')
    .option('--repeat <n>', 'run it so many times and see whether the results agree', wholeIn(1, 100), 1)
    .option('--param <key=value>', 'a parameter, repeatable', many)
    .option('--out <dir>', 'keep what it writes')
    .option('--allow-wasm', 'a block on a stock python image may run in python-wasm')
    .option('--timeout <s>', 'longest run', number, 300)
    .option('--memory <mib>', 'memory it may use', number, 512)
    .action(run(async () => (await import('../block-test.ts')).testBlock))
  const pushed = withData(add(group, 'push <dir>', 'register it under name@version'))
  if (noun === 'app') pushed.option('--no-self-test', 'do not run its example three times to see whether the results agree')
  pushed.action(run(async () => (await load()).push.bind(undefined, noun)))
  withData(add(group, 'list', 'those registered')).action(run(async () => (await load()).list.bind(undefined, noun)))
  withData(add(group, 'get <tag>', 'one of them')).action(run(async () => (await load()).get.bind(undefined, noun)))
  withData(add(group, 'activate <tag>', 'let jobs use it')).action(run(async () => (await load()).setActive.bind(undefined, true)))
  withData(add(group, 'deactivate <tag>', 'keep jobs from using it')).action(run(async () => (await load()).setActive.bind(undefined, false)))
}

export function images (root: Command, run: Run): void {
  const group = root.command('image').description('container images of the coordinator').exitOverride()
  const load = async () => await import('../images.ts')
  withData(add(group, 'list', 'those it has')).action(run(async () => (await load()).list))
  withData(add(group, 'pull <name>', 'get one from its registry, so that jobs need not wait for it')).action(run(async () => (await load()).pull))
  withData(add(group, 'import <file|->', 'take one from an archive made by "docker save", or an OCI layout as tar'))
    .option('--name <name>', 'what jobs call it; default the name in the archive').action(run(async () => (await load()).importImage))
  withData(add(group, 'export <name>', 'write one as an archive that "docker load" takes'))
    .requiredOption('--out <file|->', 'where to').action(run(async () => (await load()).exportImage))
  withData(add(group, 'remove <name>', 'forget one')).action(run(async () => (await load()).remove))
}
