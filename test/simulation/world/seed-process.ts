import { serve } from '../farm.ts'
import { runSeed } from './run-seed.ts'

serve(async (seed: number) => await runSeed(seed))
