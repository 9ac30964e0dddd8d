// Makes a container image with Python from Debian packages, as "docker save" would write it:
// for the demo and the tests, on machines that reach no image registry.
// Usage: node scripts/python-image.mjs FILE.tar
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createWriteStream, existsSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

const { pack } = createRequire(import.meta.url)('tar-stream')
const [out] = process.argv.slice(2)
if (out === undefined) throw new Error('usage: node scripts/python-image.mjs FILE.tar')

const UNNEEDED = ['usr/share/doc', 'usr/share/man', 'usr/share/locale', 'usr/share/info', 'usr/share/lintian', 'usr/share/zoneinfo', 'var', 'usr/share/perl5', 'usr/lib/x86_64-linux-gnu/perl-base', 'usr/lib/x86_64-linux-gnu/gconv']
const dir = mkdtempSync(join(tmpdir(), 'nightshift-python-image-'))
try {
  const debs = join(dir, 'debs')
  const root = join(dir, 'root')
  execFileSync('mkdir', ['-p', '-m', '777', debs, root])
  execFileSync('chmod', ['755', dir])
  const wanted = execFileSync('apt-cache', ['depends', '--recurse', '--no-recommends', '--no-suggests', '--no-conflicts', '--no-breaks', '--no-replaces', '--no-enhances', 'python3', 'busybox-static'], { encoding: 'utf8' })
  const names = [...new Set(wanted.split('\n').filter(line => /^\w/.test(line)).map(line => line.trim()))].filter(name => !name.includes(':'))
  const policy = execFileSync('apt-cache', ['policy', ...names], { encoding: 'utf8' })
  const real = [...policy.matchAll(/^(\S+):\n {2}Installed: .*\n {2}Candidate: (?!\(none\))/gm)].map(match => match[1])
  execFileSync('apt-get', ['download', '-qq', ...real.filter(name => !/^(dpkg|perl-base|c?debconf|tar|init-system-helpers)$/.test(name))], { cwd: debs, stdio: ['ignore', 'ignore', 'inherit'] })
  const files = readdirSync(debs)
  if (!files.some(name => name.startsWith('python3_'))) throw new Error('the packages of Python could not be downloaded: run "apt-get update" first')
  for (const name of files) execFileSync('dpkg-deb', ['-x', join(debs, name), root])
  for (const path of UNNEEDED) rmSync(join(root, path), { recursive: true, force: true })
  for (const name of ['sh', 'cat', 'ls']) if (!existsSync(join(root, 'bin', name))) symlinkSync('busybox', join(root, 'bin', name))
  const layer = join(dir, 'layer.tar')
  execFileSync('tar', ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '-C', root, '-cf', layer, '.'])
  const bytes = readFileSync(layer)
  const diffId = createHash('sha256').update(bytes).digest('hex')
  const config = Buffer.from(JSON.stringify({
    architecture: { x64: 'amd64' }[process.arch] ?? process.arch,
    os: 'linux',
    config: { Env: ['PATH=/usr/local/bin:/usr/bin:/bin'], Cmd: ['python3'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${diffId}`] },
    history: [{ created_by: 'Debian packages' }]
  }))
  const configName = `${createHash('sha256').update(config).digest('hex')}.json`
  const archive = pack()
  archive.entry({ name: configName, mtime: new Date(0) }, config)
  archive.entry({ name: `${diffId}.tar`, mtime: new Date(0) }, bytes)
  archive.entry({ name: 'manifest.json', mtime: new Date(0) }, Buffer.from(JSON.stringify([{ Config: configName, RepoTags: ['python:3.12-slim'], Layers: [`${diffId}.tar`] }])))
  archive.finalize()
  await pipeline(archive, createWriteStream(`${out}.part`))
  renameSync(`${out}.part`, out)
} finally {
  rmSync(dir, { recursive: true, force: true })
}
