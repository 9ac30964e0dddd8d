/** What a service runs, and within which limits. */
export interface ServiceSpec {
  readonly role: 'coordinator' | 'worker'
  /** program and arguments; paths in it are absolute */
  readonly command: readonly string[]
  /** most memory of the node and its sandboxes, as systemd writes it, e.g. `90%` or `8G` */
  readonly memoryMax: string
  /** longest time in which it ends in order, seconds */
  readonly stopSeconds: number
  /** strangers' apps get namespaces of their own here, so the service may have one around it too */
  readonly namespaces: boolean
  /** bubblewrap is installed set-uid: what forbids new privileges would forbid it */
  readonly setuidBwrap: boolean
  /** of the systemd that reads it */
  readonly systemd: number
}

/** Versions of systemd that wait longer from restart to restart. */
const RESTART_STEPS = 254

export function unitName (role: ServiceSpec['role']): string {
  return `nightshift-${role}.service`
}

/**
 * A systemd user unit. Its sandboxes live in its control group, so the memory limit is theirs too, and what is advertised
 * stays within it. It holds no secrets: keys and tokens stay in the data folder.
 */
export function systemdUnit ({ role, command, memoryMax, stopSeconds, namespaces, setuidBwrap, systemd }: ServiceSpec): string {
  const worker = role === 'worker'
  return sections({
    Unit: [
      `Description=Nightshift ${role}${worker ? ': lends this machine to batch work' : ''}`,
      // a full disk or a lost network may take a night to come back: nothing is given up
      'StartLimitIntervalSec=0'
    ],
    Service: [
      'Type=exec',
      `ExecStart=${command.map(quoted).join(' ')}`,
      'Restart=on-failure',
      ...systemd >= RESTART_STEPS ? ['RestartSec=5', 'RestartSteps=6', 'RestartMaxDelaySec=300'] : ['RestartSec=30'],
      // a command line that is wrong does not get better
      'RestartPreventExitStatus=2',
      // the node ends its sandboxes itself, after it has handed over their results
      'KillMode=mixed', `TimeoutStopSec=${stopSeconds}`,
      // a stranger's app that took too much memory must not end the node
      'OOMPolicy=continue',
      `MemoryMax=${memoryMax}`, 'TasksMax=8192', 'LimitNOFILE=65536', 'LimitCORE=0',
      ...worker ? ['Nice=10', 'CPUWeight=20', 'IOSchedulingClass=best-effort', 'IOSchedulingPriority=7', 'OOMScoreAdjust=300'] : ['IOSchedulingClass=best-effort', 'IOSchedulingPriority=4'],
      'UMask=0077',
      ...setuidBwrap ? [] : ['NoNewPrivileges=yes', 'LockPersonality=yes', 'RestrictRealtime=yes', 'RestrictSUIDSGID=yes', 'SystemCallArchitectures=native'],
      ...namespaces && !setuidBwrap ? ['ProtectSystem=full'] : [],
      'StandardOutput=journal', 'StandardError=journal', `SyslogIdentifier=nightshift-${role}`
    ],
    Install: ['WantedBy=default.target']
  })
}

function sections (all: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(all).map(([name, lines]) => `[${name}]\n${lines.join('\n')}\n`).join('\n')
}

/** As systemd.service(5) reads command lines: quotes, and nothing in it is a variable or a specifier. */
function quoted (word: string): string {
  return `"${word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%').replaceAll('$', '$$$$').replaceAll('\n', '\\n')}"`
}
