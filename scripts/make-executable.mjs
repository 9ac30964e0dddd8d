// The one thing the compiler leaves undone: the command must be executable.
import { chmod } from 'node:fs/promises'

await chmod(new URL('../dist/cli/main.js', import.meta.url), 0o755)
