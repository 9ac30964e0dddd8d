import { describe, expect, it } from 'vitest'
import { pythonWasmEligible } from '../../src/execution/index.ts'

const manifest = (container: string) => ({ platform: 'docker' as const, platform_config: { container }, entrypoint: 'main.py' })
const check = (text: string, more: Record<string, string> = {}) =>
  pythonWasmEligible(manifest('python:3.12-slim'), [{ path: 'main.py', text }, ...Object.entries(more).map(([path, part]) => ({ path, text: part }))])

describe('what may run in python-wasm', () => {
  it.each(['python', 'python:3', 'python:3.12-slim', 'library/python:3', 'docker.io/library/python:3', `python@sha256:${'a'.repeat(64)}`])('accepts the stock image %s', (image) => {
    expect(pythonWasmEligible(manifest(image), [{ path: 'main.py', text: 'import os' }])).toEqual({ ok: true })
  })

  it.each(['mypython:3', 'someone/python:3', 'registry.example/python:3', 'pypy:3', '', 'python:3 evil'])('refuses the image %j', (image) => {
    expect(pythonWasmEligible(manifest(image), [{ path: 'main.py', text: '' }])).toMatchObject({ ok: false, reason: expect.stringContaining('image') })
  })

  it.each([
    'import os, sys as system, json; import re', 'from collections.abc import Mapping', 'from . import sibling', 'import helper\nfrom package.part import x',
    'try:\n    import numpy\nexcept ImportError:\n    numpy = None', 'try:\n  import numpy as np\n  import scipy\nexcept (ImportError, ValueError):\n  pass',
    'try:\n    import tomllib\nexcept ModuleNotFoundError:\n    import tomli', 'if TYPE_CHECKING:\n    import pandas', '"""\nimport numpy\n"""\nx = "import scipy"  # import pandas',
    'from os import (\n  path,\n  sep)', 'def f():\n    import math'
  ])('accepts %j', (text) => {
    expect(check(text, { 'helper.py': '', 'package/__init__.py': '', 'package/part.py': '' })).toEqual({ ok: true })
  })

  it.each([
    ['import numpy', 'main.py line 1 imports numpy'], ['import os, \\\n  requests', 'imports requests'], ['x = 1\nfrom scipy.stats import norm', 'line 2 imports scipy'],
    ['try:\n    import numpy\nexcept ValueError:\n    pass', 'imports numpy'], ['import multiprocessing', 'needs processes or threads'], ['def f():\n    import tkinter', 'imports tkinter'],
    ['try:\n    x = 1\nexcept ImportError:\n    pass\nimport numpy', 'line 5 imports numpy'], ['import os; import numpy', 'imports numpy']
  ])('refuses %j', (text, reason) => {
    expect(check(text)).toMatchObject({ ok: false, reason: expect.stringContaining(reason) })
  })

  it('looks at every file of the bundle', () => {
    expect(check('import helper', { 'helper.py': 'import numpy' })).toMatchObject({ ok: false, reason: expect.stringContaining('helper.py line 1') })
  })
})
