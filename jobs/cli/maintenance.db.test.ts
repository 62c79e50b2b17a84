import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCommandLine } from '#jobs/cli.ts'
import { putSetting } from '#lib/db/settings.ts'
import { readEnvironment } from '#lib/platform/env.ts'
import { silentLog } from '#lib/platform/log.ts'
import { openMaintenanceWorld } from '#lib/testing/worlds/maintenance-world.ts'

let world: Awaited<ReturnType<typeof openMaintenanceWorld>>
beforeAll(async () => {
  world = await openMaintenanceWorld()
  const page = { name: 'Campus', zone: 'America/New_York', readyBy: '08:00', url: 'http://localhost', demo: false }
  await putSetting(world.admin.whole, 'page', page)
})
afterAll(() => world.database.drop())

async function tidemark(...words: string[]): Promise<{ code: number; printed: string[]; noted: string }> {
  const printed: string[] = []
  const noted: string[] = []
  const code = await runCommandLine(['maintenance', ...words], {
    terminal: { print: (text) => printed.push(text), note: (text) => noted.push(text), ask: async () => null },
    environment: () => readEnvironment({ DATABASE_URL: world.database.url }),
    clock: world.clock,
    log: silentLog,
    signal: new AbortController().signal,
  })
  return { code, printed, noted: noted.join('\n') }
}

it('announces now, once and again and again, lists it, and ends it', async () => {
  expect((await tidemark()).noted).toBe('Nothing is paused or announced.')
  expect((await tidemark('terms', '--for', '2h', '--note', 'Disks')).printed).toEqual([
    'terms is announced to be under maintenance. From now on until Tue 20 Oct 10:00 EDT, 2 h.',
  ])
  expect((await tidemark('everything', '--from', '2026-10-21 20:00', '--to', '2026-10-21 22:00')).printed[0]).toContain(
    'From Wed 21 Oct 20:00',
  )
  const again = await tidemark('feed:terms', '--on', 'sat,sun', '--at', '02:00-04:00', '--every', '2', '--note', 'Patches')
  expect(again.printed[0]).toContain('Every 2 weeks, on Saturdays and Sundays 02:00–04:00 America/New_York, next: Sat 24 Oct 02:00 EDT;')
  const { printed } = await tidemark()
  expect(printed).toEqual([
    expect.stringMatching(/^window:\d+ {2}feed:terms {2}maintenance, Tue 20 Oct 08:00 – Tue 20 Oct 10:00: Disks$/),
    expect.stringMatching(/^window:\d+ {2}everything {2}maintenance, Wed 21 Oct 20:00 – Wed 21 Oct 22:00$/),
    expect.stringMatching(/^series:\d+ {2}feed:terms {2}Every 2 weeks, .*, next Sat 24 Oct 02:00: Patches$/),
  ])
  for (const line of printed)
    expect(await tidemark('--end', line.split(' ')[0] ?? '')).toMatchObject({ code: 0, printed: ['It is ended.'] })
  expect((await tidemark()).printed).toEqual([])
})

it('says in words what is wrong', async () => {
  expect((await tidemark('terms')).noted).toBe('How long it lasts is a duration such as 45m, 2h or 1d.')
  expect((await tidemark('terms', '--on', 'someday', '--at', 'night')).noted).toBe(
    'Say at least one weekday: mon, tue, wed, thu, fri, sat or sun. When it begins is a time such as 02:00. When it ends is a time such as 02:00.',
  )
  expect((await tidemark('--end', '7')).noted).toBe('"7" is none. Write window:7 or series:2, as they are listed.')
  expect((await tidemark('nobody', '--for', '2h')).noted).toContain('There is no')
  expect((await tidemark('--end', 'series:999')).noted).toBe('There is no recurring maintenance 999.')
})
