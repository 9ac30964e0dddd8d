import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WHY_NOT, containersOf, openRig } from './support/engine.ts'
import type { Rig } from './support/engine.ts'
import { busyboxLayer, makeImage } from './support/image.ts'
import type { TestImage } from './support/image.ts'

describe.skipIf(WHY_NOT !== undefined)('a container, seen from inside', () => {
  let rig: Rig
  let image: TestImage
  beforeAll(async () => {
    rig = await openRig()
    image = makeImage([await busyboxLayer()])
  }, 60_000)
  afterAll(async () => { await rig.close() })

  it('keeps the contract: folders, variables, working directory', async () => {
    const { outcome, files } = await rig.run(image, 'set -e\ncat "$TASK_DIR/data.bin" > "$TASK_RESULTS_DIR/copy"\npwd > $TASK_RESULTS_DIR/pwd\nmkdir $TASK_RESULTS_DIR/deep\nenv > $TASK_RESULTS_DIR/deep/env\necho x > $USER_CACHE_DIR/kept\nls -d $SHARED_CACHE_DIR')
    expect(outcome).toMatchObject({ ok: true })
    expect(files.get('copy')).toBe('input')
    expect(files.get('pwd')).toBe('/app\n')
    expect(files.get('deep/env')).toMatch(/^APP_PARAMS=\{\}$/m)
    expect(files.get('deep/env')).toMatch(/^TASK_DIR=\/task$/m)
    for (const quiet of ['TZ=UTC', 'LANG=C.UTF-8', 'SOURCE_DATE_EPOCH=0', 'PYTHONHASHSEED=0', 'HOSTNAME=nightshift', 'OMP_NUM_THREADS=1', 'GOMAXPROCS=1']) expect(files.get('deep/env')?.split('\n')).toContain(quiet)
    expect(outcome.usage.wallMs).toBeGreaterThan(0)
    expect(outcome.usage.outputBytes).toBeGreaterThan(10)
  })

  it('keeps the contract: as many threads as cores were asked for, further folders to read, empty ones too', async () => {
    const { outcome, log } = await rig.run(image, 'echo $OMP_NUM_THREADS; cat "$RESULT_DIR/deep/a"; ls "$EMPTY_DIR" | wc -l; echo x 2>/dev/null > "$RESULT_DIR/deep/a" || echo read-only', {
      container: { cores: 2.5 },
      task: { extraInputs: { RESULT_DIR: [{ path: 'deep/a', size: 2, content: Buffer.from('A\n') }], EMPTY_DIR: [] } }
    })
    expect(outcome.ok).toBe(true)
    expect(log).toBe('2\nA\n0\nread-only\n')
  })

  it('has no root, no capability, no way to more', async () => {
    const { outcome, log } = await rig.run(image, 'id -u; grep -E "^(CapEff|CapPrm|CapBnd|NoNewPrivs|Seccomp):" /proc/self/status; /suid/busybox id -u; cat /etc/shadow 2> /dev/null')
    expect(outcome).toMatchObject({ ok: false, code: 'EXIT_NONZERO' })
    const [uid, ...rest] = log.split('\n')
    expect(Number(uid)).toBeGreaterThan(0)
    expect(rest.join('\n')).toMatch(/CapPrm:\s+0{16}\n/)
    expect(rest.join('\n')).toMatch(/CapEff:\s+0{16}\n/)
    expect(rest.join('\n')).toMatch(/CapBnd:\s+0{16}\n/)
    expect(rest.join('\n')).toMatch(/NoNewPrivs:\s+1\n/)
    expect(rest.join('\n')).toMatch(/Seccomp:\s+2\n/)
    expect(log).toContain(`\n${uid ?? ''}\n`)
    expect(log).not.toContain('secret of the image')
  })

  it('can write nowhere but in its results and in memory', async () => {
    const { outcome, log } = await rig.run(image, 'for d in / /app /task /etc /bin /dev /sys /proc /sys/fs/cgroup /cache/shared; do (echo x > $d/probe) 2>/dev/null && echo "WROTE $d"; done; for d in /tmp /results /cache/user /dev/shm; do echo x > $d/probe || echo "CANNOT $d"; done; rm /results/probe; rm /app/main.sh 2>/dev/null && echo REMOVED; true')
    expect(outcome.ok).toBe(true)
    expect(log).toBe('')
  })

  it('has limits on memory without swap, processes, open files and temporary space', async () => {
    const script = 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null; cat /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes /sys/fs/cgroup/memory.swap.max 2>/dev/null; cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null; ulimit -n; ulimit -c; cat /proc/1/oom_score_adj'
    const { log } = await rig.run(image, script)
    const [memory, swap, pids, files, core, adj] = log.trim().split('\n')
    expect(memory).toBe(String(64 * 1024 * 1024))
    expect([String(64 * 1024 * 1024), '0']).toContain(swap)
    expect(pids).toBe('256')
    expect(files).toBe('4096')
    expect(core).toBe('0')
    expect(Number(adj)).toBeGreaterThanOrEqual(500)
  })

  it('sees no network, no other process, no engine, no metadata service', async () => {
    const { log } = await rig.run(image, 'ls /sys/class/net; ls /var/run/docker.sock /run/docker.sock 2>&1 | grep -v "No such"; ps | grep -vE "PID|sh |ps|init|grep" ; nc -w 2 169.254.169.254 80 2>&1; nc -w 2 172.17.0.1 80 2>&1; true')
    const lines = log.split('\n')
    expect(lines[0]).toBe('lo')
    expect(log).not.toMatch(/docker\.sock/)
    expect(log.match(/unreachable/g)?.length, log).toBe(2)
  })

  it('reads nothing of the host through /proc and /sys, and changes nothing there', async () => {
    const { log } = await rig.run(image, 'cat /proc/kcore 2>/dev/null | head -c 1 | wc -c; echo b > /proc/sysrq-trigger; echo 1 > /proc/sys/kernel/panic; head -c 10 /dev/mem; ls /sys/firmware | wc -l; cat /proc/keys; hostname')
    expect(log).toMatch(/^0\n/m)
    expect(log).toMatch(/sysrq-trigger: (Read-only|Permission|nonexistent)/)
    expect(log).toMatch(/panic: (Read-only|Permission)/)
    expect(log).toMatch(/^nightshift$/m)
    expect(log).not.toMatch(/[0-9a-f]{8} I--/)
  })

  it('cannot mount, make devices or trace', async () => {
    const { outcome, log } = await rig.run(image, 'mount -t tmpfs x /tmp 2>&1; mknod /tmp/sda b 8 0 2>&1; mount -t proc p /tmp 2>&1; cat /proc/1/mem 2>&1 | head -c 10; cat /proc/1/environ > /dev/null; true')
    expect(outcome.ok).toBe(true)
    expect(log.match(/mount: .*(denied|permitted)/g)?.length).toBe(2)
    expect(log).toMatch(/mknod: .*(permitted|denied)/)
  })

  it('ignores what an image says about itself: entrypoint, user, volumes, health checks, labels', async () => {
    const bold = makeImage([await busyboxLayer()], {
      config: { Entrypoint: ['/bin/echo', 'hijacked'], User: 'root', Volumes: { '/data': {} }, Healthcheck: { Test: ['CMD', '/bin/touch', '/results/health'], Interval: 1e9 }, Labels: { 'nightshift.node': 'other' }, WorkingDir: '/etc' }
    })
    const { outcome, log, files } = await rig.run(bold, 'id -u; pwd; dd if=/dev/zero of=/data/big bs=1M count=64 2>/dev/null && echo "FILLED"; sleep 1.5')
    expect(outcome.ok).toBe(true)
    expect(log).not.toContain('hijacked')
    expect(log).toMatch(/^[1-9]\d*\n\/app\n$/)
    expect([...files]).toEqual([])
    const { Volumes } = await (await rig.engine()).api.listVolumes()
    expect(Volumes ?? []).toEqual([])
  })

  it('streams its output as it comes and tells the streams apart', async () => {
    let seen: () => void = () => undefined
    const first = new Promise<void>(resolve => { seen = resolve })
    const streams: string[] = []
    const abort = new AbortController()
    const running = rig.run(image, 'echo out; echo err >&2; sleep 30', { signal: abort.signal, onLog: (stream, text) => { streams.push(`${stream}:${text}`); if (streams.length === 2) seen() } })
    await first
    abort.abort()
    const { outcome } = await running
    expect(outcome).toMatchObject({ ok: false, code: 'CANCELLED', logs: { stdout: 'out\n', stderr: 'err\n' } })
    expect(streams.sort()).toEqual(['stderr:err\n', 'stdout:out\n'])
  })

  it('takes an interpreter by the entry script and says which one is missing', async () => {
    const missing = await rig.run(image, '', { entrypoint: 'main.py', bundle: { 'main.py': 'print(1)' } })
    expect(missing.outcome).toMatchObject({ ok: false, failureClass: 'app', code: 'ENTRYPOINT_INVALID' })
    expect(missing.outcome.ok ? '' : missing.outcome.message).toMatch(/main\.py could not be started in docker\.io\/library\/test:latest: .*python/)
    const direct = await rig.run(image, '', { entrypoint: 'run', bundle: { run: '#!/bin/sh\necho direct > /results/it\n' } })
    expect(direct.files.get('it')).toBe('direct\n')
  })

  it('leaves nothing behind', async () => {
    expect(await containersOf(await rig.engine(), 'nightshift.task')).toBe(0)
    expect(await readdir(join(rig.scratchDir, 'inputs'))).toEqual([])
  })
})
