import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runCommandLine } from '#jobs/cli.ts'
import type { Context } from '#lib/db/context.ts'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { readEnvironment } from '#lib/platform/env.ts'
import { silentLog } from '#lib/platform/log.ts'
import { getFeedGate, toGateAnswer } from '#lib/queries/api/feed-gate.ts'
import { getApiPage } from '#lib/queries/api/list.ts'
import { RUN_LIST } from '#lib/queries/api/list-runs.ts'
import { runsQuestion } from '#lib/queries/api/questions.ts'
import { getStatusJson } from '#lib/queries/pages/status-json.ts'
import { getRunView } from '#lib/queries/runs/run-view.ts'
import { anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { addPerson } from '#lib/testing/database/people.ts'
import { declare, look, runIs, seen } from '#lib/testing/history/state-world.ts'

const START = Date.parse('2026-11-20T12:00:00Z')
const RUN = '01980000-0000-7000-8000-000000000001'
const TOKEN = `tdm_${'a'.repeat(43)}`
let database: TestDatabase
let clock: FakeClock
let ctx: Context
let server: Server
let answers: (path: string, body: string) => unknown
let asked: { path: string; authorization: string | undefined; body: string }[] = []

beforeAll(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt(START))
  await declare(ctx, [anAsset('terms', { flow: 'term' }), anAsset('notes', { feed: 'notes', policies: [] })])
  await runIs(ctx, { id: RUN, flow: 'term', state: 'running', scheduledFor: START, startedAt: START, endedAt: null })
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', async () => {
      const path = decodeURIComponent(request.url ?? '')
      asked.push({ path, authorization: request.headers.authorization, body })
      const told = await answers(path, body)
      const status =
        typeof told === 'object' && told !== null && 'problem' in told && !('id' in told) ? 404 : told === undefined ? 503 : 200
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(told ?? { problem: 'Not now.' }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await database.drop()
})
beforeEach(() => {
  asked = []
  answers = () => undefined
})
let stop = new AbortController()
afterEach(() => {
  stop = new AbortController()
})

function tidemark(words: string, where: 'page' | 'database') {
  const printed: string[] = []
  const noted: string[] = []
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const named = where === 'page' ? { TIDEMARK_URL: url, TIDEMARK_TOKEN: TOKEN } : { DATABASE_URL: database.url, TIDEMARK_TOKEN: TOKEN }
  const terminal = { print: (text: string) => printed.push(text), note: (text: string) => noted.push(text), ask: async () => null }
  const environment = () => readEnvironment({ ...named, ENV_FILE: 'none' })
  const code = runCommandLine(words.split(' '), { terminal, environment, clock, log: silentLog, signal: stop.signal })
  return { code, printed, noted }
}

/** What the API answers. */
function runsAnswer(path: string) {
  const question = Object.fromEntries(new URL(path, 'http://page.example').searchParams)
  return getApiPage(ctx, RUN_LIST, runsQuestion.parse(question))
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise<void>((resolve) => setTimeout(resolve, 5))
}

async function gateAnswer() {
  const found = await getFeedGate(ctx, 'terms', { kind: 'fresh' })
  return found && toGateAnswer('terms', { kind: 'fresh' }, found, 1)
}

describe('tidemark wait', () => {
  it('at a page asks until the gate is open, with the token, and says why it waits once', async () => {
    answers = async (path) =>
      asked.length < 3
        ? { ...(await gateAnswer()), reason: 'Terms is late.' }
        : { ...(await gateAnswer()), open: true, reason: `Asked ${path}` }
    const { code, printed, noted } = tidemark('wait terms', 'page')
    expect(await code).toBe(0)
    expect(printed).toEqual(['Asked /api/v1/feeds/terms/gate?until=fresh&wait=50'])
    expect(noted).toEqual(['Terms is late. Waiting.'])
    expect(new Set(asked.map(({ authorization }) => authorization))).toEqual(new Set([`Bearer ${TOKEN}`]))
  })

  it('at a page that cannot be asked for a while goes on waiting, to the end of its patience: 3', async () => {
    const { code, noted } = tidemark('wait terms --timeout 25s', 'page')
    for (const count of [1, 2, 3]) {
      await until(() => asked.length === count && (count === 3 || noted.length > 0))
      await new Promise<void>((resolve) => setTimeout(resolve, 20))
      await clock.advance(10_000)
    }
    expect(await code).toBe(3)
    expect(noted.at(-1)).toMatch(/^Waited long enough for terms \(fresh\): /)
  })

  it('is over at once where it never can be so, and when words do not fit: 1 and 2', async () => {
    answers = () => ({ problem: 'There is no such feed.' })
    const gone = tidemark('wait nothing', 'page')
    expect([await gone.code, gone.noted]).toEqual([1, ['There is no such feed.']])
    const hopeless = tidemark('wait notes', 'database')
    expect([await hopeless.code, hopeless.noted]).toEqual([1, [expect.stringContaining('Nothing is promised of notes')]])
    for (const words of ['wait', 'wait terms --until tomorrow', 'wait terms --timeout soon', 'wait terms --colour red'])
      expect(await tidemark(words, 'page').code).toBe(2)
  })

  it('beside the database goes on when the feed is loaded, and gives up in time', async () => {
    const late = tidemark(`wait terms --until loaded-after=${new Date(clock.now()).toISOString()} --timeout 1m`, 'database')
    await until(() => late.noted.length > 0)
    await clock.advance(MINUTE_MS)
    expect(await late.code).toBe(3)
    const { code, printed, noted } = tidemark('wait terms', 'database')
    await until(() => noted.length > 0)
    expect(noted).toEqual(['terms is unknown: no arrival has been seen yet. Waiting.'])
    await look(ctx, [seen('lake/terms', { writtenAt: clock.now() })])
    const moving = setInterval(() => void clock.advance(MINUTE_MS), 20)
    expect(await code).toBe(0)
    clearInterval(moving)
    expect(printed).toEqual(['terms is fresh: arrived as promised.'])
  })
})

describe('at a page, with a token and no database', () => {
  it('feeds and runs are told as beside the database', async () => {
    answers = async (path) => (path.startsWith('/api/v1/status') ? JSON.parse((await getStatusJson(ctx))?.json ?? '') : runsAnswer(path))
    await ctx.whole.query("update status_span set status = 'late', reason = 'overdue' where to_at is null and status is not null")
    for (const words of ['status', 'status terms', 'runs --limit 5']) {
      const [there, here] = [tidemark(words, 'page'), tidemark(words, 'database')]
      expect([await there.code, there.printed]).toEqual([await here.code, here.printed])
      expect(there.printed.length).toBeGreaterThan(0)
    }
    const { code, printed } = tidemark('status terms', 'page')
    expect(await code).toBe(0)
    expect(printed).toEqual([
      expect.stringMatching(/^Late {2}terms {2}since /),
      '    no date: no run of term has succeeded yet, so nobody knows how long one takes',
    ])
    expect(await tidemark('status nothing', 'page').code).toBe(1)
  })

  it('a run is asked for, followed to its end and cancelled by its flow', async () => {
    answers = (path) => (path.endsWith('/runs') ? { run: RUN, waitsFor: null, joined: false, location: '/runs/x' } : getRunView(ctx, RUN))
    const watched = tidemark('run term --wait', 'page')
    await until(() => watched.noted.length > 1)
    await runIs(ctx, { id: RUN, flow: 'term', state: 'completed', scheduledFor: START, startedAt: START, endedAt: START + HOUR_MS })
    const moving = setInterval(() => void clock.advance(2000), 20)
    expect([await watched.code, watched.noted]).toEqual([0, expect.any(Array)])
    clearInterval(moving)
    expect(watched.printed).toEqual([RUN, expect.stringMatching(/^term: completed after 1 h/)])
    expect(asked[0]).toMatchObject({ path: '/api/v1/flows/term/runs', body: '{"parameters":{}}' })
    answers = () => ({ run: RUN, waitsFor: null, joined: true, location: '/runs/x' })
    const again = tidemark('run term', 'page')
    expect([await again.code, again.noted]).toEqual([0, ['This run of term had been asked for before.']])
    await runIs(ctx, { id: RUN, flow: 'term', state: 'running', scheduledFor: START, startedAt: START, endedAt: null })
    answers = (path) => (path.endsWith('/cancel') ? { state: 'cancelled', location: '/runs/x' } : runsAnswer(path))
    expect(await tidemark('cancel term', 'page').code).toBe(0)
    expect(asked.at(-1)?.path).toBe(`/api/v1/runs/${RUN}/cancel`)
  })

  it('what takes the database says so, and a page that is none is told from one', async () => {
    const paused = tidemark('pause feed:terms', 'page')
    expect(await paused.code).toBe(1)
    expect(paused.noted).toEqual([expect.stringContaining('This needs the database of Tidemark')])
    answers = () => ({ hello: 'world' })
    const wrong = tidemark('status', 'page')
    expect(await wrong.code).toBe(1)
    expect(wrong.noted).toEqual([expect.stringContaining('Is TIDEMARK_URL its address')])
  })
})

describe('tidemark token', () => {
  it('makes one for somebody, lists it without telling it, and ends it', async () => {
    await addPerson(ctx, 'ada', 'engineer')
    const made = tidemark('token create nightly --owner ada@example.edu --scope read --scope run --days 7', 'database')
    expect(await made.code).toBe(0)
    expect(made.printed).toEqual([expect.stringMatching(/^tdm_[\w-]{43}$/)])
    const listed = tidemark('token list', 'database')
    expect(await listed.code).toBe(0)
    expect(listed.printed).toEqual([expect.stringContaining('nightly of Ada (read, run), until ')])
    const id = listed.printed[0]?.split(' ')[0] ?? ''
    expect(await tidemark(`token end ${id}`, 'database').code).toBe(0)
    expect(await tidemark(`token end ${id}`, 'database').code).toBe(1)
    for (const words of ['token create x', 'token create x --owner ada@example.edu --days 400', 'token bake'])
      expect(await tidemark(words, 'database').code).toBe(1)
  })
})
