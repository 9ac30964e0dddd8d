import { runSeed } from './run-seed.ts'

// Runs one seed after the other as its parent names them, until the parent goes.
process.on('message', (seed: number) => { void runSeed(seed).then(result => process.send?.(result)) })
process.once('disconnect', () => { process.exit() })
