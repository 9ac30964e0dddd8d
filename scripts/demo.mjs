// The demonstration: a local cluster of four workers, one of them a liar, runs two jobs.
// With NIGHTSHIFT_DEMO_IMAGE, an archive of a Python image, every block runs in a container.
// Exits 0 only if both results are right, the liar was caught and unpaid, and the books balance.
import { execFile, spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { inflateSync } from 'node:zlib'

const root = fileURLToPath(new URL('..', import.meta.url))
const main = join(root, 'dist/cli/main.js')
const require = createRequire(import.meta.url)
const Papa = require('papaparse')
const run = promisify(execFile)

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

const image = process.env.NIGHTSHIFT_DEMO_IMAGE
const IMAGE_NAME = 'python:3.12-slim'

const dir = await mkdtemp(join(tmpdir(), 'nightshift-demo-'))
const cluster = join(dir, 'cluster')
const env = { ...process.env, NIGHTSHIFT_CLUSTER: cluster }
const started = Date.now()
const failures = []

function heading (text) {
  console.log(`\n== ${text}`)
}

function check (holds, what) {
  console.log(`  ${holds ? 'ok' : 'WRONG'}  ${what}`)
  if (!holds) failures.push(what)
}

/** A nightshift command whose progress people see; resolves with its JSON. */
async function nightshift (...args) {
  const child = spawn(process.execPath, [main, ...args, '--output', 'json'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const parts = []
  child.stdout.on('data', part => parts.push(part))
  const [code] = await new Promise(resolve => { child.once('close', (...end) => { resolve(end) }) })
  const text = Buffer.concat(parts).toString('utf8')
  if (code !== 0) throw new Error(`nightshift ${args.slice(0, 2).join(' ')} ended with ${code}: ${text}`)
  return JSON.parse(text)
}

/** An example block, on the platform of this demonstration. */
async function example (name) {
  const source = join(root, 'examples', name)
  if (!image) return source
  const copy = join(dir, name)
  await cp(source, copy, { recursive: true })
  const manifest = JSON.parse(await readFile(join(copy, 'manifest.json'), 'utf8'))
  await writeFile(join(copy, 'manifest.json'), JSON.stringify({ ...manifest, platform: 'docker', platform_config: { container: IMAGE_NAME } }))
  return copy
}

/** The sample: 200,000 real flights, as the CSV file a person would have. */
async function sampleCsv () {
  const data = join(root, 'node_modules/vega-datasets/data/flights-200k.json')
  const flights = JSON.parse(await readFile(data, 'utf8'))
  const columns = Object.keys(flights[0])
  const file = join(dir, 'flights.csv')
  await writeFile(file, columns.join(',') + '\n' + flights.map(flight => columns.map(column => flight[column]).join(',')).join('\n') + '\n')
  return file
}

/** What the analysis must find, computed here without the network. */
async function expectedProfile (file) {
  const columns = []
  let rows = 0
  await new Promise((resolve, reject) => {
    let header = true
    Papa.parse(createReadStream(file, { encoding: 'utf8' }), {
      skipEmptyLines: true,
      step: ({ data }) => {
        if (header) {
          header = false
          for (const name of data) columns.push({ name, numbers: 0, sum: 0 })
          return
        }
        rows++
        data.forEach((text, i) => {
          const value = NUMBER.test(text) ? Number(text) : NaN
          if (columns[i] === undefined || !Number.isFinite(value)) return
          columns[i].numbers++
          columns[i].sum += value
        })
      },
      complete: resolve,
      error: reject
    })
  })
  return { rows, columns }
}

function close (a, b) {
  return Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(a), Math.abs(b))
}

async function analyse (file) {
  heading(`Job 1: analyse ${basename(file)} with a plain Python app`)
  const out = join(dir, 'analysis')
  const job = await nightshift('job', 'run', '--app', await example('csv-profile'), '--partitioner', 'rows', '--param', 'partitioner.count=25000',
    '--assembler', await example('csv-profile-merge'), '--input', file, '--out', out)
  const profile = JSON.parse(await readFile(join(out, 'profile.json'), 'utf8'))
  console.log((await readFile(join(out, 'report.txt'), 'utf8')).replace(/^/gm, '  ').trimEnd())
  const expected = await expectedProfile(file)
  check(job.state === 'COMPLETED' && job.chunks.done === job.chunks.total, `all ${job.chunks.total} chunks done, for ${job.cost} BYC`)
  check(profile.rows === expected.rows, `${profile.rows} rows found, ${expected.rows} counted without the network`)
  check(profile.columns.every((column, i) => column.numbers === expected.columns[i]?.numbers && close(column.sum, expected.columns[i].sum)), 'counts and sums of every column are those computed without the network')
}

async function render () {
  heading(`Job 2: render a picture tile by tile, with unchanged container blocks${image ? '' : ' run in python-wasm'}`)
  const out = join(dir, 'picture')
  const tiles = [0, 1, 2, 3]
  const job = await nightshift('job', 'run', '--app', join(root, 'examples/mandelbrot-tile'), '--partitioner', 'params',
    '--param', `partitioner.grid=${JSON.stringify({ x: tiles, y: tiles })}`, '--assembler', join(root, 'examples/png-mosaic'), ...image ? [] : ['--allow-wasm'], '--out', out)
  const picture = await readFile(join(out, 'picture.png'))
  const { width, height, pixels } = decodePng(picture)
  check(job.state === 'COMPLETED' && job.chunks.done === 16, `all ${job.chunks.total} tiles done, for ${job.cost} BYC`)
  check(width === 384 && height === 384, `one picture of ${width} x ${height} pixels`)
  check(pixelsAreRight(pixels, width), 'a sample of its pixels is what the formula gives')
  const kept = join(process.cwd(), 'nightshift-demo.png')
  await writeFile(kept, picture)
  console.log(`  the picture: ${kept}`)
}

/** Size and raw RGB of a PNG as the assembler writes it: one IDAT, filter 0. */
function decodePng (png) {
  const width = png.readUInt32BE(16)
  const height = png.readUInt32BE(20)
  const length = png.readUInt32BE(33)
  const lines = inflateSync(png.subarray(41, 41 + length))
  const pixels = Buffer.concat(Array.from({ length: height }, (_, y) => lines.subarray(y * (width * 3 + 1) + 1, (y + 1) * (width * 3 + 1))))
  return { width, height, pixels }
}

function pixelsAreRight (pixels, size) {
  for (let i = 0; i < 500; i++) {
    const x = (i * 7919) % size
    const y = (i * 104729) % size
    const expected = colour(-2.2 + x * 3 / size, -1.5 + y * 3 / size)
    if (expected.some((value, channel) => pixels[(y * size + x) * 3 + channel] !== value)) return false
  }
  return true
}

function colour (re, im) {
  const iterations = 80
  let step = 0
  for (let a = 0, b = 0; step < iterations; step++) {
    if (a * a + b * b > 4) break
    ;[a, b] = [a * a - b * b + re, 2 * a * b + im]
  }
  const shade = step === iterations ? 0 : Math.floor(255 * step / iterations)
  return [Math.min(255, shade * 3), Math.min(255, shade * 2), shade > 0 ? 96 + Math.floor(shade * 159 / 255) : 0]
}

async function settle (liar) {
  heading('Who was caught, who earned what')
  const { nodes } = await nightshift('node', 'list')
  for (const node of nodes) {
    const who = node.peer === liar ? 'the liar' : 'honest  '
    console.log(`  ${node.peer.slice(-8)}  ${who}  earned ${node.earned.padEnd(12)} BYC  ${node.banned ? `BANNED after ${node.strikes} wrong results` : `${node.accepted} results accepted`}`)
  }
  const caught = nodes.find(node => node.peer === liar)
  check(caught?.banned === true && caught.strikes >= 2, 'the liar was struck and banned')
  check(caught?.earned === '0', 'the liar earned nothing')
  check(nodes.filter(node => node.peer !== liar).every(node => node.strikes === 0 && Number(node.earned) > 0), 'every honest worker was paid, and none was struck')

  heading('The books')
  const { accounts, books } = await nightshift('wallet', 'balance')
  const total = accounts.reduce((sum, account) => sum + Number(account.balance), 0)
  for (const { id, balance } of accounts) if (!id.startsWith('peer:')) console.log(`  ${id.padEnd(32)} ${balance} BYC`)
  check(books.balanced === true && Math.abs(total) < 1e-6, `every credit has its debit: ${books.issued} BYC issued, the sum of all accounts is 0`)
  check(accounts.filter(account => account.id.startsWith('escrow:')).every(account => account.balance === '0' && account.pending === '0'), 'nothing is left in escrow')
}

async function main_ () {
  heading('A cluster of four workers, one of them a liar')
  const status = await nightshift('cluster', 'up', '--workers', '4', '--liars', '1')
  for (const worker of status.workers) console.log(`  worker ${worker.peerId.slice(-8)}${worker.behaviour === 'liar' ? '  (lies)' : ''}`)
  if (image) {
    heading('A Python image, given to the coordinator; it reaches the workers by its hash')
    const stored = await nightshift('image', 'import', image, '--name', IMAGE_NAME)
    console.log(`  ${stored.name}  ${stored.id.slice(0, 19)}…  ${(stored.bytes / 1024 / 1024).toFixed(0)} MiB`)
    const { nodes } = await nightshift('node', 'list')
    check(nodes.length === 4 && nodes.every(node => node.platforms.includes('docker')), 'all four workers offer containers: each has passed its self-test')
  }
  await analyse(process.argv[2] ?? await sampleCsv())
  await render()
  await settle(status.workers.find(worker => worker.behaviour === 'liar').peerId)
}

let interrupted = false
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => { interrupted = true })
try {
  await main_()
} catch (error) {
  failures.push(error.message)
  console.error(error.message)
} finally {
  await run(process.execPath, [main, 'cluster', 'down'], { env }).catch(error => failures.push(`the cluster did not go down: ${error.message}`))
  await rm(dir, { recursive: true, force: true })
}
console.log(`\n${failures.length === 0 ? 'Everything is as it should be' : `${failures.length} things are wrong`}, after ${((Date.now() - started) / 1000).toFixed(0)} s.`)
process.exit(failures.length === 0 && !interrupted ? 0 : 1)
