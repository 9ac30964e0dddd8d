import { defineConfig } from 'vitest/config'

const full = process.env.NIGHTSHIFT_TEST_FULL === '1'

export default defineConfig({
  test: {
    // left to itself vitest keeps one core free, which is half of a machine with two
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/containers/**', ...(full ? [] : ['test/**/*.full.test.ts'])],
          setupFiles: ['src/network/polyfill.ts', 'test/support/plain.ts'],
          testTimeout: 30_000
        }
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: full ? [] : ['test/**/*.full.test.ts'],
          setupFiles: ['src/network/polyfill.ts', 'test/support/plain.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          // these wait for processes most of the time; more of them at once would make each other late
          maxWorkers: 2
        }
      },
      {
        test: {
          name: 'containers',
          include: ['test/containers/**/*.test.ts'],
          exclude: full ? [] : ['test/**/*.full.test.ts'],
          setupFiles: ['src/network/polyfill.ts', 'test/support/plain.ts'],
          testTimeout: 90_000,
          hookTimeout: 90_000,
          fileParallelism: false
        }
      }
    ]
  }
})
