import { access, constants, open, readFile, readdir, rm, statfs } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { errorMessage } from '../../model/errors.ts'
import { bytes } from '../output.ts'
import { broken, note, ok, warning } from './finding.ts'
import type { Finding } from './finding.ts'

const GIB = 1024 ** 3
/** Below this databases may fail to write, bytes. */
const NO_SPACE = GIB / 4
/** A node syncs at every promise it makes; slower than this, what it promises waits for the disk, milliseconds. */
const SLOW_SYNC_MS = 50
const SYNCS = 5
const CHOOSE = 'make it writable for this user, or choose another with --data'
/** A coordinator keeps a socket per peer, and databases their files. */
const FEW_FILES = 4096
/** Share of the open files allowed from which the end is near. */
const MOST_USED = 0.8

/** The data folder: that it can be written, how fast it syncs, what room is left. */
export async function checkFolder (folder: string): Promise<readonly Finding[]> {
  const nearest = await nearestExisting(folder)
  if (nearest !== folder) {
    const writable = await access(nearest, constants.W_OK).then(() => true, () => false)
    const found = writable ? note('DATA_FOLDER', `there is no data folder ${folder} yet: a node makes it when it starts`) : broken('DATA_FOLDER', `the data folder ${folder} is not there, and cannot be made in ${nearest}`, CHOOSE)
    return [found, await space(nearest)]
  }
  const syncs = await timeSyncs(folder)
  if (typeof syncs === 'string') return [broken('DATA_FOLDER', `the data folder ${folder} cannot be written: ${syncs}`, CHOOSE)]
  return [
    ok('DATA_FOLDER', folder),
    syncs > SLOW_SYNC_MS ? warning('DISK_SLOW', `a synced write takes ${syncs.toFixed(1)} ms (median of ${SYNCS})`, 'put the data folder on an SSD or a local disk: results and payments wait for these writes') : ok('DISK_SYNC', `a synced write takes ${syncs.toFixed(1)} ms`),
    await space(folder)
  ]
}

/** The folder itself, or the innermost one round it that is there. */
async function nearestExisting (folder: string): Promise<string> {
  const path = resolve(folder)
  const there = await access(path).then(() => true, () => false)
  return there || dirname(path) === path ? folder : await nearestExisting(dirname(path))
}

/** Median of a few synced writes, milliseconds; why there are none. */
async function timeSyncs (folder: string): Promise<number | string> {
  const file = join(folder, `.doctor-${process.pid}`)
  try {
    const handle = await open(file, 'wx', 0o600)
    try {
      const times: number[] = []
      for (let i = 0; i < SYNCS; i++) {
        const start = performance.now()
        await handle.write(Buffer.alloc(4096, i), 0, 4096, i * 4096)
        await handle.sync()
        times.push(performance.now() - start)
      }
      return times.sort((a, b) => a - b)[Math.floor(SYNCS / 2)] ?? 0
    } finally {
      await handle.close()
      await rm(file, { force: true })
    }
  } catch (error) {
    return errorMessage(error)
  }
}

async function space (folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const remedy = 'make room on that disk, or move the data folder with --data'
  if (free < NO_SPACE) return broken('DISK_FULL', `${bytes(free)} are free for ${folder}: the database may fail to write`, remedy)
  return free < GIB ? warning('DISK_LOW', `${bytes(free)} are free for ${folder}`, remedy) : ok('DISK_SPACE', `${bytes(free)} are free`)
}

/** Open files of the node that runs, or those this process would be allowed. */
export async function checkOpenFiles (pid: number | undefined): Promise<readonly Finding[]> {
  if (process.platform !== 'linux') return []
  const folder = `/proc/${pid ?? 'self'}`
  const limits = await readFile(`${folder}/limits`, 'utf8').catch(() => '')
  const most = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1]
  if (most === undefined) return [note('OPEN_FILES', 'how many files the node may open is not known: it runs as another user')]
  const limit = most === 'unlimited' ? Infinity : Number(most)
  const used = pid === undefined ? 0 : (await readdir(`${folder}/fd`).catch(() => [])).length
  const text = `${used === 0 ? '' : `${used} of `}${most} files may be open`
  const remedy = 'raise the limit: "ulimit -n 65536" before its start, or LimitNOFILE in its service'
  if (used > limit * MOST_USED) return [broken('OPEN_FILES', `${text}: connections will be refused`, remedy)]
  return [limit < FEW_FILES ? warning('OPEN_FILES', text, remedy) : ok('OPEN_FILES', text)]
}
