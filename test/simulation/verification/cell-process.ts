import { serve } from '../farm.ts'
import { runCell } from './cell.ts'
import type { Cell } from './cell.ts'

export interface Item { readonly cell: Cell, readonly seed: number }

serve(({ cell, seed }: Item) => runCell(cell, seed))
