import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { compileAllowLists } from '#jobs/flows/documents/curation.ts'
import { sourceHash } from '#jobs/flows/documents/document-row.ts'
import { mergeDocuments } from '#jobs/flows/documents/merge-documents.ts'
import type { IncomingPerson } from '#jobs/flows/person/incoming-person.ts'
import { readPerson } from '#jobs/flows/person/person-row.ts'
import { copyIn } from '#lib/engine/lake/copy-in.ts'
import { aPerson, type PersonStoreHarness, personStoreHarness } from '#lib/testing/worlds/person-store-harness.ts'
import { EVERYBODY, PERSON_TABLES } from './person-tables.ts'

let lake: PersonStoreHarness
const RAW = 'person_raw.person_data'
const CURRENT = 'person_xform.current_person_data'
const curation = compileAllowLists([{ service: 'names', paths: ['/n'] }], PERSON_TABLES.saysSomething)

beforeAll(async () => {
  lake = await personStoreHarness()
})
afterAll(() => lake.close())
beforeEach(() => lake.clear())

const sessions: Client[] = []
afterEach(() => Promise.all(sessions.splice(0).map((session) => session.end())))

async function loader() {
  const client = new Client({ connectionString: lake.url })
  sessions.push(client)
  await client.connect()
  const { rows: session } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  const context = { now: () => Date.parse('2026-11-20T08:00:00Z'), runId: randomUUID(), lake: { copyIn } }
  return {
    begin: () => client.query('begin'),
    merge: (people: readonly IncomingPerson[]) => {
      const rows = people.flatMap((person) => {
        const row = readPerson(person, sourceHash(person.text), curation)
        return 'refused' in row ? [] : [row]
      })
      return mergeDocuments(context, client, PERSON_TABLES, { part: EVERYBODY, rows }, curation)
    },
    hold: (buid: string) => client.query(`select from ${CURRENT} where bu_uid = $1 for update`, [buid]),
    commit: () => client.query('commit'),
    async untilWaiting(work: Promise<unknown>): Promise<void> {
      const over = { yet: false }
      const end = () => {
        over.yet = true
      }
      work.then(end, end)
      while (!over.yet && (await lake.rows('select from pg_locks where not granted and pid = $1', [session[0]?.pid])).length === 0);
    },
  }
}

const versions = (table: string) =>
  lake.rows<{ n: unknown; version: number }>(`select person_data->'n' as n, version from ${table} order by version`)

describe('two loaders at the same time', () => {
  it('the one that commits last is the latest in history and in the current row', async () => {
    const [older, newer] = [await loader(), await loader()]
    await older.begin()
    await newer.begin()
    await newer.merge([aPerson('P1', { n: 'X' })])
    const waiting = older.merge([aPerson('P1', { n: 'Y' })])
    await older.untilWaiting(waiting)
    await newer.commit()
    await waiting
    await older.commit()
    expect(await versions(RAW)).toEqual([
      { n: 'X', version: 1 },
      { n: 'Y', version: 2 },
    ])
    expect(await versions(CURRENT)).toEqual([{ n: 'Y', version: 2 }])
    await newer.begin()
    expect(await newer.merge([aPerson('P1', { n: 'X' })])).toMatchObject({ changed: 1 })
    await newer.commit()
    expect(await versions(CURRENT)).toEqual([{ n: 'X', version: 3 }])
  })

  it('the same new person is one row of history', async () => {
    const [one, two] = [await loader(), await loader()]
    await one.begin()
    await two.begin()
    await one.merge([aPerson('P1', { n: 'X' })])
    const waiting = two.merge([aPerson('P1', { n: 'X' })])
    await two.untilWaiting(waiting)
    await one.commit()
    expect(await waiting).toMatchObject({ fresh: 0, unchanged: 1 })
    await two.commit()
    expect(await versions(RAW)).toHaveLength(1)
  })

  it.each(['new', 'old'])('overlapping batches in opposite order do not deadlock (with %s content)', async (content) => {
    const people = (n: string) => Array.from({ length: 40 }, (_, index) => aPerson(`P${index}`, { n }))
    const [one, two, holder] = [await loader(), await loader(), await loader()]
    const merge = async (loading: typeof one, batch: IncomingPerson[]) => {
      await loading.begin()
      await loading.merge(batch)
      await loading.commit()
    }
    await merge(one, people('old'))
    await holder.begin()
    await holder.hold('P20')
    const first = merge(one, people(content))
    await one.untilWaiting(first)
    const second = merge(two, people(content).toReversed())
    await two.untilWaiting(second)
    await holder.commit()
    await Promise.all([first, second])
    expect(await lake.count(RAW)).toBe(content === 'new' ? 80 : 40)
  })

  it('readers do not wait for a load that is under way', async () => {
    await lake.load(aPerson('P1', { n: 'old' }))
    const one = await loader()
    await one.begin()
    await one.merge([aPerson('P1', { n: 'new' })])
    expect(await versions(CURRENT)).toEqual([{ n: 'old', version: 1 }])
    await one.commit()
  })

  it('a store decides again under the lock when the lake has moved since it looked', async () => {
    await lake.load(aPerson('P1', { n: 'X' }))
    const [{ store }, other] = [await lake.begin(), await loader()]
    await other.begin()
    await other.merge([aPerson('P1', { n: 'Y' })])
    const merging = store.merge('people', [aPerson('P1', { n: 'X' })])
    await other.commit()
    expect(await merging).toMatchObject({ changed: 1, unchanged: 0 })
    expect((await versions(CURRENT))[0]).toEqual({ n: 'X', version: 3 })
  })
})

describe('many batches at once', () => {
  it('neither run out of connections nor lose anybody', async () => {
    const { store } = await lake.begin()
    const batches = Array.from({ length: 30 }, (_, batch) =>
      Array.from({ length: 10 }, (_, index) => aPerson(`P${batch}-${index}`, { n: 1 })),
    )
    const merged = await Promise.all(batches.map((people) => store.merge('people', people)))
    expect(merged.reduce((sum, { fresh }) => sum + fresh, 0)).toBe(300)
    expect(await lake.count(CURRENT)).toBe(300)
  })
})

describe('a run that is cut down and goes on', () => {
  it('knows whom it has loaded, and merges the same batch once', async () => {
    const people = [aPerson('P1', { n: 1 }), aPerson('P2', { n: 2 })]
    const first = await lake.begin()
    const merged = await first.store.merge('people', people)
    const second = await lake.begin({ runId: first.runId, attempt: 2 })
    expect(await second.store.loadedInThisRun()).toEqual(new Set(['P1', 'P2']))
    expect(await second.store.merge('people', people)).toEqual(merged)
    expect(await lake.count(RAW)).toBe(2)
    const other = await lake.begin()
    expect(await other.store.loadedInThisRun()).toEqual(new Set())
  })

  it('knows whom it has postponed, and says so again in case it did not get to that', async () => {
    const first = await lake.begin()
    const notes = ['P1', 'P2'].map((buid) => ({ buid, populations: ['student'], stage: 'terms', reason: 'no answer' }) as const)
    await first.store.postpone(notes)
    await first.store.merge('people', [aPerson('P2', { n: 2 })])
    const second = await lake.begin({ runId: first.runId, attempt: 2 })
    expect(await second.store.postponedInThisRun()).toEqual(new Set(['P1']))
    expect(second.rejections).toEqual([{ task: 'person terms', key: first.store.pseudonymOf('P1'), reason: 'no answer' }])
    expect(await (await lake.begin()).store.postponedInThisRun()).toEqual(new Set())
  })

  it('cannot be written to by the attempt that was given up', async () => {
    const first = await lake.begin()
    await lake.begin({ runId: first.runId, attempt: 2 })
    await expect(first.store.merge('people', [aPerson('P1')])).rejects.toMatchObject({ message: expect.any(String) })
    expect(await lake.count(RAW)).toBe(0)
  })

  it('keeps no id in the ledger of batches', async () => {
    const { store } = await lake.begin()
    await store.merge('people', [aPerson('U12345678', { n: 1 }), { ...aPerson('U87654321'), text: '[]' }])
    await lake.rows("update person_xform.current_person_data set curated_with = ''")
    await store.curateAnew()
    expect(await lake.count('tidemark.load_batch')).toBeGreaterThan(2)
    expect(await lake.count('tidemark.load_batch', "to_jsonb(load_batch)::text ~ 'U[0-9]{8}'")).toBe(0)
  })
})
