export { Dice } from '../../../src/cluster/dice.ts'
