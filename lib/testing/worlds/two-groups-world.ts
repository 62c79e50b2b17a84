import { asActor } from '#lib/db/context.ts'
import { visitor } from '#lib/domain/access/actor.ts'
import { crossingsInSql } from '#lib/testing/database/crossings.ts'
import { createTestDatabase } from '#lib/testing/database/database.ts'
import { fillTwoGroups } from '#lib/testing/database/two-groups.ts'

/** Two groups, one of which bears a mark; who sees everything, and who sees the other alone; with `crosses`, things that lie in both. */
export async function openTwoGroups(mark: string, { crosses }: { crosses: boolean }) {
  const database = await createTestDatabase()
  const everything = database.context()
  await fillTwoGroups(everything, mark)
  if (crosses) await everything.whole.query(crossingsInSql(mark))
  const { rows } = await everything.pool.query<{ id: string; flow: string }>('select id::text, flow from run order by scheduled_for')
  return {
    database,
    everything,
    records: asActor(everything, visitor('records')),
    /** The first run of the flow of a group. */
    runOf: (name: string) => rows.find(({ flow }) => flow === `${name}-flow`)?.id ?? '',
  }
}
