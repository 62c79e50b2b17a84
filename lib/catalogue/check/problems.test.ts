import { describe, expect, it } from 'vitest'
import type { CatalogueProblem } from '#lib/catalogue/catalogue.ts'
import { parseCatalogue } from '#lib/catalogue/parse/merge-files.ts'
import { campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'
import { checkCatalogue } from './check-catalogue.ts'

function problemsOf(text: string): CatalogueProblem[] {
  return checkCatalogue(parseCatalogue([{ file: 'tidemark.yaml', text }]), campusContracts).problems
}

const said = (problems: readonly CatalogueProblem[]) => problems.map((p) => `${p.line}:${p.column} ${p.path} | ${p.problem} | ${p.remedy}`)

/** Line 1 is the page, then the given lines. */
const withPage = (text: string) => `page: { name: Campus, zone: America/New_York }\n${text}`

/** Lines 1 to 6; the given lines follow as assets of the feed "f", six spaces deep. */
const withAssets = (...lines: string[]) =>
  withPage(
    [
      'connections: { lake: { kind: postgres, url: "${LAKE}" } }',
      'groups:',
      '  g:',
      '    feeds:',
      '      f:',
      '        assets:',
      ...lines.map((l) => `          ${l}`),
      '',
    ].join('\n'),
  )

const cases: { name: string; text: string; says: string[] }[] = [
  {
    name: 'a page that is missing',
    text: 'access: public\n',
    says: ['1:1 page | "page" is missing. | Add "page: { name: Campus data, zone: America/New_York }".'],
  },
  {
    name: 'a policy of an unknown kind',
    text: withAssets('lake/a: { policy: { kind: deadlin, cron: "0 1 * * *" } }'),
    says: ['8:37 groups.g.feeds.f.assets.lake/a.policy.kind | "deadlin" is not a kind there is. | Did you mean "deadline"?'],
  },
  {
    name: 'a policy without a kind',
    text: withAssets('lake/a: { policy: { cron: "0 1 * * *" } }'),
    says: [
      '8:21 groups.g.feeds.f.assets.lake/a.policy.kind | "kind" is missing. | Add "kind", one of: calendar-days, age, deadline, upstream, none.',
    ],
  },
  {
    name: 'a policy that is text',
    text: withAssets('lake/a: { policy: daily }'),
    says: [
      '8:29 groups.g.feeds.f.assets.lake/a.policy | "policy" must be a map of names to values or a list. | Write a map of names to values or a list.',
    ],
  },
  {
    name: 'a setting that belongs to another kind of policy',
    text: withAssets('lake/a: { policy: { kind: age, lateAfter: 1h, staleAftr: 2h, staleAfter: 3h } }'),
    says: ['8:57 groups.g.feeds.f.assets.lake/a.policy.staleAftr | There is no setting "staleAftr" here. | Did you mean "staleAfter"?'],
  },
  {
    name: 'the second policy of a list',
    text: withAssets('lake/a:', '  policy:', '    - { kind: none }', '    - { kind: age, lateAfter: 2d, staleAfter: 1d }'),
    says: [
      '11:57 groups.g.feeds.f.assets.lake/a.policy[1].staleAfter | "staleAfter" must be longer than lateAfter: warn before you fail. | Write a duration such as 45m, 1h30m or 2d.',
    ],
  },
  {
    name: 'a deadline that fails before it warns',
    text: withAssets('lake/a: { policy: { kind: deadline, cron: "0 1 * * *", grace: 2h, staleAfter: 1h } }'),
    says: [
      '8:89 groups.g.feeds.f.assets.lake/a.policy.staleAfter | "staleAfter" must be longer than grace: warn before you fail. | Write a duration such as 45m, 1h30m or 2d.',
    ],
  },
  {
    name: 'days that fail before they warn',
    text: withAssets('lake/a: { policy: { kind: calendar-days, lateAfterDays: 5, staleAfterDays: 5 } }'),
    says: [
      '8:86 groups.g.feeds.f.assets.lake/a.policy.staleAfterDays | "staleAfterDays" must be more than lateAfterDays: warn before you fail. | Correct it, or take the line out.',
    ],
  },
  {
    name: 'a number where a duration belongs',
    text: withAssets('lake/a: { blindAfter: 15 }'),
    says: ['8:33 groups.g.feeds.f.assets.lake/a.blindAfter | "blindAfter" must be text. | Write a duration such as 45m, 1h30m or 2d.'],
  },
  {
    name: 'looks without a pause between them',
    text: withPage('connections: { c: { kind: postgres, url: "${A}", probe: 0s } }'),
    says: ['2:57 connections.c.probe | "probe" must be at least 1s. | Write a duration such as 45m, 1h30m or 2d.'],
  },
  {
    name: 'a password replaced on no day, to be replaced never',
    text: withPage('connections: { c: { kind: postgres, url: "${A}", rotatedOn: 2026-13-01, maxAge: 0d } }'),
    says: [
      '2:61 connections.c.rotatedOn | "rotatedOn" is not a date. | Write one such as "2026-11-20".',
      '2:81 connections.c.maxAge | "maxAge" must be longer than nothing. | Write a duration such as 45m, 1h30m or 2d.',
    ],
  },
  {
    name: 'a deadline on days its calendar leaves out',
    text: `calendars: { work: { weekdays: mon-fri } }\n${withAssets('lake/a: { policy: { kind: deadline, cron: "0 1 * * sun", calendar: work } }')}`,
    says: [
      '9:53 groups.g.feeds.f.assets.lake/a.policy.cron | "0 1 * * sun" never falls on a day of the calendar "work". | Correct the days of one of the two.',
    ],
  },
  {
    name: 'sight that ends before the next look',
    text: withAssets('lake/a: { blindAfter: 5m }', 'lake/b: { blindAfter: 6m }'),
    says: [
      '8:33 groups.g.feeds.f.assets.lake/a.blindAfter | "blindAfter" must be longer than the 5 min between two looks at "lake". | Write a longer one, at best three times as long, or a shorter "probe" for the connection.',
    ],
  },
  {
    name: 'an asset in two feeds',
    text: `${withAssets('lake/a: {}')}  h:\n    feeds:\n      other: { assets: { lake/a: {} } }\n`,
    says: [
      '11:26 groups.h.feeds.other.assets.lake/a | "lake/a" is already in feed "f" (tidemark.yaml, line 8). | An asset lives in exactly one feed; elsewhere name it in a "from".',
    ],
  },
  {
    name: 'a feed key in two groups',
    text: `${withAssets('lake/a: {}')}  h: { feeds: { f: {} } }\n`,
    says: [
      '9:17 groups.h.feeds.f | The feed "f" is already declared in group "g" (tidemark.yaml, line 6). | Give one of them another key: a feed has one address on the page.',
    ],
  },
  {
    name: 'an asset made from itself',
    text: withAssets('lake/a: { from: [lake/a] }'),
    says: [
      '8:28 groups.g.feeds.f.assets.lake/a.from[0] | "lake/a" cannot be made from itself. | Name the asset before it, or take the line out.',
    ],
  },
  {
    name: 'an upstream nobody declares and nothing resembles',
    text: withAssets('lake/a: { from: warehouse/something_else }'),
    says: [
      '8:27 groups.g.feeds.f.assets.lake/a.from | There is no asset "warehouse/something_else". | Declare it in a feed, for example "warehouse/something_else: {}", or take it out of "from".',
    ],
  },
  {
    name: 'lineage in a circle',
    text: withAssets('lake/a: { from: lake/c }', 'lake/b: { from: lake/a }', 'lake/c: { from: [lake/b] }'),
    says: [
      '8:27 groups.g.feeds.f.assets.lake/a.from | These are made from each other: lake/a ← lake/c ← lake/b ← lake/a. | Take one of these out of a "from".',
    ],
  },
  {
    name: 'a setting the connector does not know',
    text: withAssets('lake/a: { colum: loaded_at, method: guess }'),
    says: [
      '8:21 groups.g.feeds.f.assets.lake/a.colum | There is no setting "colum" here. | Did you mean "column"?',
      '8:47 groups.g.feeds.f.assets.lake/a.method | "guess" is not a method there is. | There is: column, metadata.',
    ],
  },
  {
    name: 'a former key that is still declared, and one taken twice',
    text: withAssets('lake/a: { was: lake/b }', 'lake/b: { was: lake/old }', 'lake/c: { was: lake/old }'),
    says: [
      '8:26 groups.g.feeds.f.assets.lake/a.was | "lake/b" is still declared, so it cannot have been renamed. | Take out "was", or the old asset.',
      '10:26 groups.g.feeds.f.assets.lake/c.was | "lake/old" was already renamed to "lake/b". | One history can move to one asset only: take one "was" out.',
    ],
  },
  {
    name: 'a former key of a feed or group that is still declared, or taken twice',
    text: withPage('groups:\n  a: { was: b, feeds: { x: { was: y }, z: { was: y } } }\n  b: {}\n'),
    says: [
      '3:13 groups.a.was | "b" is still declared, so it cannot have been renamed. | Take out "was", or the old group.',
      '3:50 groups.a.feeds.z.was | "y" was already renamed to "x". | One history can move to one feed only: take one "was" out.',
    ],
  },
  {
    name: 'keys that could not be addresses',
    text: withPage('groups:\n  "2261": {}\n  a/b: { feeds: { "übung": {} } }\n'),
    says: [
      '3:3 groups.2261 | "2261" cannot be used as a key: begin with a letter and use letters, digits, "-" and "_". | Correct it, or take the line out.',
      '4:3 groups.a/b | "a/b" cannot be used as a key: begin with a letter and use letters, digits, "-" and "_". | Correct it, or take the line out.',
    ],
  },
  {
    name: 'a flow without its connection',
    text: withPage('flows:\n  term:\n'),
    says: [
      '3:3 flows.term | The flow "term" needs a connection "peoplesoft". | Declare it under "connections", or say which one to use: "connections: { peoplesoft: … }".',
    ],
  },
  {
    name: 'flows whose overrides lead nowhere',
    text: withPage(
      'connections:\n  ps: { kind: peoplesoft, baseUrl: "${A}", user: "${B}", password: "${C}" }\nflows:\n  term: { connections: { peoplesoft: pss }, timezone: Mars/Olympus }\n  course: { after: [terms, course], connections: { peoplesof: ps, peoplesoft: ps }, rejectTolerance: 2, parameters: { term: ["1"] } }\n',
    ),
    says: [
      '5:38 flows.term.connections.peoplesoft | There is no connection "pss". | Did you mean "ps"?',
      '5:55 flows.term.timezone | "Mars/Olympus" is not an IANA time zone. | Write one such as America/New_York.',
      '6:21 flows.course.after[0] | The catalogue names no flow "terms" to wait for. | Did you mean "term"?',
      '6:28 flows.course.after[1] | The flow "course" cannot wait for itself. | Take it out of "after".',
      '6:52 flows.course.connections.peoplesof | The flow "course" uses no connection "peoplesof". | Did you mean "peoplesoft"?',
      '6:102 flows.course.rejectTolerance | "rejectTolerance" must be between 0 and 1. | Write a share such as 0.01 for 1 %.',
      '6:119 flows.course.parameters.term | There is no setting "term" here. | Did you mean "terms"?',
    ],
  },
  {
    name: 'flows that wait for each other',
    text: withPage(
      'connections: { peoplesoft: { kind: peoplesoft, baseUrl: "${A}", user: "${B}", password: "${C}" } }\nflows:\n  term: { after: [course] }\n  course: {}\n',
    ),
    says: ['4:11 flows.term.after | These flows wait for each other: term → course → term. | Take one of them out of an "after".'],
  },
  {
    name: 'half an address of a channel',
    text: withPage('tell:\n  email: { to: data, from: a@b.example, smtp: "${SMTP}" }\n  webhook: { url: "ftp://x" }\n'),
    says: [
      '3:16 tell.email.to | "to" is not an e-mail address. | Correct it, or take the line out.',
      '4:3 tell.webhook.secret | "secret" is missing. | Add "secret" here.',
      '4:19 tell.webhook.url | "url" is not a web address. | Begin with https:// or http://, or write a reference such as "${WEBHOOK_URL}".',
    ],
  },
]

describe('a problem names its place and its remedy', () => {
  it.each(cases)('$name', ({ text, says }) => {
    expect(said(problemsOf(text))).toEqual(says)
  })
})
