// The floors of the house, top to bottom; a layer may import only from floors below it.
const FLOORS = [
  ['cli', 'api', 'cluster', 'index.ts'],
  ['composition'],
  ['coordinator', 'worker'],
  ['lifecycle', 'market', 'verification', 'ledger'],
  ['network', 'execution', 'images', 'storage', 'sources', 'engines', 'hardware', 'blocks'],
  ['config', 'observe'],
  ['model']
]

const pathOf = names => `^src/(${names.join('|')})(/|$)`

const upward = FLOORS.slice(1).map((floor, i) => ({
  name: `no-import-upward-from-${floor[0]}`,
  severity: 'error',
  comment: `${floor.join(', ')} may not import from a floor above`,
  from: { path: pathOf(floor) },
  to: { path: pathOf(FLOORS.slice(0, i + 1).flat()) }
}))

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...upward,
    {
      name: 'rules-stay-pure',
      severity: 'error',
      comment: 'rules take what they need as parameters: they import the model and each other, nothing else',
      from: { path: pathOf(['lifecycle', 'market', 'verification', 'ledger']) },
      to: { path: '^src/', pathNot: pathOf(['model', 'lifecycle', 'market', 'verification', 'ledger']) }
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, pathNot: ['\\.d\\.ts$', '^src/cli/main\\.ts$', '^src/index\\.ts$', '^src/execution/runner/', '^src/network/polyfill\\.ts$'] }, to: {} }
  ],
  options: { tsConfig: { fileName: 'tsconfig.json' }, tsPreCompilationDeps: true, doNotFollow: { path: 'node_modules' }, exclude: { path: '^(dist|test)/' } }
}
