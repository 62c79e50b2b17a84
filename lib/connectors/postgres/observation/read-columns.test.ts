import { expect, it } from 'vitest'
import { Lines } from '#lib/connectors/kit/lines.ts'
import { TYPE } from '#lib/connectors/postgres/read-instant.ts'
import type { Session } from '#lib/connectors/postgres/session.ts'
import { postgresAssetSchema, postgresSettingsSchema } from '#lib/connectors/postgres/settings.ts'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import type { TableState } from './metadata.ts'
import { type ColumnJob, readByColumns } from './read-columns.ts'

const clock = new FakeClock(0)
const connection = {
  key: 'db',
  settings: { ...postgresSettingsSchema.parse({ url: 'postgres://nobody@nowhere/db' }), connections: 1 },
  ...{ clock, log: silentLog, signal: new AbortController().signal },
}

function aJob(name: string, { indexed = true, ...more }: { indexed?: boolean } & Partial<TableState> = {}): ColumnJob {
  const counts = { fileNode: 1, inserted: 1, updated: 0, deleted: 0, liveRows: 1, estimatedRows: 1 }
  return {
    columns: [{ exists: true, readable: true, type: TYPE.timestamptz, indexed }],
    probed: {
      asset: { key: `db/${name}`, path: name, settings: {}, previous: null },
      settings: postgresAssetSchema.parse({ column: 'at' }),
      columns: [{ name: 'at', clock: 'writtenAt' }],
      path: { schema: 'public', name },
      table: {
        relid: 1,
        kind: 'r',
        readable: true,
        wholeReadable: true,
        rowSecurity: false,
        isHeap: true,
        hasChildren: false,
        ...counts,
        ...more,
      },
      server: { startedAt: '', countersCount: true, readOnly: true, clock: 0 },
      ...{ previous: null, about: '', difference: 'first', isDue: false, now: 0, costMs: 0 },
    },
  }
}

/** The tables that each statement names; every one is refused. */
async function statementsFor(jobs: readonly ColumnJob[]): Promise<string[]> {
  const asked: string[] = []
  const nothing = async () => Promise.reject(new Error('it is not asked'))
  const session: Session = {
    ...{ watch: () => {}, isOpen: () => true, close: async () => {}, isAlive: async () => true },
    ...{ rows: nothing, table: nothing, readOnly: nothing },
    async texts(text) {
      asked.push([...text.matchAll(/max\("at"\) from "public"\."(\w+)"/g)].map(([, name]) => name).join(' '))
      throw Object.assign(new Error('refused'), { code: '42501' })
    },
  }
  const lines = new Lines({ clock }, async () => session)
  expect(await Array.fromAsync(readByColumns(connection, lines, session, jobs))).toHaveLength(jobs.length)
  return asked
}

it('what has partitions, whose locks are as many, is read by a statement of its own, small tables together', async () => {
  const jobs = [aJob('a'), aJob('parted', { kind: 'p', hasChildren: true }), aJob('b'), aJob('parent', { hasChildren: true })]
  expect(await statementsFor(jobs)).toEqual(['a b', 'parted', 'parent', 'a', 'b'])
})

it('of tables that have to be read whole, one statement reads no more than it would of one', async () => {
  const jobs = [...'abc'].map((name) => aJob(name, { indexed: false, estimatedRows: 40_000 }))
  expect((await statementsFor([...jobs, aJob('d')])).slice(0, 2)).toEqual(['a b', 'c d'])
})
