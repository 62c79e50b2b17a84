import { afterEach, beforeEach, expect, it } from 'vitest'
import { spansOf } from '#lib/testing/history/state-world.ts'
import { type MailServer, startMailServer } from '#lib/testing/servers/mail-server.ts'
import { ScenarioHarness } from '#lib/testing/worlds/scenario-harness.ts'

const CATALOGUE = `page: { name: Games, zone: UTC, readyBy: "08:00" }
connections: { lake: { kind: postgres, probe: 1h, url: "\${LAKE_DATABASE_URL}" } }
tell: { email: { to: data@games.example, from: tidemark@games.example, smtp: "\${SMTP_URL}" } }
groups:
  games:
    feeds:
      prices:
        policy: { kind: age, lateAfter: 1d, staleAfter: 2d }
        assets: { lake/games.prices: { column: loaded_at, expect: { key: shop, of: [Steam, Sony], each: 6h } } }
`
let harness: ScenarioHarness
let mail: MailServer

beforeEach(async () => {
  harness = await ScenarioHarness.open('2026-11-30T05:00:00Z')
  mail = await startMailServer()
  harness.variables.set('SMTP_URL', mail.url)
  await harness.inLake(`create schema games; create table games.prices (shop text, loaded_at timestamptz);
    insert into games.prices values ('Steam', '2026-11-30T04:55:00Z'), ('Sony', '2026-11-30T04:10:00Z')`)
  await harness.declare(CATALOGUE)
})
afterEach(async () => {
  await harness.close()
  await mail.close()
})

it('a shop of which nothing comes turns its feed at its deadline while the others keep the table fresh, and mends it when it comes', async () => {
  await harness.until('2026-11-30T05:05:00Z')
  expect((await spansOf(harness.ctx, 'prices', 'feed')).at(-1)).toMatch(/^fresh\/on-time/)
  for (const hour of ['07', '09']) {
    await harness.inLake(`insert into games.prices values ('Steam', '2026-11-30T${hour}:30:00Z')`)
    await harness.until(`2026-11-30T${Number(hour) === 7 ? '08' : '10'}:05:00Z`)
  }
  await harness.until('2026-11-30T10:12:00Z')
  await harness.until('2026-11-30T10:12:10Z')
  expect((await spansOf(harness.ctx, 'prices', 'feed')).at(-1)).toBe('late/key-overdue 30 10:10–')
  expect(mail.mails.join('\n').replaceAll(/(=\r?\n|\s)+/g, ' ')).toMatch(/Sony: nothing since Mon 30 Nov 04:10; Steam fine/)
  await harness.inLake(`insert into games.prices values ('Sony', '2026-11-30T10:30:00Z')`)
  await harness.until('2026-11-30T11:30:00Z')
  expect((await spansOf(harness.ctx, 'prices', 'feed')).slice(-2)).toEqual([
    'late/key-overdue 30 10:10–30 10:30',
    'fresh/on-time 30 10:30–',
  ])
})
