import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseCatalogue } from '#lib/catalogue/parse/merge-files.ts'
import { resolveMessages } from '#lib/catalogue/resolve/messages.ts'
import type { CatalogueContracts } from '#lib/catalogue/schema/contracts.ts'
import { catalogueJsonSchema } from '#lib/catalogue/schema/json-schema.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { checkCatalogue, toProblems } from './check-catalogue.ts'
import { remarkChannels } from './check-messages.ts'

const CONTRACTS: CatalogueContracts = {
  connectors: new Map(),
  flows: new Map(),
  channels: new Map([
    ['slack', { settings: z.strictObject({ url: z.url() }), secrets: ['url'] }],
    ['mail', { settings: z.strictObject({ to: z.string().min(1), smtp: z.string() }) }],
  ]),
}

/** Line 1 is the page, line 2 two groups with a feed each, then the given lines. */
function check(...lines: string[]) {
  const groups = 'groups: { records: { feeds: { terms: { owner: registrar@campus.example } } }, finance: { feeds: { payments: {} } } }'
  const text = ['page: { name: Campus, zone: America/New_York }', groups, ...lines, ''].join('\n')
  return checkCatalogue(parseCatalogue([{ file: 't.yaml', text }]), CONTRACTS)
}
const said = (...lines: string[]) => check(...lines).problems.map((p) => `${p.line}:${p.column} ${p.path} | ${p.problem} | ${p.remedy}`)

const TEAM = 'channels: { team: { kind: slack, url: "${SLACK_URL}" } }'

describe('channels and routes', () => {
  it('are good where they name what is there', () => {
    expect(
      said(
        'channels:',
        '  team: { kind: slack, url: "${SLACK_URL}", budget: 50 }',
        '  board: { kind: mail, to: board@campus.example, smtp: "file:/run/secrets/smtp" }',
        'routes:',
        '  - { to: [team, board], groups: records, severity: stale, place: root, remind: 4h }',
        '  - { to: team, owners: [registrar@campus.example], events: [feeds, ready] }',
        '  - { to: board, feeds: [payments], digest: ["08:00", "16:00"], quiet: { from: "22:00", to: "07:00" }, zone: Europe/Berlin }',
        '  - { to: team }',
      ),
    ).toEqual([])
  })

  it.each<[string, string[], string[]]>([
    [
      'a kind that is not there',
      ['channels: { team: { kind: slak, url: "${X}" }, board: {} }'],
      [
        '3:27 channels.team.kind | There is no kind of channel "slak". | Did you mean "slack"?',
        '3:48 channels.board.kind | "kind" is missing. | Add "kind" here.',
      ],
    ],
    [
      'settings that its kind does not know, or misses',
      ['channels: { board: { kind: mail, too: a@b.example, smtp: "${SMTP}" } }'],
      [
        '3:13 channels.board.to | "to" is missing. | Add "to" here.',
        '3:34 channels.board.too | There is no setting "too" here. | Did you mean "to"?',
      ],
    ],
    [
      'an address in clear that lets everybody write',
      ['channels: { team: { kind: slack, url: "https://hooks.example/T0/B0/x" } }', 'routes: [{ to: team }]'],
      [
        '3:39 channels.team.url | "url" is a secret written in clear: whoever knows it can write to this channel. | Put the value into .env and write "${NAME}" here, or "file:/path" to a secret file.',
      ],
    ],
    [
      'names that are taken',
      ['channels: { email: { kind: slack, url: "${X}" }, Letter: { kind: slack, url: "${X}" } }'],
      [
        '3:13 channels.email | A channel cannot be called "email": that means something of its own. | Choose another name, such as data-team.',
        '3:50 channels.Letter | A channel cannot be called "Letter": that means something of its own. | Choose another name, such as data-team.',
      ],
    ],
    [
      'a budget of nothing',
      ['channels: { team: { kind: slack, url: "${X}", budget: 0 } }'],
      ['3:55 channels.team.budget | "budget" must be at least 1. | Correct it, or take the line out.'],
    ],
    [
      'channels, groups, feeds and owners that are not there',
      [TEAM, 'routes: [{ to: [teem], groups: [record], feeds: [payment], owners: [registrar@campus] }]'],
      [
        '4:17 routes[0].to[0] | There is no channel "teem". | Did you mean "team"?',
        '4:33 routes[0].groups[0] | There is no service group "record". | Did you mean "records"?',
        '4:50 routes[0].feeds[0] | There is no feed "payment". | Did you mean "payments"?',
        '4:69 routes[0].owners[0] | There is no owner "registrar@campus". | There is: registrar@campus.example.',
      ],
    ],
    [
      'incidents and turns for the same',
      [TEAM, 'routes: [{ to: team, events: [incidents, feeds] }]'],
      [
        '4:42 routes[0].events[1] | A receiver gets either incidents or the turns of feeds, never both for the same. | Take "feeds" or "incidents" out, or write a route for each.',
      ],
    ],
    [
      'words that no route knows',
      [TEAM, 'routes: [{ to: team, severity: bad, place: top, events: all, when: now }]'],
      [
        '4:32 routes[0].severity | "bad" is not a severity there is. | There is: unknown, late, stale.',
        '4:44 routes[0].place | "top" is not a place there is. | There is: root, dependant.',
        '4:57 routes[0].events | "all" is not an event there is. | There is: incidents, feeds, ready.',
        '4:62 routes[0].when | There is no setting "when" here. | There is: to, groups, feeds, owners, severity, place, events, zone, quiet, digest, remind.',
      ],
    ],
    [
      'times that are none',
      [TEAM, 'routes: [{ to: team, quiet: { from: "22:00", to: "22:00" }, digest: "8", zone: Berlin, remind: 1m }]'],
      [
        '4:22 routes[0].quiet | "quiet" must not begin and end at the same time. | Take it out if nobody is to be told.',
        '4:69 routes[0].digest | "8" is not a time of day. | Write one such as "08:00".',
        '4:80 routes[0].zone | "Berlin" is not an IANA time zone. | Write one such as America/New_York.',
        '4:96 routes[0].remind | "remind" must be between 10m and 30d. | Write a duration such as 45m, 1h30m or 2d.',
      ],
    ],
    [
      'a route that nobody reaches',
      [TEAM, 'routes:', '  - { to: team, severity: stale }', '  - { to: team }', '  - { to: [team], groups: records }'],
      [
        '7:12 routes[2].to[0] | "team" is already told everything by a route before this one (t.yaml, line 6), and the first that fits counts. | Put this route before that one, or take it out.',
      ],
    ],
    [
      'reminders of turns',
      [TEAM, 'routes: [{ to: team, events: feeds, remind: 4h }]'],
      ['4:37 routes[0].remind | Reminders are of incidents, and this route tells of the turns of feeds. | Take "remind" out.'],
    ],
  ])('are refused for %s, with line and remedy', (_, lines, problems) => {
    expect(said(...lines)).toEqual(problems)
  })

  it('may name groups and feeds that rules take over, which are not known before', () => {
    const adopt = 'adopt: [{ from: "looker/**", group: "{folder}", feed: "{dashboard}" }]'
    const connections = 'connections: { looker: { kind: looker } }'
    const found = said(TEAM, 'routes: [{ to: team, groups: [Sales], feeds: [revenue] }]', connections, adopt)
    expect(found.filter((line) => line.includes('routes'))).toEqual([])
  })

  it('are remarked on where nothing leads to a channel', () => {
    const { outline } = check(
      'channels: { team: { kind: slack, url: "${X}" }, board: { kind: slack, url: "${Y}" } }',
      'routes: [{ to: team }]',
    )
    const remarks = outline === null ? [] : toProblems(outline.root, remarkChannels(outline))
    expect(remarks.map(({ line, path, remedy }) => ({ line, path, remedy }))).toEqual([
      { line: 3, path: 'channels.board', remedy: 'Add "routes: [{ to: board }]".' },
    ])
  })

  it('come to what the worker goes by: every default filled in', () => {
    const { document } = check(TEAM, 'routes: [{ to: team, digest: "08:00", remind: 4h }]')
    expect(document && resolveMessages(document)).toEqual({
      channels: [{ key: 'team', kind: 'slack', budget: null, settings: { url: '${SLACK_URL}' } }],
      routes: [
        {
          to: ['team'],
          groups: [],
          feeds: [],
          owners: [],
          severity: null,
          place: null,
          events: ['incidents'],
          zone: 'America/New_York',
          quiet: null,
          digest: ['08:00'],
          remindMs: 4 * HOUR_MS,
        },
      ],
    })
    const { document: without } = check()
    expect(without && resolveMessages(without)).toEqual({})
  })

  it('are known to editors, each kind with its settings', () => {
    const schema = JSON.stringify(catalogueJsonSchema(CONTRACTS))
    expect(schema).toContain('"const":"slack"')
    expect(schema).toContain('"smtp"')
  })
})
