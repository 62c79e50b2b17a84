import { afterAll, beforeAll, expect, test } from 'vitest'
import { asActor, type Context } from '#lib/db/context.ts'
import { person } from '#lib/domain/access/actor.ts'
import type { Saying } from '#lib/domain/incidents/saying.ts'
import { HOUR_MS, type Instant } from '#lib/domain/time/instant.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { fillTwoGroups } from '#lib/testing/database/two-groups.ts'
import { sayOfIncident } from './say-of-incident.ts'

const NOW: Instant = Date.parse('2026-11-20T12:00Z')
let database: TestDatabase
let ctx: Context
let ada: Context
let runId: string

beforeAll(async () => {
  ;({ database, ctx } = await createDatabaseAt(NOW))
  await fillTwoGroups(ctx, 'other')
  await ctx.whole.query(`
    update incident set ended_at = opened_at, end_how = 'resolved', status = null where id = 11;
    insert into incident (id, key, opened_at, opened_by, ended_at, end_how, merged_into_id, roots, statuses, entries, causes, related)
      values (12, 'asset:4@0', now(), 'asset:4', now(), 'merged', 1, '[]', '[]', '[]', '{}', '{}')`)
  runId = (await ctx.whole.query<{ id: string }>(`select id::text from run where flow = 'other-flow'`)).rows[0]?.id ?? ''
  ada = asActor(ctx, person({ id: 'ada', name: 'Ada', role: 'engineer', audience: null }))
})
afterAll(() => database.drop())

async function saidOf(id: number): Promise<string[]> {
  const { rows } = await ctx.whole.query<{ text: string }>(
    `select said_by || ' ' || kind || ' ' || words as text from incident_said where incident_id = $1 and kind <> 'noted' order by id`,
    [id],
  )
  return rows.map(({ text }) => text)
}

test('what people say stands once, however often and wherever it is pressed, with who ordered it in the audit', async () => {
  const all: Saying[] = [
    { kind: 'acknowledged' },
    { kind: 'assigned', to: 'Identity team' },
    { kind: 'snoozed', until: NOW + HOUR_MS },
    { kind: 'updated', text: 'We look into it.' },
    { kind: 'postmortem', text: 'The disk was full.' },
    { kind: 'linked', to: { kind: 'run', id: runId } },
  ]
  for (const saying of all) {
    const answers = await Promise.all([sayOfIncident(ada, 1, saying), sayOfIncident(ada, 12, saying)])
    expect(answers.map(({ incident }) => incident)).toEqual([1, 1])
    expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1)
  }
  expect(await saidOf(1)).toEqual([
    'Ada acknowledged {}',
    'Ada assigned {"to": "Identity team"}',
    `Ada snoozed {"until": ${NOW + HOUR_MS}}`,
    'Ada updated {"text": "We look into it."}',
    'Ada postmortem {"text": "The disk was full."}',
    `Ada linked {"to": {"id": "${runId}", "kind": "run"}}`,
  ])
  const { rows: news } = await ctx.whole.query(`select kind, entry from incident_event where incident_id = 1 and kind = 'updated'`)
  expect(news).toEqual([{ kind: 'updated', entry: { at: NOW, by: 'Ada', kind: 'updated', text: 'We look into it.' } }])
  const { rows: audit } = await ctx.whole.query(
    `select distinct actor, action, target from audit where action like 'incident.%' order by 2, 3 limit 2`,
  )
  expect(audit).toEqual([
    { actor: 'Ada', action: 'incident.acknowledge', target: 'incident:1' },
    { actor: 'Ada', action: 'incident.acknowledge', target: 'incident:12' },
  ])
})

test.each<[string, Saying, number, string]>([
  ['what has ended is acknowledged', { kind: 'acknowledged' }, 11, 'has ended'],
  ['a text is empty', { kind: 'noted', text: '' }, 1, 'Write something'],
  ['there is no such run', { kind: 'linked', to: { kind: 'run', id: 'none' } }, 1, 'no such run'],
  ['there is no such order', { kind: 'linked', to: { kind: 'order', id: 'none' } }, 1, 'no such order'],
  ['there is no such incident', { kind: 'acknowledged' }, 99, 'no such incident'],
])('nothing is added when %s', async (_, saying, id, words) => {
  await expect(sayOfIncident(ada, id, saying)).rejects.toThrow(words)
})

test('it takes an engineer, who sees the incident and the run', async () => {
  const viewer = asActor(ctx, person({ id: 'v', name: 'V', role: 'viewer', audience: null }))
  await expect(sayOfIncident(viewer, 1, { kind: 'noted', text: 'x' })).rejects.toThrow('takes the role engineer')
  const records = asActor(ctx, person({ id: 'r', name: 'R', role: 'engineer', audience: 'records' }))
  await expect(sayOfIncident(records, 11, { kind: 'assigned', to: 'R' })).rejects.toThrow('no such incident')
  await expect(sayOfIncident(records, 1, { kind: 'linked', to: { kind: 'run', id: runId } })).rejects.toThrow('no such run')
  expect(await sayOfIncident(records, 1, { kind: 'assigned', to: 'R' })).toEqual({ incident: 1, isNew: true })
})
