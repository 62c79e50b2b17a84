import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Found } from '#lib/connectors/kit/connector.ts'
import runtimesConnector from '#lib/connectors/snaplogic-runtimes.ts'
import { beginRuntimesWorld, type RuntimesWorld } from '#lib/testing/connectors/snaplogic-runtimes-world.ts'
import { spoiltAnswers } from '#lib/testing/connectors/spoilt-answers.ts'

const NOW = '2026-11-29T12:00:00Z'
const TEN = '2026-11-29T10:00:00Z'
const ELEVEN = '2026-11-29T11:00:00Z'
const LOAD = 'projects/Admin/load'

let world: RuntimesWorld
beforeEach(async () => {
  world = await beginRuntimesWorld(NOW)
})
afterEach(() => world.end())

const good = (at: string, warnings: unknown[] = []) => ({
  ...{ ok: true, readings: [{ clock: 'loadedAt', at: Date.parse(at) }], evidence: { strength: 'strong' }, warnings },
})

describe('a look at the pipelines of SnapLogic', () => {
  it('reads when the last run completed without error documents, whatever failed, goes on or completed with some since', async () => {
    world.snaplogic.ran('load', '2026-11-29T09:00:00Z')
    world.snaplogic.ran('load', TEN)
    for (const own of [{ error_documents: 3 }, { state: 'Failed' }, { state: 'Stopped' }, { state: 'Started' }])
      world.snaplogic.ran('load', ELEVEN, own)
    expect(await world.look([LOAD])).toMatchObject([good(TEN)])
    world.snaplogic.heedsFilters = false
    expect(await world.look([LOAD])).toMatchObject([good(TEN)])
  })

  it('asks for more than an hour, ten runs and what a schedule began: whoever asks for nothing is told of no more', async () => {
    for (let i = 0; i < 30; i++) world.snaplogic.ran('other', new Date(Date.parse(TEN) + i * 1000).toISOString())
    world.snaplogic.ran('load', '2026-11-29T03:00:00Z', { invoker: 'triggered' })
    world.snaplogic.ran('weekly', '2026-11-23T03:00:00Z', { invoker: 'manual' })
    world.snaplogic.ran('monthly', '2026-11-01T03:00:00Z')
    const paths = [LOAD, 'projects/Admin/weekly', 'projects/Admin/monthly']
    expect(await world.look(paths)).toMatchObject(
      ['2026-11-29T03:00:00Z', '2026-11-23T03:00:00Z', '2026-11-01T03:00:00Z'].map((at) => good(at)),
    )
  })

  it('asks for what the settings name alone', async () => {
    world.snaplogic.ran('load', TEN)
    world.snaplogic.ran('load', ELEVEN, { path_id: '/RIVERSIDE/shared' })
    world.snaplogic.ran('load', ELEVEN, { invoker: 'manual' })
    expect(await world.look([LOAD, 'shared/load'], { projects: ['projects/Admin'], invokers: ['scheduled'] })).toMatchObject([
      good(TEN),
      { ok: false, lasting: 'no-time' },
    ])
  })

  it('warns where its clock runs ahead', async () => {
    world.snaplogic.ran('load', '2026-11-29T12:30:00Z')
    expect(await world.look([LOAD])).toMatchObject([good('2026-11-29T12:30:00Z', [expect.stringMatching(/lies in the future/)])])
  })

  it('sees all others where one never ran, only ever with error documents, or is told without a time', async () => {
    world.snaplogic.ran('load', TEN)
    world.snaplogic.ran('bad', TEN, { error_documents: 1 })
    world.snaplogic.ran('odd', TEN, { state_timestamp: 'yesterday' })
    Object.assign(world.snaplogic.ran('mute', TEN), { error_documents: undefined })
    Object.assign(world.snaplogic.ran('odd', TEN), { label: 7, state: null })
    const seen = await world.look([
      LOAD,
      'projects/Admin/never',
      'projects/Admin/bad',
      'projects/Admin/odd',
      'projects/Admin/mute',
      'nonsense',
    ])
    expect(seen).toMatchObject([
      good(TEN),
      { ok: false, lasting: 'no-time', publicMessage: expect.stringMatching(/knows no run of projects.Admin.never in the last 45 days/) },
      { ok: false, lasting: 'no-time', publicMessage: expect.stringMatching(/documents of them went to error views\.$/) },
      { ok: false, lasting: 'no-time' },
      { ok: false, lasting: 'no-time' },
      { ok: false, publicMessage: '"nonsense" is not <space>/<project>/<pipeline>, as SnapLogic names it.' },
    ])
  })

  it('of a thousand asks for the same lists as of one, page by page', async () => {
    const labels = Array.from({ length: 1000 }, (_, i) => `p${i}`)
    for (const label of labels) world.snaplogic.ran(label, TEN)
    world.snaplogic.pageMax = 300
    expect((await world.look(labels.map((label) => `projects/Admin/${label}`))).filter(({ ok }) => ok)).toHaveLength(1000)
    expect(world.snaplogic.requests).toHaveLength(6)
  })

  it.each(spoiltAnswers('SnapLogic', 'SnapLogic (snaplogic-runtimes)'))('fails as a whole where the list %s', async (_, fault, words) => {
    world.snaplogic.fail(fault, /runtime/)
    await expect(world.look([LOAD], { timeout: '1s' })).rejects.toMatchObject({ publicMessage: expect.stringContaining(words) })
  })

  it.each([
    [403, 'refused', /does not let the account see the runs of RIVERSIDE .403./, false],
    [500, 'unavailable', /says no in an answer that looks like a good one .500./, true],
  ] as const)('fails as a whole where a good answer says no: %i', async (status, code, words, retryable) => {
    world.snaplogic.saysNo = status
    await expect(world.look([LOAD])).rejects.toMatchObject({ code, retryable, publicMessage: expect.stringMatching(words) })
  })

  it('refuses a list that goes round or ends too early, and waits as long as it is asked to', async () => {
    for (let i = 0; i < 5; i++) world.snaplogic.ran('load', TEN)
    world.snaplogic.pageMax = 2
    world.snaplogic.fail({ kind: 'too-many', retryAfter: '7' }, /runtime/)
    expect(await world.look([LOAD])).toMatchObject([good(TEN)])
    expect(world.clock.waits).toContain(7000)
    world.snaplogic.pages = 'in-circle'
    await expect(world.look([LOAD])).rejects.toMatchObject({ publicMessage: expect.stringContaining('round in a circle') })
    world.snaplogic.pages = 'lost'
    await expect(world.look([LOAD])).rejects.toMatchObject({ publicMessage: expect.stringContaining('ends before its last page') })
  })
})

describe('a connection to the runs of SnapLogic', () => {
  const check = (own: Record<string, unknown> = {}) => world.ask((session) => session.check(), own)

  it('says what there is, or why nobody gets in, without its secret', async () => {
    world.snaplogic.ran('load', TEN)
    world.snaplogic.ran('load', TEN, { invoker: 'triggered' })
    world.snaplogic.ran('load', '2026-11-27T10:00:00Z')
    expect(await check()).toMatchObject({ ok: true, detail: 'SnapLogic lets us in; 2 runs of RIVERSIDE completed in the last 24 hours.' })
    for (const own of [
      { password: 'other-than-that' },
      { user: undefined, password: undefined, token: 'other-than-that' },
      { org: 'LAKESIDE' },
    ]) {
      const refused = await check(own)
      expect(refused).toMatchObject({ ok: false, detail: expect.stringMatching(/HTTP 40[14]/) })
      expect(JSON.stringify(refused)).not.toContain('other-than-that')
    }
  })

  it('finds the pipelines that ran lately, not those that are only parts of others', async () => {
    world.snaplogic.ran('load', '2026-11-01T10:00:00Z')
    const { id } = world.snaplogic.ran('load', TEN, { state: 'Started', invoker: 'triggered' })
    world.snaplogic.ran('part', TEN, { parent_ruuid: id })
    world.snaplogic.ran('load', TEN, { path_id: '/RIVERSIDE/shared', state: 'Failed', invoker: 'manual' })
    const found = await world.ask(async (session) => Array.fromAsync<Found>(session.discover?.('UTC') ?? []))
    expect(found.toSorted((a, b) => a.path.localeCompare(b.path))).toMatchObject([
      { path: LOAD, job: LOAD, name: 'load', group: 'projects/Admin', description: 'Its runs are scheduled or triggered.' },
      { path: 'shared/load', job: 'shared/load', labels: { project: 'shared' } },
    ])
  })

  it('refuses a path that is no pipeline', () => {
    expect(runtimesConnector.refuseAsset?.({ path: 'load', settings: {} })).toMatchObject({ at: [] })
    expect(runtimesConnector.refuseAsset?.({ path: LOAD, settings: {} })).toBeNull()
  })

  it.each([
    [{}, ['user']],
    [{ user: 'a' }, ['password']],
    [{ user: 'a', password: 'b', token: 'c' }, ['user']],
    [{ token: 'c', tasks: { load: { url: 'https://elastic.example.edu/task', token: 'd' } } }, ['tasks', 'load']],
    [{ token: 'c', projects: ['/RIVERSIDE/projects/Admin'] }, ['projects', 0]],
  ])('refuses settings that do not go together: %j', (own, at) => {
    expect(runtimesConnector.settings.safeParse({ org: 'RIVERSIDE', ...own }).error?.issues.map(({ path }) => path)).toEqual([at])
  })
})
