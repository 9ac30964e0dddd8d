import si from 'systeminformation'

/** True when the machine runs on its battery; false where it has none, or nothing tells. */
export async function onBattery (): Promise<boolean> {
  try {
    const { hasBattery, acConnected } = await si.battery()
    return hasBattery && !acConnected
  } catch {
    return false
  }
}
