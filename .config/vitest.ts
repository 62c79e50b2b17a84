import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const everywhere = ['{lib,app,jobs,demo,e2e,.config}/**/*.test.{ts,tsx}']
const database = ['{lib,app,jobs,demo,e2e,.config}/**/*.db.test.ts']
/** They speak to stand-ins over sockets, or start processes: by far the slowest of those that need no database. */
const systems = ['lib/{connectors,notifiers}/**/*.test.ts', 'jobs/cli.test.ts', 'jobs/launcher/**/*.test.ts']

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    maxWorkers: Math.max(2, availableParallelism()),
    projects: [
      // Test files share a process per core: loading modules anew for each would take most of the time.
      { test: { name: 'rules', include: everywhere, exclude: [...database, ...systems], isolate: false, testTimeout: 20_000 } },
      { test: { name: 'systems', include: systems, exclude: database, isolate: false, testTimeout: 20_000 } },
      {
        test: {
          name: 'db',
          include: database,
          isolate: false,
          provide: { pushOrders: Number(process.env['PUSH_ORDERS'] ?? 3) },
          globalSetup: ['lib/testing/database/global-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
