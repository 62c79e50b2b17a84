import { describe, expect, it } from 'vitest'
import type { Catalogue, CatalogueAsset } from '#lib/catalogue/catalogue.ts'
import { checkCatalogue } from '#lib/catalogue/check/check-catalogue.ts'
import { parseCatalogue } from '#lib/catalogue/parse/merge-files.ts'
import { promiseInWords } from '#lib/domain/freshness/policies/policy-kinds.ts'
import { campusCatalogue, campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'
import { keyInWords, resolveCatalogue } from './resolve.ts'

const HOUR = 3_600_000

function resolve(text: string): Catalogue {
  const parsed = parseCatalogue([{ file: 'tidemark.yaml', text }])
  const { document, problems } = checkCatalogue(parsed, campusContracts)
  if (document === null || parsed.root === null) throw new Error(JSON.stringify(problems, null, 1))
  return resolveCatalogue(document, parsed.root, campusContracts)
}

const campus = resolve(campusCatalogue)

function asset(key: string, catalogue = campus): CatalogueAsset {
  const found = catalogue.assets.find((a) => a.key === key)
  if (found === undefined) throw new Error(`no ${key}`)
  return found
}

/** A page and the given assets in feed "f" of group "g", whose own keys come first. */
function withAssets(
  assets: string,
  options: { page?: string; connection?: string; group?: string; feed?: string; flows?: string } = {},
): Catalogue {
  return resolve(`page: { name: P, zone: America/New_York${options.page ?? ''} }
connections:
  lake: { kind: postgres, url: "\${LAKE}"${options.connection ?? ''} }
  slow: { kind: postgres, probe: 1h, url: "\${SLOW}" }
  peoplesoft: { kind: peoplesoft, baseUrl: "\${A}", user: "\${B}", password: "\${C}" }
flows: { ${options.flows ?? ''} }
groups: { g: { ${options.group ?? ''}feeds: { f: { ${options.feed ?? ''}assets: { ${assets} } } } } }
`)
}

describe('the campus catalogue', () => {
  it('has its page, channels and connections, defaults filled in', () => {
    expect(campus.page).toEqual({
      name: 'Campus data',
      zone: 'America/New_York',
      readyBy: '08:00',
      url: 'http://localhost:3000',
      demo: false,
    })
    expect(campus.tell.heartbeat).toEqual({ url: '${HEARTBEAT_URL}', everyMs: 60_000 })
    expect(campus.connections.map((c) => [c.key, c.kind, c.probeEveryMs])).toEqual([
      ['peoplesoft', 'peoplesoft', 300_000],
      ['lake', 'postgres', 60_000],
    ])
    expect(campus.connections[1]?.settings).toEqual({ url: '${LAKE_DATABASE_URL}' })
    expect(campus.connections.map((c) => [c.rotatedOn, c.maxAgeMs / (24 * HOUR)])).toEqual([
      [null, 365],
      [null, 365],
    ])
  })

  it('names groups and feeds after their keys unless they have a name', () => {
    expect(campus.groups).toEqual([{ key: 'student-records', name: 'Student records', description: null }])
    expect(campus.feeds.map((feed) => feed.name)).toEqual(['Terms', 'Courses'])
    expect(keyInWords('snow_removal-2')).toBe('Snow removal 2')
  })

  it('keeps a feed as it was written, with its place', () => {
    const source = campus.feeds[0]?.source
    expect(source?.line).toBe(campusCatalogue.split('\n').indexOf('      terms:') + 1)
    expect(source?.yaml).toMatch(/^terms:\n {2}name: Terms\n/)
    expect(source?.yaml).toContain('\n  # Loaded every night by 01:45; red when a whole day is missing.\n')
    expect(source?.yaml).toMatch(/\n {6}was: lake\/term_curated.terms$/)
  })

  it('promises in words what its promised assets promise', () => {
    const [policy] = asset('lake/term_curated.term_data_by_service').policies
    expect(campus.feeds[0]?.promise).toBe(policy && promiseInWords(policy))
  })

  it('knows since when a connection has its password and how long it may keep it', () => {
    const catalogue = withAssets('', { connection: ', rotatedOn: 2026-11-20, maxAge: 90d' })
    expect(catalogue.connections[0]).toMatchObject({ rotatedOn: '2026-11-20', maxAgeMs: 90 * 24 * HOUR, settings: { url: '${LAKE}' } })
  })

  it('keeps a flow as it was written, with its place', () => {
    const line = campusCatalogue.split('\n').indexOf('  term:') + 1
    expect(campus.flows.map((flow) => flow.source)).toEqual([
      { file: 'tidemark.yaml', line, yaml: 'term:' },
      { file: 'tidemark.yaml', line: line + 1, yaml: 'course: { schedule: "30 2 * * *", parameters: { terms: ["2261"] } }' },
    ])
  })

  it('wakes the flows it names, with what it overrides', () => {
    expect(campus.flows.map((flow) => [flow.name, flow.cron, flow.after, flow.rejectTolerance])).toEqual([
      ['term', '0 1 * * *', [], 0.01],
      ['course', '30 2 * * *', ['term'], 0.02],
    ])
    expect(campus.flows[1]?.parameters).toEqual({ terms: ['2261'] })
  })
})

describe('policies', () => {
  const policy = '{ kind: age, lateAfter: 1h, staleAfter: 2h }'

  it('are inherited from the nearest of asset, feed and group', () => {
    const group = 'policy: { kind: age, lateAfter: 3h, staleAfter: 4h }, '
    const inherited = withAssets(`lake/a: {}, lake/b: { policy: ${policy} }`, { group })
    expect(inherited.assets.map((a) => a.policies[0])).toMatchObject([{ lateAfterMs: 3 * HOUR }, { lateAfterMs: HOUR }])
    const nearer = withAssets('lake/a: {}', { group, feed: `policy: ${policy}, ` })
    expect(asset('lake/a', nearer).policies).toMatchObject([{ lateAfterMs: HOUR }])
  })

  it('are today and a hundred days when nobody declares one', () => {
    expect(asset('lake/a', withAssets('lake/a: {}')).policies).toEqual([
      { kind: 'calendar-days', clock: null, zone: 'America/New_York', calendar: null, lateAfterDays: 1, staleAfterDays: 100, by: '08:00' },
    ])
  })

  it('of a deadline turn stale a day after grace unless they say otherwise', () => {
    const catalogue = withAssets('lake/a: { policy: { kind: deadline, cron: "0 1 * * *", grace: 45m, zone: Europe/Berlin } }')
    expect(asset('lake/a', catalogue).policies).toEqual([
      {
        kind: 'deadline',
        clock: null,
        zone: 'Europe/Berlin',
        calendar: null,
        cron: '0 1 * * *',
        graceMs: 0.75 * HOUR,
        staleAfterMs: 24.75 * HOUR,
        opensBeforeMs: null,
        writer: null,
      },
    ])
  })

  it.each([
    ['the page, where no flow writes', '', '', '08:00'],
    ['the page of those who start earlier', ', readyBy: "06:15"', '', '06:15'],
    ["the flow's hour and the time it may take", '', 'term: {}', '01:30'],
    ['the schedule as the catalogue overrides it', '', 'term: { schedule: "15 5 * * *", timeout: 2h }', '07:15'],
    ['the first of several ticks a day', '', 'term: { schedule: "0 4,16 * * *" }', '04:30'],
    ['no more than four hours after it', '', 'term: { timeout: 20h }', '05:00'],
    ['the end of the day, not the next one', '', 'term: { schedule: "45 23 * * *" }', '23:59'],
    ["the flow's zone brought into the policy's", '', 'term: { timezone: Europe/London, schedule: "0 8 * * *" }', '03:30'],
  ])('count days from the hour of %s', (_name, page, flows, by) => {
    const catalogue = withAssets('lake/term_raw.term_data: {}', { page, flows })
    expect(asset('lake/term_raw.term_data', catalogue).policies).toMatchObject([{ by }])
  })

  it('know their business calendar', () => {
    const [first] = asset('lake/course_curated.sections').policies
    expect(first).toMatchObject({ calendar: { weekdays: [1, 2, 3, 4, 5], holidays: ['2026-11-26', '2026-11-27'] } })
  })

  it.each([
    ['mon-fri', [1, 2, 3, 4, 5]],
    ['sun-thu', [1, 2, 3, 4, 7]],
    ['Sat, sun', [6, 7]],
    ['[wed, mon]', [1, 3]],
    ['mon', [1]],
  ])('count the weekdays of %s', (written, weekdays) => {
    const catalogue = resolve(`page: { name: P, zone: UTC }
calendars: { c: { weekdays: ${/,.*[^\]]$/.test(written) ? `"${written}"` : written} } }
connections: { lake: { kind: postgres, url: "\${LAKE}" } }
groups: { g: { feeds: { f: { assets: { lake/a: { policy: { kind: calendar-days, calendar: c } } } } } } }
`)
    expect(asset('lake/a', catalogue).policies).toMatchObject([{ calendar: { weekdays } }])
  })
})

describe('evidence', () => {
  it('is the ledger where a flow writes and loads are judged', () => {
    expect(asset('lake/course_raw.course_data').blindAfterMs).toBeNull()
    const inert = withAssets('lake/term_raw.term_data: {}')
    expect(asset('lake/term_raw.term_data', inert)).toMatchObject({ flow: null, blindAfterMs: 900_000 })
  })

  it('is a look where another clock is judged too', () => {
    const both = '[{ kind: calendar-days }, { kind: age, clock: dataThroughAt, lateAfter: 1d, staleAfter: 2d }]'
    const catalogue = withAssets(`lake/term_raw.term_data: { policy: ${both} }`, { flows: 'term: {}' })
    expect(asset('lake/term_raw.term_data', catalogue)).toMatchObject({ flow: 'term', blindAfterMs: 900_000 })
  })

  it('is too old after three looks, after five minutes at least, or when the catalogue says', () => {
    const catalogue = withAssets('lake/a: {}, slow/b: {}, slow/c: { blindAfter: 90m }')
    expect(catalogue.assets.map((a) => a.blindAfterMs)).toEqual([900_000, 3 * HOUR, 1.5 * HOUR])
    expect(asset('lake/course_curated.sections').blindAfterMs).toBe(300_000)
  })
})

describe('lineage and promises', () => {
  it('comes from what is declared, else from what the flow reads', () => {
    expect(asset('lake/course_raw.course_data').upstream).toEqual([{ key: 'peoplesoft/COURSES', origin: 'flow' }])
    expect(asset('lake/term_raw.term_data').upstream).toEqual([{ key: 'peoplesoft/BU_TERM_QRY', origin: 'declared' }])
    expect(asset('peoplesoft/COURSES').upstream).toEqual([])
  })

  it('promises what nothing in its own feed is made from', () => {
    expect(campus.assets.filter((a) => a.promised).map((a) => a.key)).toEqual([
      'lake/term_curated.term_data_by_service',
      'lake/course_curated.sections',
    ])
  })

  it('lets the catalogue promise otherwise', () => {
    const catalogue = withAssets('lake/a: { promised: true }, lake/b: { from: lake/a }, lake/c: { from: lake/a, promised: false }')
    expect(catalogue.assets.map((a) => a.promised)).toEqual([true, true, false])
  })

  it('follows a connection the catalogue maps for a flow', () => {
    const catalogue = resolve(`page: { name: P, zone: UTC }
connections:
  ps-test: { kind: peoplesoft, baseUrl: "\${A}", user: "\${B}", password: "\${C}" }
  warehouse: { kind: postgres, url: "\${LAKE}" }
flows: { term: { connections: { peoplesoft: ps-test, lake: warehouse } } }
groups: { g: { feeds: { f: { assets: { ps-test/BU_TERM_QRY: {}, warehouse/term_raw.term_data: {} } } } } }
`)
    expect(catalogue.flows[0]).toMatchObject({
      connections: { peoplesoft: 'ps-test', lake: 'warehouse' },
      reads: ['ps-test/BU_TERM_QRY'],
      writes: ['warehouse/term_raw.term_data', 'warehouse/term_xform.current_term_data', 'warehouse/term_curated.term_data_by_service'],
    })
    expect(asset('warehouse/term_raw.term_data', catalogue)).toMatchObject({
      flow: 'term',
      upstream: [{ key: 'ps-test/BU_TERM_QRY', origin: 'flow' }],
    })
  })

  it('lets a flow wait only for flows the catalogue names', () => {
    expect(withAssets('', { flows: 'course: {}' }).flows[0]?.after).toEqual([])
    expect(withAssets('', { flows: 'course: { after: [] }, term: {}' }).flows[0]?.after).toEqual([])
  })
})

describe('a large catalogue', () => {
  it('of ten thousand assets in chains is resolved in a moment', () => {
    const feeds = Array.from({ length: 1000 }, (_, f) => {
      const assets = Array.from(
        { length: 10 },
        (_, a) => `          lake/f${f}.t${a}: { column: loaded_at${a > 0 ? `, from: lake/f${f}.t${a - 1}` : ''} }`,
      )
      return `      f${f}:\n        assets:\n${assets.join('\n')}`
    })
    const text = `page: { name: P, zone: UTC }\nconnections: { lake: { kind: postgres, url: "\${LAKE}" } }\ngroups:\n  g:\n    feeds:\n${feeds.join('\n')}\n`
    const catalogue = resolve(text)
    expect(catalogue.assets).toHaveLength(10_000)
    expect(catalogue.assets.filter((a) => a.promised)).toHaveLength(1000)
  })
})
