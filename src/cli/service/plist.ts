import type { ServiceSpec } from './unit.ts'

export function launchdLabel (role: ServiceSpec['role']): string {
  return `net.nightshift.${role}`
}

/** A launchd agent: the same for macOS, which has no memory limit to set. @param log file for what it says */
export function launchdPlist ({ role, command, stopSeconds }: Pick<ServiceSpec, 'role' | 'command' | 'stopSeconds'>, log: string): string {
  const worker = role === 'worker'
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key><string>${launchdLabel(role)}</string>
  <key>ProgramArguments</key>
  <array>
${command.map(word => `    <string>${escaped(word)}</string>`).join('\n')}
  </array>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>
  <key>ThrottleInterval</key><integer>10</integer>
  <key>ExitTimeOut</key><integer>${stopSeconds}</integer>
  <key>ProcessType</key><string>${worker ? 'Background' : 'Standard'}</string>
  <key>Nice</key><integer>${worker ? 10 : 0}</integer>
  <key>LowPriorityIO</key><${worker ? 'true' : 'false'}/>
  <key>Umask</key><integer>63</integer>
  <key>SoftResourceLimits</key><dict><key>NumberOfFiles</key><integer>65536</integer></dict>
  <key>StandardOutPath</key><string>${escaped(log)}</string>
  <key>StandardErrorPath</key><string>${escaped(log)}</string>
</dict>
</plist>
`
}

function escaped (text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
