import { describe, expect, it } from 'vitest'
import { formatReference, parseReference } from '../../src/images/index.ts'
import { nameRefusal } from '../../src/model/image-rules.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`

describe('names of images', () => {
  it.each([
    ['python', 'docker.io/library/python:latest'],
    ['python:3.13-slim', 'docker.io/library/python:3.13-slim'],
    ['docker.io/python', 'docker.io/library/python:latest'],
    ['index.docker.io/library/python:3', 'docker.io/library/python:3'],
    ['team/app', 'docker.io/team/app:latest'],
    ['ghcr.io/team/app/part:1.2', 'ghcr.io/team/app/part:1.2'],
    ['localhost/app', 'localhost/app:latest'],
    ['127.0.0.1:5000/app:x', '127.0.0.1:5000/app:x'],
    ['Registry.Example.org/app', 'registry.example.org/app:latest'],
    [`team/app@${DIGEST}`, `docker.io/team/app@${DIGEST}`],
    [`team/app:1@${DIGEST}`, `docker.io/team/app:1@${DIGEST}`]
  ])('%s is %s', (given, full) => {
    expect(formatReference(parseReference(given))).toBe(full)
    expect(formatReference(parseReference(full))).toBe(full)
  })

  it.each(['', 'UPPER', 'a b', 'app:', 'app@sha256:12', '../etc', 'host:5000/', 'app:tag:tag', 'a//b', '-x/y', 'http://x/y', `${'a'.repeat(300)}`, 'app\n', 'app;rm'])('%j is refused', given => {
    expect(() => parseReference(given)).toThrow(/not the name of an image/)
  })
})

describe('lists of allowed and denied images', () => {
  const name = 'docker.io/library/python:3.13'
  it.each([
    [['python'], [], undefined],
    [['python:3.13'], [], undefined],
    [['python:3.12'], [], /not on this machine's list/],
    [['docker.io/*'], [], undefined],
    [['*'], ['python'], /deny list \(python\)/],
    [[], ['*/python*'], /deny list/],
    [[], ['ghcr.io/*'], undefined],
    [['pyth'], [], /not on this machine's list/],
    [['ghcr.io/*'], [], /not on this machine's list/]
  ])('allow %j, deny %j', (allow, deny, expected) => {
    const refusal = nameRefusal(name, { allow, deny })
    if (expected === undefined) expect(refusal).toBeUndefined()
    else expect(refusal).toMatch(expected)
  })
})
