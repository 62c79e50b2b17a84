import { describe, expect, it } from 'vitest'
import type { CatalogueProblem } from '#lib/catalogue/catalogue.ts'
import { parseCatalogue } from '#lib/catalogue/parse/merge-files.ts'
import { campusCatalogue, campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'
import { checkCatalogue } from './check-catalogue.ts'

function problemsOf(...texts: string[]): CatalogueProblem[] {
  const files = texts.map((text, i) => ({ file: texts.length === 1 ? 'tidemark.yaml' : `${i + 1}.yaml`, text }))
  return checkCatalogue(parseCatalogue(files), campusContracts).problems
}

const said = (problems: readonly CatalogueProblem[]) => problems.map((p) => `${p.line}:${p.column} ${p.path} | ${p.problem} | ${p.remedy}`)

/** Line 1 is the page, then the given lines. */
const withPage = (text: string) => `page: { name: Campus, zone: America/New_York }\n${text}`

describe('a good catalogue', () => {
  it('has no problems', () => {
    expect(problemsOf(campusCatalogue)).toEqual([])
  })

  it('may be as small as a page', () => {
    expect(problemsOf(withPage(''))).toEqual([])
  })
})

describe('every problem is reported at once', () => {
  it('in the order of the lines, each with its place and what to do', () => {
    const text = `acess: public
page: { name: "", zone: America/NewYork, readyBy: 8 }
calendars:
  campus: { weekdays: mon-fryday, holidays: [2026-02-30] }
connections:
  lake: { kind: postgress, url: "\${LAKE}" }
  ps: { kind: peoplesoft, baseUrl: "\${PS}", user: me, pasword: x, timeoutSeconds: 0 }
groups:
  records:
    feeds:
      terms:
        polcy: { kind: none }
        policy: { kind: deadline, cron: "0 25 * * *", grace: 2h, staleAfter: soon, calendar: campis }
        assets:
          lake/a: { from: lake/b, promised: maybe }
          lakee/b: {}
          no-slash: {}
flows:
  terms: {}
`
    expect(said(problemsOf(text))).toEqual([
      '1:1 acess | There is no setting "acess" here. | Did you mean "access"?',
      '2:15 page.name | "name" must not be empty. | Correct it, or take the line out.',
      '2:25 page.zone | "America/NewYork" is not an IANA time zone. | Did you mean "America/New_York"?',
      '2:51 page.readyBy | "readyBy" must be text. | Write a time of day between quotes, such as "08:00".',
      '4:23 calendars.campus.weekdays | "mon-fryday" is not a range or list of weekdays, such as mon-fri. | Write mon-fri, or a list such as [mon, wed, fri].',
      '4:46 calendars.campus.holidays[0] | "2026-02-30" is not a date such as 2026-12-25. | Write dates as ["2026-11-26", "2026-12-25"].',
      '6:17 connections.lake.kind | There is no connector "postgress". | Did you mean "postgres"?',
      '7:3 connections.ps.password | "password" is missing. | Add "password" here.',
      '7:55 connections.ps.pasword | There is no setting "pasword" here. | Did you mean "password"?',
      '7:83 connections.ps.timeoutSeconds | "timeoutSeconds" must be at least 1. | Correct it, or take the line out.',
      '12:9 groups.records.feeds.terms.polcy | There is no setting "polcy" here. | Did you mean "policy"?',
      '13:41 groups.records.feeds.terms.policy.cron | "0 25 * * *" is not a cron line of five fields, such as "0 2 * * *". | Write five fields between quotes, such as "0 2 * * *" for 02:00 every day.',
      '13:78 groups.records.feeds.terms.policy.staleAfter | "soon" is not a duration. | Write one such as 45m, 1h30m or 2d.',
      '13:94 groups.records.feeds.terms.policy.calendar | There is no calendar "campis". | Did you mean "campus"?',
      '15:27 groups.records.feeds.terms.assets.lake/a.from | There is no asset "lake/b". | Did you mean "lakee/b"?',
      '15:45 groups.records.feeds.terms.assets.lake/a.promised | "promised" must be true or false. | Write true or false.',
      '16:11 groups.records.feeds.terms.assets.lakee/b | There is no connection "lakee". | Did you mean "lake"?',
      '17:11 groups.records.feeds.terms.assets.no-slash | "no-slash" is not an asset: write <connection>/<path>, such as lake/term_raw.term_data. | Correct it, or take the line out.',
      '19:3 flows.terms | There is no flow "terms". | Did you mean "term"?',
    ])
  })
})

describe('a secret written in clear', () => {
  const text = withPage(`connections:
  ps: { kind: peoplesoft, baseUrl: "https://ps.example/x?apikey=hunter2", user: me, password: hunter2 }
  lake: { kind: postgres, url: "postgres://app:hunter2@db.example/lake" }
tell:
  webhook: { url: "\${HOOK}", secret: hunter2 }
`)

  it('is refused with the reference to write instead', () => {
    expect(said(problemsOf(text))).toEqual([
      '3:36 connections.ps.baseUrl | "baseUrl" is an address with a password or token written in clear. | Put the value into .env as PS_BASE_URL=… and write "${PS_BASE_URL}" here, or "file:/path" to a secret file.',
      '3:95 connections.ps.password | "password" is a secret written in clear. | Put the value into .env as PS_PASSWORD=… and write "${PS_PASSWORD}" here, or "file:/path" to a secret file.',
      '4:32 connections.lake.url | "url" is an address with a password or token written in clear. | Put the value into .env as LAKE_URL=… and write "${LAKE_URL}" here, or "file:/path" to a secret file.',
      '6:38 tell.webhook.secret | "secret" is a secret written in clear. | Put the value into .env as WEBHOOK_SECRET=… and write "${WEBHOOK_SECRET}" here, or "file:/path" to a secret file.',
    ])
  })

  it('is never repeated in a message, whatever else is wrong with it', () => {
    const broken = [
      text.replace('kind: postgres', 'kind: postgres, port: hunter2'),
      text.replace('secret: hunter2', 'secret: hunter2: x'),
      `${text}  hunter2`,
      'hunter2',
    ]
    for (const each of broken) expect(JSON.stringify(problemsOf(each))).not.toContain('hunter2')
  })
})

describe('several files', () => {
  it('are one catalogue', () => {
    expect(
      problemsOf(withPage('groups: { a: { feeds: { x: {} } } }\n'), 'groups: { a: { feeds: { y: {} } }, b: {} }\n', '# nothing yet\n'),
    ).toEqual([])
  })

  it('that declare the same thing are told so, with both places', () => {
    const problems = problemsOf(
      withPage('groups:\n  a: { name: A, feeds: { x: {} } }\n'),
      'page: {}\ngroups:\n  a:\n    name: B\n    feeds:\n      x: {}\n',
    )
    expect(problems.map((p) => `${p.file}:${p.line} ${p.path} | ${p.problem} | ${p.remedy}`)).toEqual([
      '2.yaml:1 page | "page" is already declared in 1.yaml, line 1. | Keep it in one file.',
      '2.yaml:4 groups.a.name | "name" is already declared in 1.yaml, line 3. | Keep it in one file.',
      '2.yaml:6 groups.a.feeds.x | "x" is already declared in 1.yaml, line 3. | Keep it in one file.',
    ])
  })

  it('keep their own names in problems', () => {
    const problems = problemsOf(withPage(''), 'groups:\n  a:\n    nme: A\n')
    expect(problems.map((p) => `${p.file}:${p.line}`)).toEqual(['2.yaml:3'])
  })
})
