import { describe, expect, it } from 'vitest'
import { STRIKE_WINDOW_MS, doubtsInWindow, isBanned, newStanding, passesOf, withClasses, withDoubt, withPass } from '../../src/verification/reputation.ts'

describe('what strangers say of a worker', () => {
  const proven = Array.from({ length: 30 }).reduce<ReturnType<typeof newStanding>>(standing => withPass(standing, 'app:1', 0), newStanding('w'))

  it('takes it back to probation, and never bans it, however many say it', () => {
    let standing = proven
    for (let i = 0; i < 100; i++) standing = withDoubt(standing, `c${i}`, i)
    expect(passesOf(standing, 'app:1', 100)).toBe(0)
    expect(isBanned(standing, 100)).toBe(false)
    expect(standing.strikes).toEqual([])
    expect(doubtsInWindow(standing, 100)).toBe(3)
  })

  it('counts once for each of them, and only a few times a month: then it may be proven again for good', () => {
    const doubted = withDoubt(proven, 'c1', 0)
    const again = withPass(doubted, 'app:1', 1)
    expect(withDoubt(again, 'c1', 2)).toBe(again)
    const thrice = withPass(withDoubt(withDoubt(again, 'c2', 3), 'c3', 4), 'app:1', 5)
    expect(withDoubt(thrice, 'c4', 6)).toBe(thrice)
    expect(passesOf(withDoubt(thrice, 'c4', 7 + STRIKE_WINDOW_MS), 'app:1', 7 + STRIKE_WINDOW_MS)).toBe(0)
  })
})

describe('passes that older versions kept by the name of an app', () => {
  const old = { ...newStanding('w'), apps: { words: { passes: 20, at: 5 }, tiles: { passes: 7, at: 5 }, gone: { passes: 9, at: 5 }, 'new:1': { passes: 1, at: 6 } } }
  const classes = new Map([['words', new Set(['words:a'])], ['tiles', new Set(['tiles:a', 'tiles:b'])]])

  it('go to its class where there is only one, and are forgotten where nobody can tell', () => {
    expect(withClasses(old, name => classes.get(name) ?? new Set()).apps).toEqual({ 'words:a': { passes: 20, at: 5 }, 'new:1': { passes: 1, at: 6 } })
  })

  it('are moved once', () => {
    const moved = withClasses(old, name => classes.get(name) ?? new Set())
    expect(withClasses(moved, () => new Set())).toBe(moved)
  })
})
