import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { fillTwoGroups, rowsSeenAfter } from '#lib/testing/database/two-groups.ts'

/** Whatever belongs to the second group bears this mark. */
const MARK = `hidden${randomUUID().slice(0, 8)}`
let database: TestDatabase
let whole: Context

beforeAll(async () => {
  database = await createTestDatabase()
  whole = database.context()
  await fillTwoGroups(whole, MARK)
})
afterAll(() => database.drop())

const MINUTE = (minute: number) => `'2026-11-20 08:${String(minute).padStart(2, '0')}Z'`
const AT = (minute: number) => Date.parse(`2026-11-20T08:${String(minute).padStart(2, '0')}Z`)
const [OWN, OTHER] = [4, 14]
const OPENED = { at: AT(0), kind: 'opened', roots: [`connection:${MARK}-source`], assetIds: [OTHER], cameFrom: null }
const JOINED = { at: AT(20), kind: 'joined', assetIds: [OWN, OTHER] }

/** SQL: an incident of the other group, in which its own table stands, too, from minute 20 on. */
const shared = (to: string) => `
  insert into incident (id, key, opened_at, opened_by, status, roots, statuses, entries, causes, related) values (21, 'connection:${MARK}-source@9', ${MINUTE(0)},
    'connection:${MARK}-source', 'stale', '[{"key": "connection:${MARK}-source", "since": 0, "from": 0, "to": null}, {"key": "asset:${OWN}", "since": 5, "from": 5, "to": null}]',
    '[{"status": "stale", "from": 0, "to": null}]', '${JSON.stringify([OPENED, JOINED])}', '{connection:${MARK}-source,asset:${OWN}}', '{}');
  insert into incident_member values (21, ${OTHER}, ${MINUTE(0)}, null), (21, ${OWN}, ${MINUTE(20)}, ${to});
  insert into status_span (subject_id, status, reason, from_at) values (${OWN}, 'late', 'overdue', ${MINUTE(20)}), (${OTHER}, 'stale', 'overdue', ${MINUTE(0)});
  insert into incident_said (incident_id, at, kind, said_by, actor_kind, words) values
    (21, ${MINUTE(30)}, 'noted', 'Ada', 'person', '{"text": "${MARK}"}'), (21, ${MINUTE(31)}, 'updated', 'Ada', 'person', '{"text": "Good by noon."}');
  insert into incident_event (incident_id, kind, at, recorded_at, entry) values
    (21, 'opened', ${MINUTE(0)}, now(), '${JSON.stringify(OPENED)}'), (21, 'changed', ${MINUTE(20)}, now(), '${JSON.stringify(JOINED)}'),
    (21, 'changed', ${MINUTE(21)}, now(), '{"kind": "left", "assetIds": [${OTHER}]}'), (21, 'updated', ${MINUTE(31)}, now(), '{"kind": "updated", "text": "Good by noon."}')`

describe('somebody who sees some members of an incident', () => {
  const INCIDENT = 'select * from incident where id = 21'

  test('sees of it since when and how these stand, what is seen of its causes, and that there is one that is not', async () => {
    const [seen] = await rowsSeenAfter(whole, shared('null'), INCIDENT)
    expect(seen).toEqual({
      id: 21,
      key: `unseen:0@${AT(20)}`,
      opened_at: new Date(AT(20)),
      opened_by: 'unseen:0',
      ended_at: null,
      end_how: null,
      merged_into_id: null,
      came_from_id: null,
      status: 'late',
      well_since: null,
      roots: [
        { key: `asset:${OWN}`, since: 5, from: 5, to: null },
        { key: 'unseen:0', since: AT(20), from: AT(20), to: null },
      ],
      statuses: [],
      entries: [],
      causes: [`asset:${OWN}`],
      related: [],
      told: false,
      withdrawn_at: null,
    })
  })

  test('sees it end with the last of these', async () => {
    const [seen] = await rowsSeenAfter(whole, shared(MINUTE(40)), INCIDENT)
    expect(seen).toMatchObject({ status: null, ended_at: new Date(AT(40)), end_how: 'resolved', roots: [{}, { to: AT(40) }] })
  })

  test('is told what was said for everybody and what happened to these, no notes and nothing of the others', async () => {
    const said = await rowsSeenAfter(whole, shared('null'), 'select words from incident_said where incident_id = 21')
    expect(said).toEqual([{ words: { text: 'Good by noon.' } }])
    const events = await rowsSeenAfter(whole, shared('null'), 'select entry from incident_event where incident_id = 21 order by at')
    expect(events).toEqual([
      { entry: { at: AT(20), kind: 'joined', assetIds: [OWN] } },
      { entry: { kind: 'updated', text: 'Good by noon.' } },
    ])
  })

  test('sees what it came from only where that is seen, too', async () => {
    const from = (id: number) => `${shared('null')}; update incident set came_from_id = ${id}, merged_into_id = ${id} where id = 21`
    const columns = 'select came_from_id, merged_into_id from incident where id = 21'
    expect(await rowsSeenAfter(whole, from(1), columns)).toEqual([{ came_from_id: 1, merged_into_id: 1 }])
    expect(await rowsSeenAfter(whole, from(11), columns)).toEqual([{ came_from_id: null, merged_into_id: null }])
  })
})

describe('somebody who sees everything an incident is about', () => {
  const own = async (change = 'select 1') =>
    (await rowsSeenAfter<{ key: string }>(whole, change, 'select key from incident where id = 1'))[0]?.key ?? ''

  test('sees it as it is, with notes', async () => {
    expect(await own()).toBe('connection:records-source@0')
    expect(await rowsSeenAfter(whole, 'select 1', 'select words from incident_said')).toEqual([{ words: { text: 'records' } }])
  })

  test.each([
    ['a cause', `update incident set causes = '{connection:records-source,asset:${OTHER}}' where id = 1`],
    ['another incident', `update incident set related = '{connection:${MARK}-source@0}' where id = 1`],
    ['a member', `insert into incident_member values (1, ${OTHER}, now(), null)`],
  ])('is no longer who once there is %s in it that they do not see', async (_, change) => {
    expect(await own(change)).toMatch(/^unseen:0@/)
    expect(await rowsSeenAfter(whole, change, 'select words from incident_said')).toEqual([])
  })
})

test.each(["update incident_said set said_by = 'me'", 'delete from incident_said', 'truncate incident_said'])(
  'what people said stays as it is: %s',
  async (change) => {
    await expect(whole.whole.query(change)).rejects.toThrow('only ever added to')
  },
)
