import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { WantedJobRun } from '#lib/connectors/kit/connector.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { beginFactoryWorld, type FactoryWorld } from '#lib/testing/connectors/adf-world.ts'
import { externalRun } from './pipeline-run.ts'
import { adfSettings } from './settings.ts'
import { runSchema } from './shapes.ts'

const NOW = '2026-11-29T12:00:00Z'
const TEN = '2026-11-29T10:00:00Z'
const SINCE = Date.parse('2026-11-29T09:00:00Z')

let world: FactoryWorld
/** When a run may have begun, as it was noted. */
let triedAt: number | null = null
beforeEach(async () => {
  world = await beginFactoryWorld(NOW)
  world.factory.pipeline('load', { parameters: ['tidemark', 'day'] })
  triedAt = null
})
afterEach(() => world.end())

const noteTry = async (mayHaveBegun: boolean) => {
  triedAt = mayHaveBegun ? world.clock.now() : null
}
const start = (wanted: Partial<WantedJobRun> = {}, own: Record<string, unknown> = {}, job = 'load') =>
  world.ask(async (session) => session.start?.(job, { parameters: {}, key: 'order-1/1', since: null, triedAt, noteTry, ...wanted }), own)
const runs = () => world.ask(async (session) => Array.fromAsync<ExternalRun>(session.runs?.(SINCE) ?? []))
const wordsOf = (asked: Promise<unknown>) => asked.then(String, ({ publicMessage, retryable }) => `${publicMessage} ${retryable}`)
const starts = () => world.factory.requests.filter((line) => line.endsWith('/createRun'))

describe('the runs of a data factory', () => {
  it('are told with their ends and in its own words', async () => {
    const failed = world.factory.ran('load', TEN, { status: 'Failed', message: 'Operation on target Copy failed: no such column' })
    world.factory.ran('load', '2026-11-29T08:00:00Z')
    expect(await runs()).toEqual([
      {
        job: 'load',
        externalId: failed.id,
        state: 'failed',
        scheduledAt: null,
        startedAt: Date.parse(TEN),
        endedAt: Date.parse(TEN),
        error: 'Operation on target Copy failed: no such column',
        rows: null,
        url: null,
      },
    ])
  })

  it.each([
    ['Queued', 'scheduled', null],
    ['InProgress', 'running', null],
    ['Canceling', 'running', null],
    ['Succeeded', 'completed', Date.parse(TEN)],
    ['Failed', 'failed', Date.parse(TEN)],
    ['Cancelled', 'cancelled', Date.parse(TEN)],
  ] as const)('that are %s are %s', async (status, state, endedAt) => {
    world.factory.ran('load', TEN, { status, end: endedAt === null ? null : TEN })
    const error = status === 'Failed' ? 'Azure does not say why.' : null
    expect(await runs()).toMatchObject([{ state, endedAt, error }])
  })

  it('that another pipeline began name its run', async () => {
    world.factory.ran('load', TEN, { caller: { pipelineName: 'load_all', pipelineRunId: 'r1' } })
    expect(await runs()).toMatchObject([{ parent: { job: 'adf/load_all', externalId: 'r1' } }])
  })

  it('that go on since yesterday are told, too, and of many all, or the list is refused', async () => {
    world.factory.ran('load', '2026-11-28T08:00:00Z', { status: 'InProgress', end: null })
    for (let i = 0; i < 250; i++) world.factory.ran('load', new Date(SINCE + i * 1000).toISOString())
    expect(new Set((await runs()).map(({ externalId }) => externalId)).size).toBe(251)
    world.factory.failAt('/queryPipelineRuns', { kind: 'cut-off' })
    await expect(runs()).rejects.toMatchObject({ publicMessage: expect.stringContaining('in the middle of its answer') })
  })

  it('have their page in the studio, where it is the public cloud; one whose state nobody knows is not told', () => {
    const settings = adfSettings.parse({ subscription: 'one', resourceGroup: 'data', factory: 'loads', managedIdentity: true })
    const told = (status: string) =>
      externalRun(
        { settings, key: 'adf' },
        { resource: '/subscriptions/one' },
        runSchema.parse({ runId: 'r1', pipelineName: 'load', status }),
      )
    expect(told('Succeeded')?.url).toBe('https://adf.azure.com/en/monitoring/pipelineruns/r1?factory=%2Fsubscriptions%2Fone')
    expect(told('Dreaming')).toBeNull()
  })
})

describe('a pipeline of a data factory', () => {
  it('is run once by one key, whatever has become of the run, and by another key once more', async () => {
    const first = await start({ parameters: { day: '2026-11-29' } })
    expect(first).toMatchObject({ job: 'load', state: 'scheduled' })
    expect(world.factory.runs).toMatchObject([{ parameters: { day: '2026-11-29', tidemark: 'order-1/1' } }])
    Object.assign(world.factory.runs[0] ?? {}, { status: 'Failed', start: NOW, end: NOW, message: 'no' })
    expect(await start()).toMatchObject({ externalId: first?.externalId, state: 'failed', error: 'no' })
    await start({ key: 'order-2/1', triedAt: null })
    expect(world.factory.runs).toHaveLength(2)
  })

  it.each(['started-and-cut-off', 'started-and-html-page', 'started-and-503', 'started-and-408'] as const)(
    'is run once where the answer is lost: %s',
    async (kind) => {
      world.factory.failAt('/createRun', { kind })
      expect(await start()).toMatchObject({ externalId: 'run-1' })
      expect(starts()).toHaveLength(1)
    },
  )

  it('that is listed late is run once, where the answer is lost', async () => {
    world.factory.listsAfterMs = 90 * SECOND_MS
    world.factory.failAt('/createRun', { kind: 'started-and-cut-off' })
    expect(await wordsOf(start())).toMatch(/ true$/)
    for (let tries = 0; tries < 3; tries += 1) {
      expect(await wordsOf(start())).toMatch(/may have started the pipeline load already.* true$/)
      world.clock.set(world.clock.now() + 30 * SECOND_MS)
    }
    expect(await start()).toMatchObject({ externalId: 'run-1' })
    expect(starts()).toHaveLength(1)
  })

  it('that was not begun is begun once it would be listed, or when too much was asked', async () => {
    world.factory.failAt('/createRun', { kind: 'server-error' })
    expect(await wordsOf(start())).toMatch(/ true$/)
    world.clock.set(world.clock.now() + 2 * MINUTE_MS)
    world.factory.failAt('/createRun', { kind: 'too-many', retryAfter: '7' })
    await start()
    expect(world.clock.waits).toContain(7000)
    expect(world.factory.runs).toHaveLength(1)
  })

  it('that goes on is taken up, the run that ends first; not one that is cancelled, and not one that began too early', async () => {
    world.factory.ran('load', '2026-11-29T09:00:00Z', { status: 'Canceling', end: null })
    world.factory.ran('load', TEN, { status: 'InProgress', end: null })
    world.factory.ran('load', '2026-11-29T11:00:00Z', { status: 'InProgress', end: null })
    expect(await start()).toMatchObject({ externalId: 'run-2', state: 'running' })
    expect(await start({ since: Date.parse('2026-11-29T10:30:00Z') })).toMatchObject({ externalId: 'run-3' })
    expect(starts()).toEqual([])
  })

  it('that cannot be run says why and what to do, and that another try does not help', async () => {
    world.factory.pipeline('bare', { parameters: [] })
    expect(await wordsOf(start({}, {}, 'gone'))).toBe('The data factory (adf) has no pipeline gone. false')
    expect(await wordsOf(start({}, {}, 'a/b'))).toBe('The data factory (adf) has no pipeline a/b. false')
    expect(await wordsOf(start({}, {}, 'bare'))).toBe(
      'The data factory (adf) can be asked to run bare once it has a parameter "tidemark". Add one of the type String, by which a run is found that was started from here. false',
    )
    expect(await wordsOf(start({ parameters: { nonsense: 1 } }))).toBe(
      'The data factory (adf) has no parameter nonsense in its pipeline load. false',
    )
    expect(starts()).toEqual([])
    world.factory.pipeline('by_day', { parameters: ['tidemark', 'day'], needed: ['day'] })
    expect(await wordsOf(start({}, {}, 'by_day'))).toMatch(/does not start by_day so \(HTTP 400\).* false$/)
    world.factory.mayRun = false
    expect(await wordsOf(start())).toMatch(/does not let us start load \(HTTP 403\).*createRun\/action\. false$/)
    expect(triedAt).toBeNull()
    expect(world.factory.runs).toEqual([])
  })
})
