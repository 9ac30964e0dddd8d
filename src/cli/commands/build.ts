import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'
import { BYC_PATTERN } from '../../model/money.ts'

/** What a command does with its arguments and options, as commander hands them over. */
export type Action = (...args: never[]) => Promise<number>

/** A number from `least` to `most`. Throws InvalidArgumentError, which names the option and the value, for anything else. */
export const numberIn = (least: number, most: number, unit = 'a number') => (text: string): number => {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError(`It must be ${unit}.`)
  if (value < least || value > most) throw new InvalidArgumentError(`It must be ${unit} from ${least} to ${most}.`)
  return value
}
export const wholeIn = (least: number, most: number) => (text: string): number => {
  const value = numberIn(least, most, 'a whole number')(text)
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('It must be a whole number.')
  return value
}
export const number = numberIn(0, Number.MAX_SAFE_INTEGER)
export const whole = wholeIn(0, Number.MAX_SAFE_INTEGER)
/** ByteChips as the API takes them. */
export const byc = (text: string): string => {
  if (!BYC_PATTERN.test(text)) throw new InvalidArgumentError('It must be an amount of ByteChips such as 2.5, with at most 9 decimals.')
  return text
}
export const oneOrMoreOf = (...names: readonly string[]) => (text: string): readonly string[] => {
  const wanted = text.split(',').map(name => name.trim())
  if (!wanted.every(name => names.includes(name))) throw new InvalidArgumentError(`It must be some of ${names.join(', ')}.`)
  return wanted
}
export const many = (value: string, before: readonly string[] | undefined): readonly string[] => [...before ?? [], value]

/** Makes of a command's program, which is loaded when it is run, what commander calls. */
export type Run = (load: () => Promise<Action>) => (...args: unknown[]) => Promise<void>

/** A command whose errors are ours to print, with what every command takes. */
export function add (parent: Command, spec: string, description: string): Command {
  return parent.command(spec).description(description).exitOverride()
    .addOption(new Option('--output <format>', 'how results are printed').choices(['table', 'json']).default('table'))
}

export function withData (command: Command): Command {
  return command.option('--data <dir>', 'data folder of the coordinator to talk to')
}
