#!/usr/bin/env node
import '../network/polyfill.ts'
import { runCommand } from './program.ts'

process.exitCode = await runCommand(process.argv)
