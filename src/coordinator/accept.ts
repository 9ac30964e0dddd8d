import { available, userAccount } from '../ledger/accounts.ts'
import { validateParams } from '../blocks/index.ts'
import { builtinEngines } from '../engines/index.ts'
import { pythonWasmEligible } from '../execution/index.ts'
import type { Block, BlockKind } from '../model/block.ts'
import { NightshiftError } from '../model/errors.ts'
import { newJobId } from '../model/ids.ts'
import type { EngineChoice, JobRequest, JobSpec } from '../model/job.ts'
import { parseByc } from '../model/money.ts'
import { checkRelativePath } from '../model/paths.ts'
import { resolveImages } from './images.ts'
import type { BlockRegistry } from './registry.ts'
import type { Services } from './services.ts'
import type { JobRecord } from './state.ts'

/** Source text read to judge a block's imports, bytes per file. */
const MAX_SOURCE_BYTES = 4 * 1024 * 1024

/**
 * Turns a request into a job that can run: every name resolved, every parameter
 * validated, every input file here, the price ceiling known. Nothing is stored yet.
 */
export async function acceptJob (services: Services, registry: BlockRegistry, request: JobRequest): Promise<JobRecord> {
  const { allowWasm } = request.config
  const app = await runnable(services, await findBlock(registry, request.app, 'app'), allowWasm)
  const spec: JobSpec = {
    name: request.name,
    description: request.description,
    app,
    partitioner: await chooseEngine(services, registry, request.partitioner, 'partitioner', allowWasm),
    assembler: await chooseEngine(services, registry, request.assembler, 'assembler', allowWasm),
    params: { partitioner: {}, app: validateParams(named(app), request.params.app), assembler: {} },
    source: request.source.map(file => ({ ...file, path: checkRelativePath(file.path) })),
    config: request.config
  }
  const images = await resolveImages(services, spec)
  const params = {
    ...spec.params,
    partitioner: engineParams(spec.partitioner, 'partitioner', request.params.partitioner),
    assembler: engineParams(spec.assembler, 'assembler', request.params.assembler)
  }
  checkExamined(services, spec)
  checkSecrets(spec)
  await checkSource(services, spec)
  const budget = budgetOf(services, request)
  return {
    id: newJobId(services.random),
    spec: { ...spec, params, ...images === undefined ? {} : { images } },
    createdAt: services.clock.now(),
    budget,
    maxPrice: request.config.maxPrice === undefined ? budget : parseByc(request.config.maxPrice),
    seed: Buffer.from(services.random.bytes(32)).toString('hex'),
    state: 'SUBMITTED',
    chunkCount: 0,
    outputs: 0,
    spent: 0n,
    executions: 0,
    disputes: 0,
    strangers: 0,
    checks: { batches: 0, audits: 0, backtracked: 0, comparisons: 0, disagreements: 0 },
    failed: 0,
    verified: 0,
    decided: 0
  }
}

function named (block: Block): { name: string, paramsSchema: Block['paramsSchema'] } {
  return { name: `${block.manifest.name}@${block.manifest.version}`, paramsSchema: block.paramsSchema }
}

async function findBlock (registry: BlockRegistry, name: string, kind: BlockKind): Promise<Block> {
  const block = await registry.find(name).catch((error: unknown) => { throw withBuiltins(error, kind) })
  if (block.manifest.type !== kind) {
    throw new NightshiftError('NS_E_BLOCK_INVALID', `${name} is of type "${block.manifest.type}", but is used as ${kind}`, { remedy: `name a block of type "${kind}"` })
  }
  return block
}

/** An engine that nobody pushed may be a built-in one whose name was mistyped. */
function withBuiltins (error: unknown, kind: BlockKind): unknown {
  if (!(error instanceof NightshiftError) || error.code !== 'NS_E_BLOCK_UNKNOWN' || kind === 'app') return error
  return new NightshiftError(error.code, `${error.message}; built-in ${kind}s are: ${builtinEngines.names(kind).join(', ')}`, { remedy: error.remedy })
}

/** The block on a platform that can be had: a container block on a stock Python image may become a python-wasm one. */
async function runnable (services: Services, block: Block, allowWasm: boolean): Promise<Block> {
  const { manifest } = block
  if (manifest.platform !== 'docker' || !(allowWasm || manifest.platform_config.allow_wasm === true)) return block
  const sources = await Promise.all(block.files.filter(file => file.path.endsWith('.py')).map(async file => ({ path: file.path, text: await text(services, file) })))
  const verdict = pythonWasmEligible(manifest, sources)
  if (verdict.ok) return { ...block, manifest: { ...manifest, platform: 'python-wasm' } }
  services.log.info({ block: manifest.name, why: verdict.reason }, 'a block stays on containers')
  return block
}

async function text (services: Services, file: { readonly sha256: string, readonly size: number }): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const part of services.blobs.open(file.sha256, { start: 0, end: Math.min(file.size, MAX_SOURCE_BYTES) })) parts.push(part)
  return Buffer.concat(parts).toString('utf8')
}

async function chooseEngine (services: Services, registry: BlockRegistry, name: string, kind: 'partitioner' | 'assembler', allowWasm: boolean): Promise<EngineChoice> {
  const builtin = builtinEngines[kind](name)
  if (builtin !== undefined) return { builtin: builtin.name }
  const block = await runnable(services, await findBlock(registry, name, kind), allowWasm)
  if (!services.executors.has(block.manifest.platform)) {
    throw new NightshiftError('NS_E_PLATFORM', `the ${kind} ${name} needs platform ${block.manifest.platform}, which this coordinator does not have`, {
      remedy: block.manifest.platform === 'docker' ? 'if it needs only the Python standard library, submit with --allow-wasm' : 'use another engine'
    })
  }
  return { block }
}

function engineParams (choice: EngineChoice, kind: 'partitioner' | 'assembler', params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if ('block' in choice) return validateParams(named(choice.block), params)
  const engine = builtinEngines[kind](choice.builtin)
  return validateParams({ name: choice.builtin, paramsSchema: engine?.paramsSchema }, params)
}

/** An app's own examiner judges its results here, before they count: a coordinator that cannot run it cannot take the job. */
function checkExamined (services: Services, { app, config }: JobSpec): void {
  const { determinism, name, platform } = app.manifest
  if (determinism !== 'fuzzy' && determinism !== 'self-checked') return
  if (determinism === 'self-checked' && (config.replicas ?? 1) > 1) {
    throw new NightshiftError('NS_E_CONFIG', `results of ${name} need not agree: its own checker judges each of them (determinism "self-checked")`, { remedy: 'submit without --replicas' })
  }
  const isBelieved = config.trust === 'private' || config.trust === 'local' || (determinism === 'fuzzy' && config.replicas === 1)
  if (isBelieved || services.executors.has(platform)) return
  throw new NightshiftError('NS_E_PLATFORM', `${name} judges its own results (determinism "${determinism}"), with a script this coordinator cannot run: it has no platform ${platform}`, {
    remedy: 'submit to a coordinator that has it, or with --trust private, for workers you named with "coordinator --trust"'
  })
}

/** A worker can read what it is given to run. */
function checkSecrets ({ app, partitioner, assembler, config }: JobSpec): void {
  const blocks = [app, ...[partitioner, assembler].flatMap(choice => 'block' in choice ? [choice.block] : [])]
  const [block] = blocks.filter(({ manifest }) => (manifest.platform_config.secrets ?? []).length > 0)
  if (block === undefined) return
  const asks = `${block.manifest.name} asks for the secrets ${(block.manifest.platform_config.secrets ?? []).join(', ')}`
  if (config.trust === 'open' || config.trust === 'verified') {
    throw new NightshiftError('NS_E_CONFIG', `${asks}, which strangers could read: a job with --trust ${config.trust} gets none`, { remedy: 'take them out of the block' })
  }
  throw new NightshiftError('NS_E_CONFIG', `${asks}, and this version hands out none`, { remedy: 'take them out of the block' })
}

async function checkSource (services: Services, spec: JobSpec): Promise<void> {
  const seen = new Set<string>()
  for (const file of spec.source) {
    if (seen.has(file.path)) throw new NightshiftError('NS_E_INPUT_UNREADABLE', `the input names ${file.path} twice`)
    seen.add(file.path)
    if (await services.blobs.size(file.sha256) !== file.size) {
      throw new NightshiftError('NS_E_BLOB_MISSING', `the input file ${file.path} was not uploaded`, { remedy: 'upload every file before the job' })
    }
  }
}

function budgetOf (services: Services, request: JobRequest): bigint {
  if (request.config.budget !== undefined) return parseByc(request.config.budget)
  const { config, ledger } = services.state
  const free = available(ledger.account(userAccount(config.user)))
  return free < config.defaultBudget ? free : config.defaultBudget
}
