import { startTestServer } from '#lib/testing/servers/test-server.ts'

/** One server for a whole vitest run; TIDEMARK_TEST_SERVER names one that is there already. */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env['TIDEMARK_TEST_SERVER']) return undefined
  const server = await startTestServer()
  process.env['TIDEMARK_TEST_SERVER'] = server.adminUrl
  process.env['TIDEMARK_TEST_SOCKETS'] = server.sockets
  // It ends with all that is left on it.
  process.env['TIDEMARK_TEST_DATABASES'] = 'kept'
  return () => server.stop()
}

declare module 'vitest' {
  interface ProvidedContext {
    /** In how many orders events are told in the test of shuffled ones. */
    pushOrders: number
  }
}
