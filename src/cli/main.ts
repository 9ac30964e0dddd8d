#!/usr/bin/env node
import '../network/polyfill.ts'
import { runCommand } from './program.ts'

// whoever reads only the beginning, as in "nightshift job list | head", has seen enough
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

process.exitCode = await runCommand(process.argv)
