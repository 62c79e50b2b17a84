import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { WantedJobRun } from '#lib/connectors/kit/connector.ts'
import { MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { DbtCloudWorld, TOKEN } from '#lib/testing/connectors/dbt-cloud-world.ts'

const NOW = '2026-11-29T12:00:00Z'
const TEN = '2026-11-29T10:00:00Z'

let world: DbtCloudWorld
beforeEach(async () => {
  world = await DbtCloudWorld.begin(NOW)
  world.ran(100, TEN, {})
  triedAt = null
})
afterEach(() => world.end())

/** When a run may have begun, as it was noted. */
let triedAt: number | null = null
const noteTry = async (mayHaveBegun: boolean) => {
  triedAt = mayHaveBegun ? world.clock.now() : null
}
const start = (wanted: Partial<WantedJobRun> = {}, own: Record<string, unknown> = {}, job = '7') =>
  world.ask(async (session) => session.start?.(job, { parameters: {}, key: 'order-1/1', since: null, triedAt, noteTry, ...wanted }), own)
const wordsOf = (asked: Promise<unknown>) => asked.then(String, ({ publicMessage, retryable }) => `${publicMessage} ${retryable}`)
const causes = () => world.cloud.runs.filter(({ id }) => id > 100).map(({ cause }) => cause)
const posts = () => world.cloud.requests.filter((line) => line.startsWith('POST'))

describe('a job of dbt Cloud', () => {
  it('is started once by one key, whatever has become of its run, and says there whose wish it was', async () => {
    world.cloud.names.set(7, 'Nightly build')
    expect(await start()).toMatchObject({
      job: '7',
      jobName: 'Nightly build',
      externalId: '1000',
      state: 'scheduled',
      url: expect.stringContaining('/runs/1000/'),
    })
    Object.assign(world.cloud.runs[1] ?? {}, { status: 20, startedAt: NOW, finishedAt: NOW })
    expect(await start()).toMatchObject({ externalId: '1000', state: 'failed' })
    expect(causes()).toEqual(['Tidemark reload order-1/1'])
    expect(await start({ key: 'order-2/1', triedAt: null })).toMatchObject({ externalId: '1001', state: 'scheduled' })
    expect(posts()).toHaveLength(2)
  })

  it.each(['started-and-cut-off', 'started-and-503', 'cut-off'] as const)('is started once where the answer is lost: %s', async (kind) => {
    // Asked for the job, then for its runs: those go well.
    world.cloud.failAt('POST', { kind })
    expect(await start()).toMatchObject({ externalId: '1000' })
    expect(causes()).toEqual(['Tidemark reload order-1/1'])
    expect(posts()).toHaveLength(1)
  })

  it('that was not begun because too much was asked is begun when that is over', async () => {
    world.cloud.failAt('POST', { kind: 'too-many', retryAfter: '7' })
    expect(await start()).toMatchObject({ externalId: '1000' })
    expect(world.waits).toContain(7000)
    expect(causes()).toHaveLength(1)
  })

  it('that goes on already is taken up, the run that ends first; not one that tries a change, and not one that began too early', async () => {
    world.ran(101, TEN, {}, { status: 3, finishedAt: null, schemaOverride: 'dbt_cloud_pr_7' })
    world.ran(102, TEN, {}, { status: 3, finishedAt: null })
    world.ran(103, TEN, {}, { status: 1, startedAt: null, finishedAt: null })
    expect(await start()).toMatchObject({ externalId: '102', state: 'running' })
    expect(await start({ since: Date.parse(NOW) })).toMatchObject({ externalId: '103', state: 'scheduled' })
    expect(posts()).toEqual([])
    world.cloud.runs.pop()
    expect(await start({ since: Date.parse(NOW) })).toMatchObject({ externalId: '1000' })
  })

  it('is followed also where none of its runs has left a manifest: only of one that went well that has to be known', async () => {
    const told: unknown[] = []
    const follow = () =>
      world.ask(async (session) => {
        for await (const run of session.runs?.(Date.parse(TEN)) ?? []) told.push(run)
      })
    world.ran(101, NOW, {}, { status: 20, message: 'The repository could not be cloned.' })
    await expect(follow()).rejects.toMatchObject({ publicMessage: expect.stringContaining('has no manifest.json') })
    world.cloud.runs.shift()
    await follow()
    const failed = { externalId: '101', state: 'failed', error: 'The repository could not be cloned.', writes: [] }
    expect(told).toMatchObject([failed, failed])
  })

  it('that cannot be started says why and what to do, and that another try does not help', async () => {
    const account = `The dbt Cloud account (shop)`
    expect(await wordsOf(start({}, {}, 'nightly'))).toBe(`${account} names its jobs by numbers, and "nightly" is none. false`)
    expect(await wordsOf(start({}, {}, '8'))).toBe(`Job 8 is not among the jobs of ${account} in the catalogue: add it there. false`)
    expect(await wordsOf(start({}, { jobs: [7, 8] }, '8'))).toBe(
      `${account} has no job 8, or none that this token may see (HTTP 404). false`,
    )
    expect(await wordsOf(start({}, { jobs: undefined, environment: 9 }))).toBe(
      `Job 7 of ${account} belongs to environment 3, and the catalogue names environment 9. false`,
    )
    expect(await wordsOf(start({ parameters: { full: true } }))).toBe(`Job 7 of ${account} takes no parameters from here. false`)
    expect(await wordsOf(start({}, { token: 'other' }))).toMatch(/^The dbt Cloud account \(shop\) .*401.* false$/)
    world.cloud.mayRunJobs = false
    const refused = await wordsOf(start())
    expect(refused).toBe(
      `${account} does not let this token start job 7 (Job 7) (HTTP 404). Let it run jobs: give it the permission "Job Runner", or a token that has it. false`,
    )
    expect(refused).not.toContain(TOKEN)
    expect(causes()).toEqual([])
  })

  it('of whose start nobody can tell may be asked for again, and is started once', async () => {
    world.cloud.onStarted = () => world.cloud.failAt('GET', { kind: 'server-error' })
    world.cloud.failAt('POST', { kind: 'started-and-html-page' })
    expect(await wordsOf(start())).toBe('The dbt Cloud account (shop) did not tell whether it has started job 7 (Job 7). true')
    expect(await start()).toMatchObject({ externalId: '1000' })
    expect(posts()).toHaveLength(1)
  })

  it('that could not be asked for is asked for again once a run of it would be listed', async () => {
    world.cloud.failAt('POST', { kind: 'server-error' })
    expect(await wordsOf(start())).toMatch(/ true$/)
    expect(await wordsOf(start())).toMatch(/may have started job 7 \(Job 7\) already, and does not list its run yet.* true$/)
    expect(causes()).toEqual([])
    world.clock.set(world.clock.now() + 2 * MINUTE_MS)
    await start()
    expect(causes()).toHaveLength(1)
  })

  it.each([
    ['its answer was lost', 'started-and-cut-off'],
    ['it was answered by an error', 'started-and-503'],
  ] as const)('that is listed late is started once, where %s', async (_, kind) => {
    world.cloud.listsAfterMs = 90 * SECOND_MS
    world.cloud.failAt('POST', { kind })
    expect(await wordsOf(start())).toMatch(/ true$/)
    for (let tries = 0; tries < 3; tries += 1) {
      expect(await wordsOf(start())).toMatch(/may have started .* true$/)
      world.clock.set(world.clock.now() + 30 * SECOND_MS)
    }
    expect(await start()).toMatchObject({ externalId: '1000' })
    expect(posts()).toHaveLength(1)
  })

  it('that is refused plainly has not begun, so that it is not waited for', async () => {
    world.cloud.mayRunJobs = false
    await wordsOf(start())
    expect(triedAt).toBeNull()
    world.cloud.mayRunJobs = true
    expect(await start()).toMatchObject({ externalId: '1000' })
  })
})
