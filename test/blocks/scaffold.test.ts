import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { loadPyodide } from 'pyodide'
import type { PyodideAPI } from 'pyodide'
import { beforeAll, describe, expect, it } from 'vitest'
import { contractEnv, readBlock, scaffoldBlock, validateParams } from '../../src/blocks/index.ts'
import type { BlockKind } from '../../src/model/block.ts'
import { folder } from '../support/folder.ts'

interface PythonFiles {
  mkdirTree: (path: string) => void
  readdir: (path: string) => string[]
  writeFile: (path: string, text: string) => void
  readFile: (path: string, options: { encoding: 'utf8' }) => string
}

let python: PyodideAPI
let pythonFiles: PythonFiles
beforeAll(async () => {
  python = await loadPyodide({ stdout: () => {} })
  pythonFiles = python.FS as PythonFiles
}, 60_000)

/** Makes a block of this kind and runs its script, unchanged, on input files; returns its output files. */
async function scaffoldAndRun (kind: BlockKind, directories: { input: string, output: string }, files: Record<string, string>, params: Record<string, unknown> = {}): Promise<Record<string, string>> {
  const dir = join(await folder(), 'demo')
  await scaffoldBlock(kind, dir, { name: 'demo' })
  const { block, hostPath } = await readBlock(dir, kind)
  const script = await readFile(hostPath(block.files.find(({ path }) => path === block.manifest.entrypoint) as never), 'utf8')
  for (const path of ['/input', '/output']) {
    python.runPython(`import shutil; shutil.rmtree("${path}", ignore_errors=True)`)
    pythonFiles.mkdirTree(path)
  }
  for (const [path, text] of Object.entries(files)) pythonFiles.writeFile(`/input/${path}`, text)
  const effective = validateParams({ name: 'demo', paramsSchema: block.paramsSchema }, params)
  const env = { ...contractEnv({ kind, params: effective, chunk: 0, jobId: 'j', taskId: 't' }), [directories.input]: '/input', [directories.output]: '/output' }
  python.runPython(`import os, json\nos.environ.update(json.loads(${JSON.stringify(JSON.stringify(env))}))`)
  python.runPython(script, { globals: python.runPython('{"__name__": "__main__"}') })
  const names = pythonFiles.readdir('/output').filter((name) => !name.startsWith('.'))
  return Object.fromEntries(names.map((name) => [name, pythonFiles.readFile(`/output/${name}`, { encoding: 'utf8' })]))
}

describe('scaffoldBlock', () => {
  it('makes an app that runs unchanged', async () => {
    const directories = { input: 'TASK_DIR', output: 'TASK_RESULTS_DIR' }
    const input = { 'data.bin': 'The cat saw\nthe dog\n' }
    expect(JSON.parse((await scaffoldAndRun('app', directories, input))['words.json'] ?? '')).toEqual({ lines: 2, words: 5, counts: { cat: 1, dog: 1, saw: 1, the: 2 } })
    expect(JSON.parse((await scaffoldAndRun('app', directories, input, { min_length: 4 }))['words.json'] ?? '')).toMatchObject({ words: 0 })
  })

  it('makes a partitioner that runs unchanged', async () => {
    expect(await scaffoldAndRun('partitioner', { input: 'SOURCE_DIR', output: 'CHUNKS_DIR' }, { a: '1\n2\n3\n', b: '4' }, { lines: 2 }))
      .toEqual({ 'data_0.bin': '1\n2\n', 'data_1.bin': '3\n', 'data_2.bin': '4' })
  })

  it('makes an assembler that runs unchanged', async () => {
    const results = { 'words_0.json': '{"lines": 2, "counts": {"a": 1, "b": 5}}', 'words_1.json': '{"lines": 3, "counts": {"a": 1}}' }
    const output = await scaffoldAndRun('assembler', { input: 'TASK_RESULTS_DIR', output: 'OUTPUT_DIR' }, results, { top: 1 })
    expect(JSON.parse(output['total.json'] ?? '')).toEqual({ lines: 5, top: { b: 5 } })
  })

  it('makes docker blocks that may run without docker', async () => {
    const dir = join(await folder(), 'demo')
    await scaffoldBlock('app', dir, { name: 'demo', platform: 'docker' })
    const { block, template } = await readBlock(dir)
    expect(block.manifest).toMatchObject({ platform: 'docker', platform_config: { container: expect.stringMatching(/^python:/), allow_wasm: true } })
    expect(template).toMatchObject({ app: 'demo', partitioner: 'lines' })
  })

  it('overwrites nothing', async () => {
    const dir = await folder({ 'keep.txt': 'mine' })
    await expect(scaffoldBlock('app', dir, { name: 'demo' })).rejects.toMatchObject({ code: 'NS_E_USAGE', message: expect.stringContaining(dir) })
    expect(await readdir(dir)).toEqual(['keep.txt'])
  })

  it('refuses bad names and platforms it has no script for', async () => {
    const dir = join(await folder(), 'x')
    await expect(scaffoldBlock('app', dir, { name: 'a b' })).rejects.toMatchObject({ code: 'NS_E_USAGE' })
    await expect(scaffoldBlock('app', dir, { name: 'a', platform: 'wasm' })).rejects.toMatchObject({ code: 'NS_E_USAGE' })
  })
})
