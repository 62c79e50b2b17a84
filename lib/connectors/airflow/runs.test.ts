import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { failedWith } from '#demo/startup/airflow-things.ts'
import type { WantedJobRun } from '#lib/connectors/kit/connector.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { type AirflowWorld, beginAirflowWorld } from '#lib/testing/connectors/airflow-world.ts'

const NOW = '2026-11-29T12:00:00Z'
const TEN = '2026-11-29T10:00:00Z'
const SINCE = Date.parse('2026-11-29T09:00:00Z')

let world: AirflowWorld
/** Whether a run may have begun, as it was noted. */
let mayHaveBegun: boolean | null = null
const noteTry = async (now: boolean) => {
  mayHaveBegun = now
}
const start = (wanted: Partial<WantedJobRun> = {}, own: Record<string, unknown> = {}, job = 'load_prices') =>
  world.ask(
    async (session) => session.start?.(job, { parameters: {}, key: 'order-1/1', since: null, triedAt: null, noteTry, ...wanted }),
    own,
  )
const runs = () => world.ask(async (session) => Array.fromAsync<ExternalRun>(session.runs?.(SINCE) ?? []))
const wordsOf = (asked: Promise<unknown>) => asked.then(String, ({ publicMessage, retryable }) => `${publicMessage} ${retryable}`)
const starts = () => world.airflow.requests.filter((line) => line.startsWith('POST') && line.endsWith('/dagRuns'))
const begun = () => world.airflow.runs.filter(({ type }) => type === 'manual')
afterEach(() => world.end())

describe.each(['v2', 'v1'] as const)('through the API %s of Airflow', (api) => {
  beforeEach(async () => {
    world = await beginAirflowWorld(NOW, api)
    world.airflow.dag('load_prices')
    mayHaveBegun = null
  })

  it('runs are told with their ends, the tasks that failed, and their pages', async () => {
    const failedTasks = [{ task: 'extract', tries: 3 }]
    world.airflow.ran('load_prices', TEN, { state: 'failed', failedTasks })
    world.airflow.ran('load_prices', '2026-11-29T08:00:00Z')
    const page = api === 'v2' ? '/dags/load_prices/runs/' : '/dags/load_prices/grid?dag_run_id='
    expect(await runs()).toEqual([
      {
        job: 'load_prices',
        externalId: `load_prices/scheduled__${TEN}`,
        state: 'failed',
        scheduledAt: Date.parse(TEN),
        startedAt: Date.parse(TEN),
        endedAt: Date.parse(TEN),
        error: 'The task extract failed, 3 times in a row.',
        rows: null,
        url: `${world.url}${page}${encodeURIComponent(`scheduled__${TEN}`)}`,
      },
    ])
  })

  it('what a task failed with is told where its log says it, the last of it', async () => {
    const log = [{ event: 'Reading 1 of 2' }, failedWith('OSError', 'first'), failedWith('ValueError', 'The list has\n0 rows', 'hidden')]
    world.airflow.ran('load_prices', TEN, { state: 'failed', failedTasks: [{ task: 'extract', tries: 2, log }] })
    world.airflow.ran('load_prices', NOW, {
      state: 'failed',
      failedTasks: [
        { task: 'copy', tries: 1, log: [failedWith('KeyError', '')] },
        { task: 'check', tries: 1 },
      ],
    })
    world.airflow.ran('load_prices', '2026-11-29T09:30:00Z', {
      state: 'failed',
      failedTasks: [{ task: 'long', tries: 1, log: [{ event: 'x'.repeat(2_000_000) }, failedWith('ValueError', 'far down')] }],
    })
    const both = [
      'The tasks copy, check failed, copy with KeyError',
      'The task extract failed, 2 times in a row: ValueError: The list has\n0 rows',
    ]
    const named = ['The tasks copy, check failed.', 'The task extract failed, 2 times in a row.']
    const told = [...(api === 'v2' ? both : named), 'The task long failed.']
    world.airflow.failAt('GET /copy/logs/1', { kind: 'server-error' })
    expect((await runs()).map(({ error }) => error)).toEqual([named[0], ...told.slice(1)])
    const logs = () => world.airflow.requests.filter((line) => line.includes('/logs/'))
    world.airflow.requests.splice(0)
    expect((await runs()).map(({ error }) => error)).toEqual(told)
    expect(logs(), 'what was told is not asked for again').toHaveLength(api === 'v2' ? 1 : 0)
  })

  it('runs that wait or go on are told, each DAG with its own, also of one name', async () => {
    world.airflow.dag('load_terms')
    world.airflow.ran('load_prices', TEN, { state: 'running', end: null })
    world.airflow.ran('load_terms', TEN, { state: 'queued', start: null, end: null })
    world.airflow.ran('load_terms', NOW, { type: 'asset_triggered' })
    expect(await runs()).toMatchObject([
      { externalId: `load_terms/scheduled__${TEN}`, state: 'scheduled', startedAt: null },
      { externalId: `load_prices/scheduled__${TEN}`, state: 'running', endedAt: null, error: null },
      { externalId: `load_terms/scheduled__${NOW}`, state: 'completed', scheduledAt: null },
    ])
  })

  it('many runs are told all, or the list is refused; of many failures each says what is known', async () => {
    const failedTasks = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((task) => ({ task, tries: 1 }))
    for (let i = 0; i < 250; i++) world.airflow.ran('load_prices', new Date(SINCE + i * 1000).toISOString())
    world.airflow.ran('load_prices', NOW, { state: 'failed', failedTasks })
    world.airflow.ran('load_prices', TEN, { state: 'failed' })
    const told = await runs()
    expect(new Set(told.map(({ externalId }) => externalId)).size).toBe(252)
    expect(told.flatMap(({ error }) => error ?? [])).toEqual([
      'The tasks a, b, c, d, e and 2 more failed.',
      'Airflow does not say which of its tasks failed.',
    ])
    world.airflow.failAt('GET /dagRuns', { kind: 'cut-off' })
    await expect(runs()).rejects.toMatchObject({ publicMessage: expect.stringContaining('in the middle of its answer') })
  })

  it('a DAG is run once by one key, whatever has become of the run, and by another key once more', async () => {
    const first = await start({ parameters: { day: '2026-11-29' } })
    expect(first).toMatchObject({
      job: 'load_prices',
      externalId: 'load_prices/tidemark__order-1.1',
      state: 'scheduled',
      scheduledAt: null,
    })
    expect(begun()).toMatchObject([{ conf: { day: '2026-11-29' } }])
    Object.assign(begun()[0] ?? {}, { state: 'failed', start: NOW, end: NOW, failedTasks: [{ task: 'load', tries: 1 }] })
    expect(await start()).toMatchObject({ externalId: first?.externalId, state: 'failed', error: 'The task load failed.' })
    await start({ key: 'order-2/1' })
    expect(begun()).toHaveLength(2)
  })

  it.each(['started-and-cut-off', 'started-and-html-page', 'started-and-503', 'started-and-408'] as const)(
    'a DAG is run once where the answer is lost: %s',
    async (kind) => {
      world.airflow.failAt('POST /dagRuns', { kind })
      expect(await start()).toMatchObject({ externalId: 'load_prices/tidemark__order-1.1' })
      expect(starts()).toHaveLength(1)
    },
  )

  it('a DAG of whose start nobody can tell may be asked for again, and is run once', async () => {
    world.airflow.failAt('POST /dagRuns', { kind: 'started-and-html-page' })
    const asked = start({ noteTry: async () => world.airflow.failAt('GET /tidemark__order-1.1', { kind: 'server-error' }) })
    expect(await wordsOf(asked)).toBe('Airflow (airflow) did not tell whether it has started the DAG load_prices. true')
    await start()
    expect(begun()).toHaveLength(1)
    expect(starts()).toHaveLength(1)
  })

  it('a run that somebody else began under our id meanwhile is ours', async () => {
    const noteFirst = async () => {
      world.airflow.ran('load_prices', NOW, { id: 'tidemark__order-1.1', type: 'manual', state: 'running', end: null })
    }
    expect(await start({ noteTry: noteFirst })).toMatchObject({ externalId: 'load_prices/tidemark__order-1.1', state: 'running' })
    expect(begun()).toHaveLength(1)
  })

  it('a run that goes on is taken up, not one that began too early', async () => {
    world.airflow.ran('load_prices', TEN, { state: 'running', end: null })
    expect(await start()).toMatchObject({ externalId: `load_prices/scheduled__${TEN}`, state: 'running' })
    expect(starts()).toEqual([])
    expect(await start({ since: Date.parse(NOW) })).toMatchObject({ externalId: 'load_prices/tidemark__order-1.1' })
  })

  it('a DAG that cannot be run says why and what to do, and that another try does not help', async () => {
    world.airflow.dag('old', { isPaused: true })
    expect(await wordsOf(start({}, {}, 'gone'))).toBe('Airflow (airflow) has no DAG gone, or none that this account may see. false')
    expect(await wordsOf(start({}, {}, '../x'))).toMatch(/has no DAG \.\.\/x.* false$/)
    expect(await wordsOf(start({}, {}, 'old'))).toBe(
      'The DAG old is paused in Airflow (airflow), so none of its runs begins. Let it go on there. false',
    )
    expect(mayHaveBegun).toBeNull()
    expect(await wordsOf(start({ parameters: { nonsense: 1 } }))).toMatch(/does not start load_prices so \(HTTP 400\).* false$/)
    expect(mayHaveBegun).toBe(false)
    world.airflow.mayRun = false
    expect(await wordsOf(start())).toBe(
      'Airflow (airflow) does not let us start load_prices (HTTP 403). Give the account the right to create runs of the DAG. false',
    )
    expect(await wordsOf(start({}, { password: 'other-than-that' }))).toMatch(/401.* false$/)
    expect(begun()).toEqual([])
  })
})
