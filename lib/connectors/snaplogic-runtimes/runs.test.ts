import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { WantedJobRun } from '#lib/connectors/kit/connector.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import runtimesConnector from '#lib/connectors/snaplogic-runtimes.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { beginRuntimesWorld, type RuntimesWorld } from '#lib/testing/connectors/snaplogic-runtimes-world.ts'

const NOW = '2026-11-29T12:00:00Z'
const TEN = '2026-11-29T10:00:00Z'
const SINCE = Date.parse('2026-11-29T09:00:00Z')
const LOAD = 'projects/Admin/load'

let world: RuntimesWorld
/** When a run may have begun, as it was noted. */
let triedAt: number | null = null
beforeEach(async () => {
  world = await beginRuntimesWorld(NOW)
  triedAt = null
})
afterEach(() => world.end())

const runs = (own: Record<string, unknown> = {}) =>
  world.ask(async (session) => Array.fromAsync<ExternalRun>(session.runs?.(SINCE) ?? []), own)
const noteTry = async (mayHaveBegun: boolean) => {
  triedAt = mayHaveBegun ? world.clock.now() : null
}
const start = (wanted: Partial<WantedJobRun> = {}, own: Record<string, unknown> = {}, job = LOAD) =>
  world.ask(async (session) => session.start?.(job, { parameters: {}, key: 'order-1/1', since: null, triedAt, noteTry, ...wanted }), own)
const wordsOf = (asked: Promise<unknown>) => asked.then(String, ({ publicMessage, retryable }) => `${publicMessage} ${retryable}`)
const starts = () => world.snaplogic.requests.filter((line) => line.includes('/feed/'))

describe('the runs of SnapLogic', () => {
  it('are told with their ends and documents, and by the project that their pipeline lies in', async () => {
    const { id } = world.snaplogic.ran('load', TEN, { state_timestamp: '2026-11-29T10:12:41.000000+00:00', documents: 4821 })
    world.snaplogic.ran('load', '2026-11-29T08:00:00Z')
    expect(await runs()).toEqual([
      {
        ...{
          job: LOAD,
          externalId: id,
          state: 'completed',
          scheduledAt: null,
          startedAt: Date.parse(TEN),
          error: null,
          rows: 4821,
          url: null,
        },
        endedAt: Date.parse('2026-11-29T10:12:41Z'),
      },
    ])
  })

  it.each([
    ['Queued', 'scheduled'],
    ['NoUpdate', 'scheduled'],
    ['Prepared', 'scheduled'],
    ['Started', 'running'],
    ['Failing', 'running'],
    ['Stopping', 'running'],
    ['Suspending', 'running'],
    ['Suspended', 'running'],
    ['Resuming', 'running'],
    ['Completed', 'completed'],
    ['Failed', 'failed'],
    ['Stopped', 'cancelled'],
  ] as const)('that are %s are %s, however they began and however long ago', async (state, told) => {
    const hasEnded = ['completed', 'failed', 'cancelled'].includes(told)
    for (const invoker of ['scheduled', 'triggered', 'manual'])
      world.snaplogic.ran('load', hasEnded ? TEN : '2026-11-20T08:00:00Z', { invoker, state })
    expect(await runs()).toMatchObject(
      Array(3).fill({
        state: told,
        error: told === 'failed' ? 'SnapLogic does not say why.' : null,
        rows: told === 'completed' ? 100 : null,
      }),
    )
  })

  it('that completed with error documents are partial, never a success', async () => {
    world.snaplogic.ran('load', TEN, { error_documents: 1234 })
    world.snaplogic.ran('load', TEN, { error_documents: null })
    expect(await runs()).toMatchObject([
      { state: 'partial', error: 'It completed, and 1,234 documents went to error views.' },
      { state: 'partial', error: 'It completed, and SnapLogic does not tell how many documents went to error views.' },
    ])
  })

  it.each([
    [{ reason: 'Snap "Read" failed: no such table' }, 'Snap "Read" failed: no such table'],
    [
      { error_list: [{ message: 'Failed to execute', reason: 'status 503', resolution: 'Check it.' }] },
      'Failed to execute status 503 Check it.',
    ],
    [{ reason: 'It failed.', error_list: ['It failed.', 'No route to host'] }, 'It failed. No route to host'],
    [{ error_list: [] }, 'SnapLogic does not say why.'],
    [{ reason: { a: 1 }, error_list: 'none' }, 'SnapLogic does not say why.'],
  ])('that have failed are told in its own words: %j', async (why, words) => {
    const { id } = world.snaplogic.ran('load', TEN, { state: 'Failed' })
    world.snaplogic.why.set(id, why)
    expect(await runs()).toMatchObject([{ state: 'failed', error: words }])
  })

  it('that are parts of another name that run, where the settings ask for such', async () => {
    const { id } = world.snaplogic.ran('all', TEN)
    world.snaplogic.ran('load', TEN, { parent_ruuid: id, invoker: 'nested_pipeline' })
    world.snaplogic.ran('load', TEN, { parent_ruuid: 'not-listed', invoker: 'nested_pipeline' })
    expect(await runs()).toMatchObject([{ job: 'projects/Admin/all' }])
    const [parent, part, lone] = await runs({ invokers: ['scheduled', 'nested_pipeline'] })
    expect(parent).not.toHaveProperty('parent')
    expect(part).toMatchObject({ parent: { job: 'snaplogic-runtimes/projects/Admin/all', externalId: id } })
    expect(lone).not.toHaveProperty('parent')
  })

  it('are told all, page by page, each once, also where it heeds no filter; of another organisation none', async () => {
    for (let i = 0; i < 250; i++) world.snaplogic.ran('load', new Date(SINCE + i * 1000).toISOString())
    world.snaplogic.ran('load', TEN, { path_id: '/LAKESIDE/projects/Admin' })
    world.snaplogic.ran('load', TEN, { state: 'Dreaming' })
    world.snaplogic.pageMax = 100
    world.snaplogic.heedsFilters = false
    const told = await runs()
    expect([told.length, new Set(told.map(({ externalId }) => externalId)).size]).toEqual([250, 250])
  })

  it('are refused where the list breaks off', async () => {
    world.snaplogic.ran('load', TEN)
    world.snaplogic.fail({ kind: 'cut-off' }, /runtime/)
    await expect(runs()).rejects.toMatchObject({ publicMessage: expect.stringContaining('in the middle of its answer') })
  })
})

describe('a pipeline of SnapLogic that is wanted', () => {
  it('is begun by its triggered task, with its parameters, and taken up while it goes on', async () => {
    world.snaplogic.ran('load', TEN)
    expect(await start({ parameters: { term: '2261', count: 3 } })).toMatchObject({
      job: LOAD,
      externalId: world.snaplogic.runs[1]?.id,
      state: 'running',
    })
    expect(world.snaplogic.runs[1]).toMatchObject({ invoker: 'triggered', parameters: { term: '2261', count: '3' } })
    expect(await start({ key: 'order-2/1', triedAt: null })).toMatchObject({ externalId: world.snaplogic.runs[1]?.id })
    expect(starts()).toEqual(['GET /api/1/rest/slsched/feed/RIVERSIDE/projects/Admin/Nightly%20load'])
  })

  it('is known to go on while its task has not answered, and its answer is read to the end though nobody waits for it', async () => {
    const ending = Promise.withResolvers<void>()
    world.snaplogic.ending = ending.promise
    const over = new AbortController()
    const wanted = { parameters: {}, key: 'order-1/1', since: null, triedAt, noteTry }
    const started = await withSession(
      runtimesConnector,
      world.connect(over.signal),
      (session) => session.start?.(LOAD, wanted) ?? Promise.reject(new Error('no start')),
    )
    expect(started).toMatchObject({ externalId: world.snaplogic.runs[0]?.id, state: 'running' })
    over.abort()
    // Whoever went away is seen to have gone by then.
    expect(await world.ask((session) => session.check())).toMatchObject({ ok: true })
    ending.resolve()
    expect(await world.snaplogic.left.promise).toBe('answered')
  })

  it('is not waited for once nobody wants it any more', async () => {
    world.snaplogic.ending = new Promise(() => {})
    world.snaplogic.listsAfterMs = 600 * SECOND_MS
    const over = new AbortController()
    world.clock.meanwhile = async () => over.abort()
    const wanted = { parameters: {}, key: 'order-1/1', since: null, triedAt, noteTry }
    const starting = withSession(
      runtimesConnector,
      world.connect(over.signal),
      (session) => session.start?.(LOAD, wanted) ?? Promise.reject(new Error('no start')),
    )
    expect(await wordsOf(starting)).toMatch(/cancelled/)
  })

  it.each(['started-and-cut-off', 'started-and-html-page', 'started-and-503', 'started-and-408', 'cut-off'] as const)(
    'is begun once where the answer is lost: %s',
    async (kind) => {
      world.snaplogic.fail({ kind }, /feed/)
      expect(await start()).toMatchObject({ externalId: world.snaplogic.runs[0]?.id })
      expect(starts()).toHaveLength(1)
    },
  )

  it('that is listed late is begun once, and found by the next try also where it has ended since', async () => {
    world.snaplogic.listsAfterMs = 150 * SECOND_MS
    expect(await wordsOf(start())).toBe(`SnapLogic (snaplogic-runtimes) was asked to run ${LOAD}, and lists no run of it yet. true`)
    world.clock.set((triedAt ?? 0) + 60 * SECOND_MS)
    expect(await wordsOf(start())).toMatch(/may have started the pipeline projects.Admin.load already.* true$/)
    world.clock.set((triedAt ?? 0) + 200 * SECOND_MS)
    Object.assign(world.snaplogic.runs[0] ?? {}, { state: 'Failed' })
    expect(await start()).toMatchObject({ externalId: world.snaplogic.runs[0]?.id, state: 'failed', error: 'SnapLogic does not say why.' })
    expect(starts()).toHaveLength(1)
  })

  it('takes up the run that began first; none that is a part, fails, stands still or began too early, and none where it is to be told parameters', async () => {
    world.snaplogic.ran('load', '2026-11-29T08:00:00Z', { state: 'Suspended' })
    world.snaplogic.ran('load', '2026-11-29T08:00:00Z', { state: 'Started', parent_ruuid: 'r1' })
    world.snaplogic.ran('load', '2026-11-29T09:00:00Z', { state: 'Started' })
    world.snaplogic.ran('load', TEN, { state: 'Prepared', invoker: 'manual' })
    expect(await start()).toMatchObject({ externalId: world.snaplogic.runs[2]?.id })
    expect(await start({ since: Date.parse(TEN) })).toMatchObject({ externalId: world.snaplogic.runs[3]?.id })
    expect(starts()).toEqual([])
    expect(await start({ since: Date.parse(NOW) })).toMatchObject({ externalId: world.snaplogic.runs[4]?.id })
    const told = { key: 'order-2/1', triedAt: null, parameters: { term: '2261' } }
    expect(await start(told)).toMatchObject({ externalId: world.snaplogic.runs[5]?.id })
  })

  it('that cannot be begun says why and what to do, and that another try does not help', async () => {
    const tasks = (token: string, name = 'Nightly%20load') => ({ tasks: { [LOAD]: { url: `${world.feed}projects/Admin/${name}`, token } } })
    expect(await wordsOf(start({}, {}, 'projects/Admin/other'))).toMatch(
      /starts projects.Admin.other by a triggered task, and the connection names none.* false$/,
    )
    expect(await wordsOf(start({}, tasks('other-than-that')))).toMatch(
      /refused the token of the triggered task of projects.Admin.load .HTTP 401..* false$/,
    )
    expect(await wordsOf(start({}, tasks('token-of-the-task', 'gone')))).toMatch(/has no triggered task at the address .*HTTP 404.* false$/)
    expect(triedAt).toBeNull()
    expect(world.snaplogic.runs).toEqual([])
  })

  it('that is asked too often, or broken off, is tried again or not begun', async () => {
    world.snaplogic.fail({ kind: 'too-many', retryAfter: '7' }, /feed/)
    expect(await wordsOf(start())).toMatch(/come back later.* true$/)
    expect(triedAt).toBeNull()
  })

  it('is offered only where the connection names tasks', async () => {
    expect(await world.ask(async (session) => session.start === undefined, { tasks: {} })).toBe(true)
  })
})
