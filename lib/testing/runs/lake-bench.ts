import { Client } from 'pg'
import { type Lake, type LakeOptions, openLake } from '#lib/engine/lake/lake.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { silentLog } from '#lib/platform/log.ts'
import { createTestDatabase } from '#lib/testing/database/database.ts'

/** An empty database, a session on it, and lakes of any flow and fence; `close` removes all. */
export async function createLakeBench() {
  const database = await createTestDatabase({ empty: true })
  const admin = new Client({ connectionString: database.url })
  await admin.connect()
  const open: Lake[] = []
  return {
    url: database.url,
    admin,
    async lakeOf(flow: string, fence: number, more: Partial<LakeOptions> = {}): Promise<Lake> {
      const lake = await openLake({
        url: database.url,
        flow,
        fence,
        runId: '00000000-0000-4000-8000-000000000001',
        attempt: fence,
        clock: systemClock,
        log: silentLog,
        signal: new AbortController().signal,
        assertHeld: () => {},
        ...more,
      })
      open.push(lake)
      return lake
    },
    async close(): Promise<void> {
      await Promise.all(open.map((lake) => lake.close().catch(() => {})))
      await admin.end()
      await database.drop()
    },
  }
}
