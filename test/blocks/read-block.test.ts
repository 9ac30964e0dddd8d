import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readBlock } from '../../src/blocks/index.ts'
import type { Manifest } from '../../src/model/block.ts'
import { textOf } from '../support/bytes.ts'
import { folder } from '../support/folder.ts'

const PLAIN = { name: 'demo', version: '1.0', platform: 'docker', platform_config: { container: 'python:3' }, entrypoint: 'main.py' }

async function manifestOf (manifest: object | string, files: Record<string, string> = { 'app/main.py': '' }): Promise<Manifest> {
  return (await readBlock(await folder({ 'manifest.json': manifest, ...files }))).block.manifest
}

describe('spellings of manifest.json', () => {
  const canonical = {
    name: 'flux', version: '1.0', type: 'app', description: 'd', entrypoint: 'main.py', platform: 'docker',
    platform_config: { container: 'a/b:1', private_image: true },
    device_requirements: { min_cpu: 2, min_memory: 8, gpu: ['NVIDIA A100'] },
    determinism: 'bitwise'
  }
  it.each<[string, object | string]>([
    ['snake_case', { ...canonical }],
    ['capitals', { Name: 'flux', Version: '1.0', Description: 'd', Entrypoint: 'main.py', Platform: 'docker', Platform_Config: { Container: 'a/b:1', PRIVATE_IMAGE: true }, Device_Requirements: { MIN_CPU: 2, Min_Memory: 8, GPU: ['NVIDIA A100'] } }],
    ['camelCase', { name: 'flux', version: '1.0', description: 'd', entryPoint: 'main.py', platform: 'docker', platformConfig: { container: 'a/b:1', privateImage: true }, deviceRequirements: { minCpu: 2, minMemory: 8, gpu: ['NVIDIA A100'] } }],
    ['numbers as text', { ...canonical, device_requirements: { min_cpu: '2', min_memory: '8', gpu: 'NVIDIA A100' } }],
    ['an id, an image, and an app/ entrypoint', { id: 'flux', version: '1.0', description: 'd', entrypoint: 'app/main.py', platform: 'Docker', platform_config: { image: 'a/b:1', private_image: true }, device_requirements: canonical.device_requirements }],
    ['requirements at the top level', { name: 'flux', version: '1.0', description: 'd', entrypoint: './main.py', container: 'a/b:1', privateImage: true, min_cpu: 2, minMemory: '8', gpu: ['NVIDIA A100'] }],
    ['a number as the version', '{"name": "flux", "version": 1.0, "description": "d", "entrypoint": "main.py", "platform": "docker", "platform_config": {"container": "a/b:1", "private_image": true}, "device_requirements": {"min_cpu": 2, "min_memory": 8, "gpu": ["NVIDIA A100"]}}'],
    ['nulls for what is left out', { ...canonical, determinism: null, type: null }],
    ['no entrypoint', { ...canonical, entrypoint: undefined }],
    ['a byte order mark', '\uFEFF' + JSON.stringify(canonical)]
  ])('%s', async (_, manifest) => {
    expect(await manifestOf(manifest)).toEqual(canonical)
  })

  it.each([['{"version": 1}', '1.0'], ['{"version": 1.10}', '1.10'], ['{"Version":0.1}', '0.1'], ['{"version": "2"}', undefined]])('version of %s is %s', async (text, version) => {
    const manifest = manifestOf(text.replace('{', '{"name": "demo", "platform": "python-wasm", '))
    if (version === undefined) await expect(manifest).rejects.toMatchObject({ code: 'NS_E_MANIFEST_INVALID', message: expect.stringContaining('/version') })
    else expect((await manifest).version).toBe(version)
  })

  it('takes engines and their own spellings', async () => {
    expect((await manifestOf({ ...PLAIN, type: 'Partitioner' })).type).toBe('partitioner')
    expect((await manifestOf({ ...PLAIN, type: 'assembling_engine' })).type).toBe('assembler')
  })

  it('knows wasm by its entrypoint', async () => {
    const manifest = await manifestOf({ name: 'demo', version: '1.0' }, { 'app/main.wasm': '' })
    expect(manifest).toMatchObject({ platform: 'wasm', entrypoint: 'main.wasm' })
  })

  it.each([
    ['Fuzzy', { comparator: 'app/like.py' }, { determinism: 'fuzzy', comparator: 'like.py' }],
    ['self_checked', { checker: './like.py' }, { determinism: 'self-checked', checker: 'like.py' }],
    ['class', {}, { determinism: 'class' }],
    ['none', {}, { determinism: 'none' }]
  ])('takes the determinism %s', async (determinism, more, expected) => {
    expect(await manifestOf({ ...PLAIN, determinism, ...more }, { 'app/main.py': '', 'app/like.py': '' })).toMatchObject(expected)
  })

  it('keeps keys it does not know', async () => {
    expect(await manifestOf({ ...PLAIN, author: 'me' })).toMatchObject({ author: 'me' })
  })

  it('does not let __proto__ reach a prototype', async () => {
    await manifestOf('{"name": "demo", "version": "1.0", "platform": "python-wasm", "__proto__": {"polluted": true}, "platform_config": {"__proto__": {"polluted": true}}}')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

describe('a manifest that is refused', () => {
  it.each<[string, object | string, string[]]>([
    ['no JSON', '{"name": ', ['manifest.json', 'not a JSON object']],
    ['no object', '[1]', ['not an object']],
    ['no name', { ...PLAIN, name: undefined }, ['name']],
    ['a determinism nobody knows', { ...PLAIN, determinism: 'mostly' }, ['/determinism', '"bitwise", "class", "fuzzy", "self-checked", "none"', 'but is "mostly"']],
    ['fuzzy without a comparator', { ...PLAIN, determinism: 'fuzzy' }, ['fuzzy', 'comparator']],
    ['self-checked without a checker', { ...PLAIN, determinism: 'self-checked' }, ['self-checked', 'checker']],
    ['a comparator that is not there', { ...PLAIN, determinism: 'fuzzy', comparator: 'like.py' }, ['like.py', 'not among its files']],
    ['a bad name', { ...PLAIN, name: 'a b' }, ['/name', 'a b']],
    ['a bad version', { ...PLAIN, version: '0.4.rev0' }, ['/version', '0.4.rev0']],
    ['a bad type', { ...PLAIN, type: 'widget' }, ['/type', '"app"', '"partitioner"', '"assembler"', 'widget']],
    ['a bad platform', { ...PLAIN, platform: 'vm' }, ['/platform', '"docker"', '"python-wasm"', 'vm']],
    ['no platform to guess', { name: 'demo', version: '1.0' }, ['/platform', 'missing']],
    ['an entrypoint that is not there', { ...PLAIN, entrypoint: 'run.py' }, ['/entrypoint', 'run.py', 'main.py']],
    ['an entrypoint that climbs out', { ...PLAIN, entrypoint: '../x.py' }, ['/entrypoint', '../x.py']],
    ['negative cores', { ...PLAIN, device_requirements: { min_cpu: -1 } }, ['/device_requirements/min_cpu', '-1']],
    ['cores as a word', { ...PLAIN, device_requirements: { min_cpu: 'two' } }, ['/device_requirements/min_cpu', 'two']],
    ['requirements that are no object', { ...PLAIN, device_requirements: 4 }, ['/device_requirements', '4']],
    ['one key in two spellings', { ...PLAIN, Name: 'other' }, ['"name"', '"Name"', 'twice']],
    ['several errors at once', { ...PLAIN, name: '', version: 'x' }, ['/name', '/version']]
  ])('%s', async (_, manifest, words) => {
    const error = await manifestOf(manifest).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'NS_E_MANIFEST_INVALID', remedy: expect.any(String) })
    for (const word of words) expect((error as Error).message).toContain(word)
  })

  it('says when there is none', async () => {
    await expect(readBlock(await folder({ 'app/main.py': '' }))).rejects.toMatchObject({ code: 'NS_E_MANIFEST_MISSING' })
    await expect(readBlock('/no/such/folder')).rejects.toMatchObject({ code: 'NS_E_MANIFEST_MISSING' })
  })

  it('does not choose between two main scripts', async () => {
    const manifest = manifestOf({ ...PLAIN, entrypoint: undefined }, { 'app/main.py': '', 'app/main.sh': '' })
    await expect(manifest).rejects.toMatchObject({ code: 'NS_E_MANIFEST_INVALID', message: expect.stringContaining('main.py and main.sh') })
  })
})

describe('the files of a block', () => {
  it('are hashed, sorted and readable, without what tools leave behind', async () => {
    const dir = await folder({
      'manifest.json': PLAIN, 'app/main.py': 'print(1)', 'app/lib/a.py': 'A', 'app/node_modules/m.js': 'M',
      'app/.git/config': 'x', 'app/lib/__pycache__/a.pyc': 'x', 'app/.DS_Store': 'x', 'README.md': 'not part of it'
    })
    const { block, open } = await readBlock(dir)
    expect(block.files.map(({ path }) => path)).toEqual(['lib/a.py', 'main.py', 'node_modules/m.js'])
    for (const file of block.files) {
      const text = await textOf(open(file))
      expect(file).toEqual({ path: file.path, size: text.length, sha256: createHash('sha256').update(text).digest('hex') })
    }
  })

  it('decide the hash, as do manifest and schema, but not the spelling', async () => {
    const hash = async (files: Record<string, string | object>): Promise<string> =>
      (await readBlock(await folder({ 'manifest.json': PLAIN, 'app/main.py': 'print(1)', ...files }))).block.hash
    const base = await hash({})
    expect(await hash({ 'manifest.json': { Version: 1, Entrypoint: 'app/main.py', platformConfig: PLAIN.platform_config, name: 'demo', platform: 'docker' } })).toBe(base)
    expect(await hash({ 'README.md': 'x' })).toBe(base)
    const others = await Promise.all([hash({ 'app/main.py': 'print(2)' }), hash({ 'app/b': '' }), hash({ 'schema.json': {} }), hash({ 'manifest.json': { ...PLAIN, version: '1.1' } })])
    expect(new Set([base, ...others]).size).toBe(5)
  })

  it('may be links inside the folder, but not out of it', async () => {
    const dir = await folder({ 'manifest.json': PLAIN, 'app/main.py': 'x', 'secret': 's' })
    await symlink('main.py', join(dir, 'app/copy.py'))
    expect((await readBlock(dir)).block.files.map(({ path }) => path)).toEqual(['copy.py', 'main.py'])
    await symlink('../secret', join(dir, 'app/leak'))
    await expect(readBlock(dir)).rejects.toMatchObject({ code: 'NS_E_BLOCK_INVALID', message: expect.stringContaining('leak') })
  })

  it.each([['a link to nothing', 'absent'], ['a link to all of the machine', '/'], ['a link that leads back', '.']])('are not %s', async (_, target) => {
    const dir = await folder({ 'manifest.json': PLAIN, 'app/main.py': 'x' })
    await symlink(target, join(dir, 'app/link'))
    await expect(readBlock(dir)).rejects.toMatchObject({ code: 'NS_E_BLOCK_INVALID' })
  })

  it.skipIf(process.platform === 'win32')('are not pipes', async () => {
    const dir = await folder({ 'manifest.json': PLAIN, 'app/main.py': 'x' })
    execFileSync('mkfifo', [join(dir, 'app/pipe')])
    await expect(readBlock(dir)).rejects.toMatchObject({ code: 'NS_E_BLOCK_INVALID', message: expect.stringContaining('pipe') })
  })

  it('are not too many', async () => {
    const dir = await folder({ 'manifest.json': PLAIN, 'app/main.py': 'x' })
    await mkdir(join(dir, 'app/many'))
    for (let n = 0; n < 10_000; n++) await writeFile(join(dir, 'app/many', String(n)), '')
    await expect(readBlock(dir)).rejects.toMatchObject({ code: 'NS_E_TOO_LARGE', message: expect.stringContaining('10000') })
  })
})

describe('the rest of a block', () => {
  it('has its schema and its template', async () => {
    const { block, template } = await readBlock(await folder({
      'manifest.json': PLAIN, 'app/main.py': '', 'schema.json': { type: 'object' }, 'template.json': { id: 't', app: 'demo' }
    }))
    expect(block.paramsSchema).toEqual({ type: 'object' })
    expect(template).toMatchObject({ id: 't', app: 'demo', partitioner: 'passthrough' })
  })

  it('is refused when its schema or template is broken', async () => {
    const files = { 'manifest.json': PLAIN, 'app/main.py': '' }
    await expect(readBlock(await folder({ ...files, 'schema.json': { type: 'thing' } }))).rejects.toMatchObject({ code: 'NS_E_BLOCK_INVALID' })
    await expect(readBlock(await folder({ ...files, 'schema.json': '{' }))).rejects.toMatchObject({ code: 'NS_E_BLOCK_INVALID' })
    await expect(readBlock(await folder({ ...files, 'template.json': {} }))).rejects.toMatchObject({ code: 'NS_E_TEMPLATE_INVALID' })
  })

  it('must be of the kind it is used as', async () => {
    const dir = await folder({ 'manifest.json': PLAIN, 'app/main.py': '' })
    await expect(readBlock(dir, 'assembler')).rejects.toMatchObject({ code: 'NS_E_BLOCK_INVALID', message: expect.stringContaining('assembler') })
  })
})
