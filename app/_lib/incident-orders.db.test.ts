import { afterAll, beforeAll, expect, it } from 'vitest'
import { POST as acknowledge } from '#app/api/v1/incidents/[incident]/acknowledge/route.ts'
import { POST as assign } from '#app/api/v1/incidents/[incident]/assign/route.ts'
import { POST as link } from '#app/api/v1/incidents/[incident]/link/route.ts'
import { POST as note } from '#app/api/v1/incidents/[incident]/note/route.ts'
import { POST as lookBack } from '#app/api/v1/incidents/[incident]/postmortem/route.ts'
import { POST as snooze } from '#app/api/v1/incidents/[incident]/snooze/route.ts'
import { POST as update } from '#app/api/v1/incidents/[incident]/update/route.ts'
import { person } from '#lib/domain/access/actor.ts'
import { fillTwoGroups } from '#lib/testing/database/two-groups.ts'
import { formRequest, NOBODY, openWebWorld, type WebWorld } from '#lib/testing/worlds/web-world.ts'
import type { Asking, WebProcess } from './web-process.ts'

type Route = (request: Request, context: { params: Promise<{ incident: string }> }) => Promise<Response>

const ADA: Asking = { ...NOBODY, actor: person({ id: 'ada', name: 'Ada', role: 'engineer', audience: 'records' }) }
let world: WebWorld
let web: WebProcess
let run: string
beforeAll(async () => {
  world = await openWebWorld()
  web = world.web
  await fillTwoGroups(web.context, 'hidden')
  run = (await web.context.whole.query<{ id: string }>(`select id::text from run where flow = 'records-flow'`)).rows[0]?.id ?? ''
})
afterAll(() => world.close())

const send = (route: Route, fields: Record<string, string>, incident = '1') =>
  web.asking.run(ADA, () => route(formRequest(fields), { params: Promise.resolve({ incident }) }))

async function saidLast(): Promise<unknown> {
  return (await web.context.whole.query('select kind, said_by, words from incident_said order by id desc limit 1')).rows[0]
}

it.each<[string, Route, () => Record<string, string>, object]>([
  ['acknowledged', acknowledge, () => ({}), {}],
  ['assigned', assign, () => ({ to: ' Identity team ' }), { to: 'Identity team' }],
  ['assigned', assign, () => ({ to: '' }), { to: null }],
  ['snoozed', snooze, () => ({ for: '4h' }), { until: expect.any(Number) }],
  ['snoozed', snooze, () => ({ for: '', until: '' }), { until: null }],
  ['updated', update, () => ({ text: 'First line\r\nsecond ' }), { text: 'First line\nsecond' }],
  ['noted', note, () => ({ text: 'It is the disk.' }), { text: 'It is the disk.' }],
  ['postmortem', lookBack, () => ({ text: 'It was the disk.' }), { text: 'It was the disk.' }],
  ['linked', link, () => ({ kind: 'run', id: run.toUpperCase() }), { to: { kind: 'run', id: expect.any(String) } }],
])('a form says that it is %s, and leads to the incident', async (kind, route, fields, words) => {
  const answer = await send(route, fields())
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/incidents/1'])
  expect(await saidLast()).toEqual({ kind, said_by: 'Ada', words })
})

it.each<[string, Route, Record<string, string>, string, number]>([
  ['an empty text', update, { text: '  ' }, '1', 400],
  ['a snooze that is none', snooze, { for: 'soon' }, '1', 400],
  ['a snooze that has passed', snooze, { until: '2020-01-01 08:00' }, '1', 400],
  ['a link to what is no id', link, { kind: 'run', id: '7' }, '1', 400],
  ['an incident that is not seen', note, { text: 'x' }, '11', 404],
  ['an incident that is none', note, { text: 'x' }, 'all', 404],
])('%s is refused in words, and nothing is said', async (_, route, fields, incident, status) => {
  const before = await saidLast()
  expect((await send(route, fields, incident)).status).toBe(status)
  expect(await saidLast()).toEqual(before)
})
