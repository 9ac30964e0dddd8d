import wabtInit from 'wabt'
import type { Api } from './nodes.ts'

/** A WASI command that does nothing. */
export const NOOP = '(module (memory (export "memory") 1) (func (export "_start")))'

/** Compiles WebAssembly text. */
export async function compileWat (text: string): Promise<Uint8Array> {
  const wabt = await wabtInit()
  const module = wabt.parseWat('app.wat', text)
  try {
    return module.toBinary({}).buffer
  } finally {
    module.destroy()
  }
}

/** Pushes a `wasm` app of one module and returns the name jobs use it by. */
export async function pushWasm (api: Api, name: string, module: Uint8Array): Promise<string> {
  const ref = await api.upload(module)
  const manifest = {
    name, version: '1.0', type: 'app', description: '', entrypoint: 'app.wasm', platform: 'wasm',
    platform_config: {}, device_requirements: {}, determinism: 'bitwise'
  }
  const { hash } = await api.call('POST', '/v1/blocks', { manifest, files: [{ path: 'app.wasm', ...ref }], register: false }) as { hash: string }
  return `sha256:${hash}`
}
