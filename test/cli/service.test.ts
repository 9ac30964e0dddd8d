import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { launchdPlist } from '../../src/cli/service/plist.ts'
import { systemdUnit } from '../../src/cli/service/unit.ts'
import type { ServiceSpec } from '../../src/cli/service/unit.ts'
import { folder } from '../support/folder.ts'

const run = promisify(execFile)
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const ANALYZE = '/usr/bin/systemd-analyze'
const SPEC: ServiceSpec = {
  role: 'worker', command: [process.execPath, '/opt/night shift/main.js', 'worker', '--operator', 'a "b" 50% $X \\\n'], memoryMax: '90%', stopSeconds: 55, namespaces: true, setuidBwrap: false, systemd: 252
}

describe('a systemd unit', () => {
  it('gives the node time to drain, steps back behind its user, and quotes what it runs', () => {
    const unit = systemdUnit(SPEC)
    expect(unit).toContain('ExecStart="' + process.execPath + '" "/opt/night shift/main.js" "worker" "--operator" "a \\"b\\" 50%% $$X \\\\\\n"\n')
    for (const line of ['Restart=on-failure', 'TimeoutStopSec=55', 'KillMode=mixed', 'OOMPolicy=continue', 'MemoryMax=90%', 'Nice=10', 'NoNewPrivileges=yes', 'ProtectSystem=full', 'StandardError=journal']) expect(unit.split('\n')).toContain(line)
  })

  it('waits longer each time where systemd can, and forbids nothing that the sandboxes need', () => {
    expect(systemdUnit({ ...SPEC, systemd: 255 })).toContain('RestartSteps=')
    expect(systemdUnit(SPEC)).not.toContain('RestartSteps=')
    expect(systemdUnit({ ...SPEC, setuidBwrap: true })).not.toMatch(/NoNewPrivileges|RestrictSUIDSGID|ProtectSystem|LockPersonality/)
    expect(systemdUnit({ ...SPEC, namespaces: false })).not.toContain('ProtectSystem')
    // these would keep bubblewrap from mounting, or hide the engine's socket
    expect(systemdUnit(SPEC)).not.toMatch(/PrivateUsers|RestrictNamespaces|ProtectProc|ProtectKernel|PrivateTmp|PrivateDevices|ProtectHome|RestrictAddressFamilies/)
    expect(systemdUnit({ ...SPEC, role: 'coordinator' })).not.toContain('Nice=')
  })

  it.skipIf(!existsSync(ANALYZE)).each(['worker', 'coordinator'] as const)('of a %s is one that systemd understands', async role => {
    const dir = await folder({ 'main.js': '' })
    const file = join(dir, `nightshift-${role}.service`)
    await writeFile(file, systemdUnit({ ...SPEC, role, command: [process.execPath, join(dir, 'main.js'), role, '--operator', 'a "b" 50% $X'] }))
    const { stderr } = await run(ANALYZE, ['verify', '--man=no', file])
    expect(stderr.split('\n').filter(line => line.includes(`nightshift-${role}`))).toEqual([])
    await writeFile(file, systemdUnit({ ...SPEC, role, memoryMax: 'much' }))
    expect(await run(ANALYZE, ['verify', '--man=no', file]).catch((error: unknown) => error)).toMatchObject({ stderr: expect.stringContaining('Invalid memory limit') })
  })
})

it('a launchd agent says the same', () => {
  const plist = launchdPlist({ ...SPEC, command: ['/node', 'a & <b>'] }, '/log')
  expect(plist).toContain('<string>a &amp; &lt;b&gt;</string>')
  expect(plist).toMatch(/<key>KeepAlive<\/key><dict><key>SuccessfulExit<\/key><false\/>/)
  expect(plist.match(/<dict>/g)).toHaveLength(plist.match(/<\/dict>/g)?.length ?? 0)
})

describe.skipIf(process.platform !== 'linux')('nightshift service', () => {
  async function nightshift (env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<{ readonly code: number, readonly stdout: string, readonly stderr: string }> {
    const { code = 0, stdout, stderr } = await run(process.execPath, [MAIN, 'service', ...args], { env: { ...process.env, ...env } }).catch((error: unknown) => error as { code: number, stdout: string, stderr: string }) as { code?: number, stdout: string, stderr: string }
    return { code, stdout, stderr }
  }

  it('prints what it would install, with absolute paths and no secrets', async () => {
    const { code, stdout } = await nightshift({ NIGHTSHIFT_DATA: '/srv/night' }, 'install', 'worker', '--peer', '/ip4/192.0.2.7/tcp/4001', '--config', 'owner.json', '--network-key', 'net.key', '--price-script=price.sh', '--dry-run')
    expect(code).toBe(0)
    expect(stdout).toContain(`"--config" "${join(process.cwd(), 'owner.json')}" "--network-key" "${join(process.cwd(), 'net.key')}" "--price-script=${join(process.cwd(), 'price.sh')}" "--data" "/srv/night/worker"`)
    expect(stdout).not.toMatch(/token|Environment/i)
  })

  it.each([
    [['install', 'manager'], 'a worker or a coordinator'],
    [['install', 'worker', '--slots', 'many'], 'would not start'],
    [['install', 'worker', '--colour', 'red'], 'would not start'],
    [['install', 'worker', '--peer', '127.0.0.1:4001'], 'would not start'],
    [['install', '--memory-max', 'lots', 'worker'], 'no memory limit']
  ])('refuses %j before anything is installed', async (args, why) => {
    const dir = await folder()
    expect(await nightshift({ XDG_CONFIG_HOME: dir }, ...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(why) })
    expect(existsSync(join(dir, 'systemd'))).toBe(false)
  })

  it('refuses with a reason where the user has no systemd session', async () => {
    const dir = await folder()
    const { code, stderr } = await nightshift({ XDG_CONFIG_HOME: dir, XDG_RUNTIME_DIR: join(dir, 'none'), DBUS_SESSION_BUS_ADDRESS: `unix:path=${dir}/none` }, 'install', 'worker')
    expect(code).toBe(1)
    expect(stderr).toMatch(/no systemd session.*\n.*enable-linger/)
    expect(existsSync(join(dir, 'systemd'))).toBe(false)
  })

  it('installs once, installs anew what changed, and is gone after uninstall', async () => {
    // systemd's part is played by a script that notes what it is told: there is no session to install into
    const dir = await folder({ systemctl: `#!/bin/sh\necho "$@" >> "$(dirname "$0")/told"\n[ "$2" = show ] && printf 'ActiveState=active\\nSubState=running\\nMainPID=42\\nNRestarts=0\\nUnitFileState=enabled\\n'\nexit 0\n` })
    await chmod(join(dir, 'systemctl'), 0o755)
    const env = { XDG_CONFIG_HOME: dir, PATH: `${dir}:${process.env['PATH'] ?? ''}` }
    const told = async (): Promise<string> => {
      const text = await readFile(join(dir, 'told'), 'utf8')
      await writeFile(join(dir, 'told'), '')
      return text
    }
    const unit = join(dir, 'systemd/user/nightshift-worker.service')
    const install = async (...args: readonly string[]) => JSON.parse((await nightshift(env, 'install', '--output', 'json', 'worker', ...args)).stdout) as { changed: boolean }
    expect(await install('--slots', '2')).toEqual({ file: unit, changed: true })
    expect(await told()).toMatch(/daemon-reload\n.*enable nightshift-worker\.service\n.*restart nightshift-worker\.service\n/)
    expect(await install('--slots', '2')).toMatchObject({ changed: false })
    expect(await told()).not.toMatch(/restart/)
    expect(await install('--slots', '3')).toMatchObject({ changed: true })
    expect(await readFile(unit, 'utf8')).toContain('"--slots" "3"')
    expect(await nightshift(env, 'status', 'worker')).toMatchObject({ code: 0, stdout: expect.stringContaining('active (running), enabled, started again 0 times, process 42') })
    await told()
    expect((await nightshift(env, 'uninstall', 'worker')).code).toBe(0)
    expect(await told()).toMatch(/disable --now nightshift-worker\.service\n[^]*daemon-reload/)
    expect(existsSync(unit)).toBe(false)
    expect((await nightshift(env, 'uninstall', 'worker')).stdout).toContain('no worker is installed')
  }, 120_000)
})
