import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { clusterFolder, dataFolder } from '../../config/paths.ts'
import { pc } from '../colours.ts'
import { EXIT, print, printJson } from '../output.ts'
import type { Format } from '../output.ts'
import type { Finding, Severity } from './finding.ts'
import { checkMachine } from './machine.ts'
import { checkNode } from './node.ts'

/** What was found of a node, or of the machine where no folder is named. */
interface Report { readonly dataDir?: string, readonly findings: readonly Finding[] }

const MARKS: Readonly<Record<Severity, string>> = { ok: pc.green('ok'), note: pc.dim('..'), warning: pc.yellow('--'), broken: pc.red('NO') }

/** `nightshift doctor`: the machine, and each node in the folder named or the usual places. Exit code 1 when something is broken. */
export async function doctor (command: { readonly data?: string, readonly output: Format }): Promise<number> {
  const folders = command.data === undefined ? await usualFolders() : [command.data]
  const reports: Report[] = await Promise.all([
    checkMachine().then(findings => ({ findings })),
    ...folders.map(async dataDir => ({ dataDir, findings: await checkNode(dataDir) }))
  ])
  const isBroken = reports.some(({ findings }) => findings.some(({ severity }) => severity === 'broken'))
  if (command.output === 'json') printJson({ broken: isBroken, checks: reports.flatMap(({ dataDir, findings }) => findings.map(finding => ({ ...finding, ...dataDir === undefined ? {} : { dataDir } }))) })
  else for (const report of reports) show(report)
  return isBroken ? EXIT.error : EXIT.done
}

/** Folders in which a node was started before; where there is none, that of a worker to be. */
async function usualFolders (): Promise<readonly string[]> {
  const all = [join(clusterFolder(), 'coordinator'), dataFolder('coordinator'), dataFolder('worker')]
  const used = (await Promise.all(all.map(async folder => await access(join(folder, 'identity.key')).then(() => [folder], () => [])))).flat()
  return used.length > 0 ? used : [dataFolder('worker')]
}

function show ({ dataDir, findings }: Report): void {
  print(dataDir === undefined ? 'this machine' : `the node of ${dataDir}`)
  for (const { severity, text, code, remedy } of findings) {
    print(`  ${MARKS[severity]}  ${text}${severity === 'ok' ? '' : ` (${code})`}`)
    if (remedy !== undefined) print(`        what to do: ${remedy}`)
  }
}
