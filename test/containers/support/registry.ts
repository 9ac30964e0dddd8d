import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { vi } from 'vitest'
import { sha256 } from './image.ts'
import type { TestImage } from './image.ts'

export const NO_REGISTRY = existsSync('/usr/bin/docker-registry') ? undefined : 'docker-registry is not installed'
if (NO_REGISTRY !== undefined) console.warn(`registry tests are skipped: ${NO_REGISTRY}`)

export interface Login { readonly user: string, readonly password: string }

/** Debian's docker-registry on loopback. */
export class Registry {
  readonly host: string
  readonly #config: string
  readonly #login: Login | undefined
  #child: ChildProcess | undefined
  #log = ''

  private constructor (host: string, config: string, login: Login | undefined) {
    this.host = host
    this.#config = config
    this.#login = login
  }

  static async start (dir: string, login?: Login): Promise<Registry> {
    const port = await freePort()
    const config = join(dir, `registry-${port}.yml`)
    const htpasswd = join(dir, `htpasswd-${port}`)
    if (login !== undefined) writeFileSync(htpasswd, `${login.user}:${execFileSync('perl', ['-e', 'print crypt($ARGV[0], "\\$2y\\$05\\$abcdefghijklmnopqrstuu")', login.password], { encoding: 'utf8' })}\n`)
    writeFileSync(config, [
      'version: 0.1', 'log: {level: info}', `storage: {filesystem: {rootdirectory: ${dir}/data-${port}}}`, `http: {addr: 127.0.0.1:${port}}`,
      ...login === undefined ? [] : [`auth: {htpasswd: {realm: test, path: ${htpasswd}}}`], ''
    ].join('\n'))
    const registry = new Registry(`127.0.0.1:${port}`, config, login)
    await registry.resume()
    return registry
  }

  get log (): string { return this.#log }

  async resume (): Promise<void> {
    this.#child = spawn('docker-registry', ['serve', this.#config], { stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => { this.#log += text })
    await vi.waitUntil(async () => await fetch(`http://${this.host}/v2/`).then(answer => answer.status === 200 || answer.status === 401, () => false), { timeout: 20_000 })
  }

  async stop (): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise(resolve => { child.once('exit', resolve) })
    child.kill('SIGKILL')
    await gone
  }

  /** Pushes an image under a repository and tag; returns its manifest's digest. */
  async push ({ image, parts }: TestImage, repository: string, tag: string): Promise<string> {
    for (const bytes of parts.values()) {
      const upload = await this.#send('POST', `/v2/${repository}/blobs/uploads/`)
      const at = new URL(upload.headers.get('location') ?? '', `http://${this.host}`)
      at.searchParams.set('digest', `sha256:${sha256(bytes)}`)
      await this.#send('PUT', at.pathname + at.search, bytes, 'application/octet-stream')
    }
    const manifest = Buffer.from(JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: `sha256:${image.config.sha256}`, size: image.config.size },
      layers: image.layers.map(layer => ({ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: `sha256:${layer.sha256}`, size: layer.size }))
    }))
    await this.#send('PUT', `/v2/${repository}/manifests/${tag}`, manifest, 'application/vnd.oci.image.manifest.v1+json')
    return `sha256:${sha256(manifest)}`
  }

  async #send (method: string, path: string, body?: Uint8Array, type?: string): Promise<Response> {
    const headers = {
      ...type === undefined ? {} : { 'content-type': type },
      ...this.#login === undefined ? {} : { authorization: `Basic ${Buffer.from(`${this.#login.user}:${this.#login.password}`).toString('base64')}` }
    }
    const answer = await fetch(`http://${this.host}${path}`, { method, headers, ...body === undefined ? {} : { body: Buffer.from(body) } })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return answer
  }
}

export async function freePort (): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => { server.close(resolve) })
  return port
}
