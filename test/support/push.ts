import type { Manifest } from '../../src/model/block.ts'
import type { Api } from './nodes.ts'

export interface PushOptions { readonly platform?: string, readonly container?: string, readonly config?: object, readonly paramsSchema?: object, readonly manifest?: Partial<Manifest>, readonly files?: Readonly<Record<string, string>> }

/** Pushes a python-wasm block made of one script; returns the name jobs use it by. */
export async function pushPython (api: Api, type: 'app' | 'partitioner' | 'assembler', script: string, more: PushOptions = {}): Promise<string> {
  const ref = await api.upload(Buffer.from(script))
  const { hash } = await api.call('POST', '/v1/blocks', {
    manifest: {
      name: `test-${type}`, version: '1.0', type, description: '', entrypoint: 'main.py', platform: more.platform ?? 'python-wasm',
      platform_config: { ...more.container === undefined ? {} : { container: more.container }, ...more.config }, device_requirements: {}, determinism: 'bitwise', ...more.manifest
    },
    files: [{ path: 'main.py', ...ref }, ...await Promise.all(Object.entries(more.files ?? {}).map(async ([path, text]) => ({ path, ...await api.upload(Buffer.from(text)) })))],
    ...(more.paramsSchema === undefined ? {} : { paramsSchema: more.paramsSchema }),
    register: false
  }) as { hash: string }
  return `sha256:${hash}`
}
