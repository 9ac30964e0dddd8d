import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEFAULT_IMAGE_RULES } from '../../src/model/image-rules.ts'
import { WHY_NOT, containersOf, openRig } from './support/engine.ts'
import type { Rig } from './support/engine.ts'
import { busyboxLayer, makeImage, tar } from './support/image.ts'
import type { TestImage } from './support/image.ts'

const MIB = 1024 * 1024
const root = process.getuid?.() === 0

describe.skipIf(WHY_NOT !== undefined).each([
  { area: 'file systems of their own', mounts: true },
  { area: 'watched folders', mounts: false }
])('hostile apps, with results in $area', ({ mounts }) => {
  let rig: Rig
  let image: TestImage
  beforeAll(async () => {
    rig = await openRig({ mounts })
    image = makeImage([await busyboxLayer()])
  }, 60_000)
  afterAll(async () => { await rig.close() })

  const fails = async (script: string, code: string, message: RegExp, limits: Parameters<Rig['run']>[2] = {}): Promise<void> => {
    const { outcome } = await rig.run(image, script, limits)
    expect(outcome).toMatchObject({ ok: false, failureClass: 'app', code })
    expect(outcome.ok ? '' : outcome.message).toMatch(message)
  }

  it('a fork bomb hits the limit on processes and the deadline', async () => {
    await fails('bomb() { bomb | bomb & }; bomb; sleep 60', 'TIMEOUT', /longer than 3 s/, { limits: { wallMs: 3000 } })
  })

  it('a memory bomb is ended by the kernel', async () => {
    await fails('x=x; while true; do x="$x$x"; done', 'MEMORY_EXCEEDED', /more than 64 MiB of memory/)
  })

  it('memory filled through /tmp and /dev/shm counts as well', async () => {
    const { outcome } = await rig.run(image, 'dd if=/dev/zero of=/cache/user/a bs=1M count=31 2>/dev/null; dd if=/dev/zero of=/tmp/a bs=1M count=31 2>/dev/null; dd if=/dev/zero of=/dev/shm/a bs=1M 2>/dev/null; cat /tmp/a /dev/shm/a > /dev/null; exit 9')
    // Podman tells of the kernel's doing only when it ended the main process
    const { name } = (await rig.engine()).info
    expect(outcome).toMatchObject({ ok: false, failureClass: 'app', code: name === 'docker' ? 'MEMORY_EXCEEDED' : 'EXIT_NONZERO' })
  })

  it('a disk filler is stopped while it writes', async () => {
    await fails('dd if=/dev/zero of=/results/big bs=1M count=4000', 'OUTPUT_EXCEEDED', /8 MiB|than everything it may write/)
    await fails('i=0; while true; do dd if=/dev/zero of=/results/f$i bs=1M count=1 2>/dev/null; i=$((i+1)); done', 'OUTPUT_EXCEEDED', /8 MiB/)
  })

  it('a million tiny files are stopped while they are made', async () => {
    await fails('i=0; while true; do echo x > /results/$i || exit 5; i=$((i+1)); done', 'OUTPUT_EXCEEDED', /100 result files|8 MiB/, { limits: { wallMs: 60_000, outputBytes: 64 * MIB } })
  })

  it('more result files than allowed are refused', async () => {
    await fails('for i in $(seq 101); do echo x > /results/$i; done', 'OUTPUT_EXCEEDED', /100 result files/)
  })

  it.runIf(mounts)('1 GiB of output is capped and taken without harm', async () => {
    const { outcome } = await rig.run(image, 'yes "a line that is not short at all, so that it goes faster" | head -c 1073741824; echo done >&2', { limits: { wallMs: 60_000 } })
    expect(outcome).toMatchObject({ ok: true, logs: { truncated: true, stderr: 'done\n' } })
    expect(outcome.logs.stdout.length).toBe(64 * 1024)
  }, 90_000)

  it('sleeping past the deadline and ignoring SIGTERM help nothing', async () => {
    const started = performance.now()
    await fails('trap "" TERM INT HUP; while true; do sleep 1; done', 'TIMEOUT', /longer than 1 s/, { limits: { wallMs: 1000 } })
    expect(performance.now() - started).toBeLessThan(15_000)
  })

  it.each([
    ['a symbolic link', 'ln -s /etc/passwd /results/link', /"link" is a symbolic link/],
    ['a link to a folder', 'ln -s / /results/all', /"all" is a symbolic link/],
    ['a pipe', 'mkfifo /results/pipe', /"pipe" is a pipe/],
    ['a name with a newline', 'echo x > "/results/a\nb"', /not allowed in a file name/],
    ['a name with a backslash', 'echo x > "/results/..\\\\evil"', /not allowed in a file name/],
    ['folders without end', 'd=/results; for i in $(seq 40); do d=$d/d; mkdir $d; done; echo x > $d/f', /deeper than 32/]
  ])('%s is no result', async (_, script, message) => {
    await fails(script, 'OUTPUT_INVALID', message)
  })

  it('folders deeper than any path are removed all the same', async () => {
    await fails('cd /results; for i in $(seq 600); do mkdir dddddddddddddddd && cd dddddddddddddddd || exit 0; done', 'OUTPUT_INVALID', /deeper/)
  })

  it('killing itself or its init process is its own fault', async () => {
    await fails('(kill -9 $$); exit 4', 'EXIT_NONZERO', /killed|exited/)
    await fails('kill -9 1; kill -15 1; sleep 1; exit 3', 'EXIT_NONZERO', /exited with code 3|143|killed/)
  })

  it('the host and the node are healthy after all of them', async () => {
    const { outcome, files } = await rig.run(image, 'echo fine > /results/fine; ls /results | wc -l > /results/count')
    expect(outcome.ok).toBe(true)
    expect(files.get('fine')).toBe('fine\n')
    expect(await containersOf(await rig.engine(), 'nightshift.task')).toBe(0)
    expect(readdirSync(join(rig.scratchDir, 'inputs'))).toEqual([])
    expect(rig.notes.filter(note => /could not be removed/.test(note))).toEqual([])
  })
})

describe.skipIf(WHY_NOT !== undefined)('hostile images', () => {
  let rig: Rig
  beforeAll(async () => { rig = await openRig({ rules: { ...DEFAULT_IMAGE_RULES, maxBytes: 64 * MIB } }) }, 60_000)
  afterAll(async () => { await rig.close() })

  it('one that lies about its digest never reaches the engine', async () => {
    const honest = makeImage([await busyboxLayer(), await tar([{ name: 'mark', content: 'never loaded before' }])])
    const other = makeImage([await tar([{ name: 'bin/evil', content: 'evil' }])])
    const [layer] = honest.image.layers
    const swapped = { ...honest, imagePart: async (part: { sha256: string, size: number }) => await (part.sha256 === layer?.sha256 ? other.imagePart(other.image.layers[0] as never) : honest.imagePart(part)) }
    const { outcome } = await rig.run(swapped, 'true')
    expect(outcome).toMatchObject({ ok: false, failureClass: 'transport', code: 'IMAGE_UNAVAILABLE' })
    expect(outcome.ok ? '' : outcome.message).toMatch(/other content|bytes/)
  })

  it('one whose config lies about its layers never reaches the engine', async () => {
    const lying = makeImage([await busyboxLayer()], { diffIds: [`sha256:${'0'.repeat(64)}`] })
    const { outcome } = await rig.run(lying, 'true')
    expect(outcome).toMatchObject({ ok: false, code: 'IMAGE_UNAVAILABLE' })
    expect(outcome.ok ? '' : outcome.message).toMatch(/the image lies/)
    const images = await (await rig.engine()).api.listImages({ filters: JSON.stringify({ reference: [`localhost/nightshift/image:${lying.image.config.sha256}`] }) })
    expect(images).toEqual([])
  })

  it('a small one that unpacks to a huge layer is refused before it is unpacked', async () => {
    const huge = makeImage([await tar([{ name: 'zeros', content: Buffer.alloc(100 * MIB) }])])
    expect(huge.image.layers[0]?.size).toBeLessThan(MIB)
    const { outcome } = await rig.run(huge, 'true')
    expect(outcome).toMatchObject({ ok: false, code: 'IMAGE_REFUSED' })
    expect(outcome.ok ? '' : outcome.message).toMatch(/unpacks to more than the 64 MiB/)
  })

  it('one on the deny list is refused with the rule', async () => {
    const strict = await openRig({ rules: { ...DEFAULT_IMAGE_RULES, deny: ['*/bad*'], allow: ['library/*'] } })
    try {
      const layer = await busyboxLayer()
      const denied = await strict.run(makeImage([layer], { reference: 'docker.io/team/bad-one:1' }), 'true')
      expect(denied.outcome).toMatchObject({ ok: false, code: 'IMAGE_REFUSED', message: expect.stringMatching(/deny list \(\*\/bad\*\)/) as string })
      const unlisted = await strict.run(makeImage([layer], { reference: 'ghcr.io/team/good:1' }), 'true')
      expect(unlisted.outcome).toMatchObject({ ok: false, code: 'IMAGE_REFUSED', message: expect.stringMatching(/allowed images/) as string })
      const fine = await strict.run(makeImage([layer], { reference: 'docker.io/library/fine:1' }), 'true')
      expect(fine.outcome.ok).toBe(true)
    } finally {
      await strict.close()
    }
  })
})

describe.skipIf(WHY_NOT !== undefined || !root)('a full disk', () => {
  it('is this machine\'s fault, not the app\'s', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'nightshift-full-'))
    execFileSync('truncate', ['-s', '48M', `${dir}/disk.img`])
    execFileSync('mkfs.ext4', ['-q', '-F', '-m', '0', `${dir}/disk.img`])
    execFileSync('mkdir', [`${dir}/disk`])
    execFileSync('mount', ['-o', 'loop', `${dir}/disk.img`, `${dir}/disk`])
    try {
      const rig = await openRig({ scratchDir: join(dir, 'disk'), mounts: false })
      try {
        const image = makeImage([await busyboxLayer()])
        const { outcome } = await rig.run(image, 'dd if=/dev/zero of=/results/a bs=1M count=100 || exit 7', { limits: { outputBytes: 512 * MIB } })
        expect(outcome).toMatchObject({ ok: false, failureClass: 'node', code: 'DISK_FULL' })
      } finally {
        await rig.executor.close()
      }
    } finally {
      execFileSync('umount', [`${dir}/disk`])
      rmSync(dir, { recursive: true, force: true })
    }
  })
})
