import type { Flow } from '#lib/engine/flow.ts'
import { type LakeWithCampus, lakeWithCampus, type RunOptions } from '#lib/testing/runs/lake-runs.ts'
import { HandedPeople } from './handed-people.ts'

export const CURRENT = 'person_xform.current_person_data'
export const POSTPONED = 'person_raw.postponed_person'

/** A lake, a flow that loads people into it, and sources whose records are handed in. */
export async function personLake<P>(flow: Flow<P>) {
  const lake = await lakeWithCampus()
  let people = new HandedPeople()
  return {
    lake,
    get people(): HandedPeople {
      return people
    },
    async restart(): Promise<void> {
      people = new HandedPeople()
      const there = await lake.rows(`select from pg_tables where schemaname = 'person_raw'`)
      if (there.length > 0)
        await lake.rows(
          `truncate ${CURRENT}, ${POSTPONED}, person_raw.person_data, person_curated.person_data_by_service, tidemark.load_batch`,
        )
    },
    load: ({ parameters, ...options }: RunOptions = {}) =>
      lake.run('person', flow, { extract: people.extract, parameters: { uidCarTermGroupSize: 10, ...parameters }, ...options }),
    everything: () => everythingOf(lake),
  }
}
export type PersonLake = Awaited<ReturnType<typeof personLake>>

async function everythingOf(lake: LakeWithCampus): Promise<unknown[]> {
  return [
    await lake.rows('select bu_uid, person_data, version, content_hash from person_raw.person_data order by bu_uid, version'),
    await lake.rows(`select bu_uid, person_data, populations, version, deleted_at is null as alive from ${CURRENT} order by bu_uid`),
    await lake.rows('select service, bu_uid, person_data from person_curated.person_data_by_service order by 1, 2'),
    await lake.rows(`select bu_uid, populations, stage, reason from ${POSTPONED} order by 1, 2`),
  ]
}
