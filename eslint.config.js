import tseslint from 'typescript-eslint'

const RULES = ['lifecycle', 'market', 'verification', 'ledger']
const CORES = ['coordinator/**', 'worker/**']
/** What these do touches the world: files, the delays of test clusters, and how long a task is held. */
const AT_THE_EDGE = ['coordinator/{credentials,job-logs}.ts', 'worker/{admission,behaviour,price-script}.ts']

/** Time, chance and sockets come in as parameters: that is what lets one seed replay a whole network. */
const sansIo = {
  'no-restricted-globals': ['error', ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch', 'process', 'performance'].map(name => ({ name, message: 'the core is sans-IO: take it as a parameter' }))],
  'no-restricted-properties': ['error',
    { object: 'Date', property: 'now', message: 'the core is sans-IO: take the clock as a parameter' },
    { object: 'Math', property: 'random', message: 'the core is sans-IO: take the random source as a parameter' }],
  'no-restricted-syntax': ['error', { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'the core is sans-IO: take the clock as a parameter' }],
  'no-restricted-imports': ['error', { patterns: [{ group: ['node:*', '!node:crypto'], message: 'the core is sans-IO' }, { group: ['libp2p', '@libp2p/*', 'level', 'fastify', 'pino'], message: 'the core is sans-IO' }] }]
}

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'src/model/messages/{control,blob,reach}.ts', 'examples/**', 'config/*.cjs', 'test/**/fixtures/**'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['eslint.config.js', 'scripts/*.mjs'] }, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      'no-console': 'error',
      eqeqeq: 'error',
      'no-empty': 'error',
      'no-empty-function': 'off',
      'no-control-regex': 'off',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }]
    }
  },
  { files: [...RULES.map(name => `src/${name}/**`), ...CORES.map(path => `src/${path}`)], ignores: AT_THE_EDGE.map(path => `src/${path}`), rules: sansIo },
  { files: ['src/cli/**', 'scripts/**', 'test/**'], rules: { 'no-console': 'off' } },
  { files: ['test/**'], rules: { '@typescript-eslint/no-unsafe-assignment': 'off', '@typescript-eslint/no-unsafe-member-access': 'off', '@typescript-eslint/no-explicit-any': 'off' } },
  { files: ['**/*.{js,mjs}'], extends: [tseslint.configs.disableTypeChecked] }
)
