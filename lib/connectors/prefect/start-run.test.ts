import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { WantedJobRun } from '#lib/connectors/kit/connector.ts'
import { beginPrefectWorld, type PrefectWorld } from '#lib/testing/connectors/prefect-world.ts'

const NOW = '2026-11-29T12:00:00Z'
const TEN = '2026-11-29T10:00:00Z'
const JOB = 'load-prices/nightly'

let world: PrefectWorld
let nightly: ReturnType<PrefectWorld['prefect']['deploy']>
/** Whether a run may have begun, as it was noted. */
let mayHaveBegun: boolean | null = null
beforeEach(async () => {
  world = await beginPrefectWorld(NOW)
  nightly = world.prefect.deploy('load-prices', 'nightly')
  mayHaveBegun = null
})
afterEach(() => world.end())

const noteTry = async (now: boolean) => {
  mayHaveBegun = now
}
const start = (wanted: Partial<WantedJobRun> = {}, own: Record<string, unknown> = {}, job = JOB) =>
  world.ask(
    async (session) => session.start?.(job, { parameters: {}, key: 'order-1/1', since: null, triedAt: null, noteTry, ...wanted }),
    own,
  )
const wordsOf = (asked: Promise<unknown>) => asked.then(String, ({ publicMessage, retryable }) => `${publicMessage} ${retryable}`)
const starts = () => world.prefect.requests.filter((line) => line.endsWith('create_flow_run'))

describe('a deployment of Prefect', () => {
  it('is run once by one key, whatever has become of the run, and by another key once more', async () => {
    const begun = await start({ parameters: { day: '2026-11-29' } })
    expect(begun).toMatchObject({ job: JOB, state: 'scheduled', attempt: 1 })
    expect(world.prefect.runs).toMatchObject([{ key: 'tidemark:order-1/1', parameters: { day: '2026-11-29' }, isAuto: false }])
    Object.assign(world.prefect.runs[0] ?? {}, { type: 'FAILED', name: 'Failed', message: 'no', start: NOW, end: NOW, count: 1 })
    expect(await start()).toMatchObject({ externalId: begun?.externalId, state: 'failed', error: 'no' })
    await start({ key: 'order-2/1' })
    expect(world.prefect.runs).toHaveLength(2)
    expect(mayHaveBegun).toBe(true)
  })

  it.each(['started-and-cut-off', 'started-and-html-page', 'started-and-503', 'started-and-408'] as const)(
    'is run once where the answer is lost: %s',
    async (kind) => {
      world.prefect.failAt('create_flow_run', { kind })
      expect(await start()).toMatchObject({ externalId: world.prefect.runs[0]?.id })
      expect(starts()).toHaveLength(1)
    },
  )

  it('of whose start nobody can tell may be asked for again, and is run once', async () => {
    world.prefect.failAt('create_flow_run', { kind: 'started-and-html-page' })
    // For the key, and for what goes on: those go well.
    const asked = start({
      noteTry: async () => world.prefect.failAt('/flow_runs/filter', { kind: 'server-error' }),
    })
    expect(await wordsOf(asked)).toBe(`Prefect (prefect) did not tell whether it has started deployment ${JOB}. true`)
    await start()
    expect(world.prefect.runs).toHaveLength(1)
    expect(starts()).toHaveLength(1)
  })

  it('that was not begun because too much was asked is begun when that is over', async () => {
    world.prefect.failAt('create_flow_run', { kind: 'too-many', retryAfter: '7' })
    await start()
    expect(world.clock.waits).toContain(7000)
    expect(world.prefect.runs).toHaveLength(1)
  })

  it('that goes on is taken up; not what stands still, is cancelled, lies ahead in its schedule or began too early', async () => {
    const ahead = '2026-11-29T12:30:00Z'
    world.prefect.ran(nightly, TEN, { type: 'PAUSED', name: 'Paused', end: null })
    world.prefect.ran(nightly, TEN, { type: 'CANCELLING', name: 'Cancelling', end: null })
    world.prefect.ran(nightly, TEN, { type: 'SCHEDULED', name: 'Scheduled', expected: ahead, start: null, end: null, count: 0 })
    const running = world.prefect.ran(nightly, TEN, { type: 'RUNNING', name: 'Running', end: null })
    expect(await start()).toMatchObject({ externalId: running.id, state: 'running' })
    expect(starts()).toEqual([])
    expect(await start({ since: Date.parse(NOW) })).not.toMatchObject({ externalId: running.id })
    expect(starts()).toHaveLength(1)
  })

  it('that cannot be run says why and what to do, and that another try does not help', async () => {
    const no = `Prefect (prefect) has no deployment load-prices/hourly. Names are written <flow>/<deployment>. false`
    expect(await wordsOf(start({}, {}, 'load-prices/hourly'))).toBe(no)
    expect(await wordsOf(start({}, {}, 'nightly'))).toBe('"nightly" is not <flow>/<deployment>, as Prefect names it. false')
    expect(await wordsOf(start({}, { tags: ['other'] }))).toMatch(/does not bear the tags.* false$/)
    const wrongType = "Error creating flow run: Validation failed for field 'days'. Failure reason: … is not of type 'integer'"
    expect(await wordsOf(start({ parameters: { days: 'hush' } }))).toBe(
      `Prefect (prefect) does not start load-prices/nightly so (HTTP 409): ${wrongType}. false`,
    )
    expect(mayHaveBegun).toBe(false)
    world.prefect.mayRun = false
    expect(await wordsOf(start())).toBe(
      `Prefect (prefect) does not let us start ${JOB} (HTTP 403). Give the account the right to run deployments. false`,
    )
    const refused = await wordsOf(start({}, { password: 'other-than-that' }))
    expect(refused).toMatch(/401.* false$/)
    expect(refused).not.toContain('other-than-that')
    expect(world.prefect.runs).toEqual([])
  })
})
