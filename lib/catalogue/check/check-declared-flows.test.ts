import { describe, expect, it } from 'vitest'
import { problemsIn } from '#lib/testing/catalogues/catalogue-texts.ts'
import {
  declaredFlowCatalogue,
  declaredFlowContracts,
  LIBRARY_FILE,
  PARKING_PERMITS,
} from '#lib/testing/catalogues/declared-flow-catalogue.ts'

const problems = (flows: string, more = '') => problemsIn(declaredFlowCatalogue(flows, more), declaredFlowContracts)
/** The permits with one piece of text changed. */
const changed = (from: string, to: string) => {
  expect(PARKING_PERMITS).toContain(from)
  return problems(PARKING_PERMITS.replace(from, to))
}
const delivered = (from: string, to: string) => {
  expect(LIBRARY_FILE).toContain(from)
  return problems(`${PARKING_PERMITS}${LIBRARY_FILE.replace(from, to)}`)
}
const without = (line: string) => changed(PARKING_PERMITS.split('\n').find((text) => text.includes(line)) ?? line, '')

describe('a flow without code', () => {
  it('is good as the README has it, in at most twelve lines', () => {
    expect(problems(PARKING_PERMITS)).toEqual([])
    expect(problems(`${PARKING_PERMITS}${LIBRARY_FILE}`)).toEqual([])
    expect(PARKING_PERMITS.trimEnd().split('\n').length).toBeLessThanOrEqual(12)
  })

  it('needs a time', () => {
    expect(without('schedule')).toEqual([
      'tidemark.yaml:10:3 flows.parking-permits | "parking-permits" has no "schedule" and no "on". | Say when it runs: schedule: "20 4 * * *", or what asks for it: "on".',
    ])
  })

  it('needs something to do with what it reads', () => {
    expect(without('load:')[0]).toMatch(/"parking-permits" reads and does nothing with it\. \| Add "load: \{ into: lake/)
  })

  it('does one thing with what it reads', () => {
    const both = problems(`${PARKING_PERMITS}    deliver: { to: library_sftp/a.csv, format: csv }\n`)
    expect(both).toEqual([expect.stringMatching(/^tidemark.yaml:10:3 .*both loads and delivers\. \| Make two flows of it/)])
  })

  it('needs what it reads', () => {
    const [first] = without('extract')
    expect(first).toMatch(/"parking-permits" has no "extract"\. \| Add what is read/)
  })

  it('may not have the name of a flow with code', () => {
    expect(problems(PARKING_PERMITS.replace('parking-permits', 'term'))).toContainEqual(
      expect.stringMatching(/:11:5 flows.term.feed \| "term" is a flow with code, so "feed" means nothing here\. \| Give the flow without/),
    )
  })

  it('names its connections itself', () => {
    expect(changed('schedule:', 'connections: { lake: lake }\n    schedule:')).toEqual([
      expect.stringMatching(/A flow without code has no "connections"\. \| Take it out/),
    ])
    expect(changed('schedule:', 'parameters: { shrinkRatio: 0.1 }\n    schedule:')).toEqual([
      expect.stringMatching(/A flow without code has no "parameters"\./),
    ])
  })

  it.each([
    ['a slip in its own keys', 'schedule:', 'shedule:', 'shedule'],
    ['a slip in load', 'mode:', 'mod:', 'mod'],
    ['a slip in a column', 'type: date', 'typ: date', 'typ'],
  ])('is not good with %s', (_what, from, to, key) => {
    expect(changed(from, to)).toContainEqual(expect.stringContaining(`"${key}"`))
  })

  it('waits for other flows, and a declared flow may be waited for', () => {
    expect(delivered('schedule:', 'after: [parking-permits]\n    schedule:')).toEqual([])
    expect(delivered('schedule:', 'after: [parking-permit]\n    schedule:')).toEqual([
      expect.stringContaining('Did you mean "parking-permits"?'),
    ])
  })
})

describe('what it reads', () => {
  it('must come from a connection there is', () => {
    expect(changed('parking_api/permits', 'parkin_api/permits')).toEqual([
      'tidemark.yaml:13:22 flows.parking-permits.extract.from | There is no connection "parkin_api". | Did you mean "parking_api"?',
    ])
  })

  it('must come from a connector that can be read', () => {
    expect(changed('parking_api/permits, format: json, records: data', 'library_sftp/permits.csv')).toEqual([
      'tidemark.yaml:13:22 flows.parking-permits.extract.from | Nothing can be read from "library_sftp": its connector only watches. | Connections of these kinds can: postgres, http, terms, store.',
    ])
  })

  it('is asked for in the connector’s own words, the path of the asset among them', () => {
    expect(changed('format: json', 'format: xml')).toEqual([
      expect.stringMatching(/extract.format \| "xml" is not a format there is\. \| There is: json, csv/),
    ])
    expect(changed('records:', 'recrds:')).toEqual([
      expect.stringMatching(/There is no setting "recrds" here\. \| Did you mean "records"\?/),
    ])
    expect(changed('parking_api/permits, format: json, records: data', 'registrar/terms')).toEqual([
      expect.stringMatching(/flows.parking-permits.extract.term \| "term" is missing\./),
    ])
    expect(changed('parking_api/permits, format: json, records: data', 'registrar/terms, term: "2261"')).toEqual([])
    expect(changed('records: data', 'records: data, path: v2/permits')).toEqual([])
  })

  it('holds no reference: what is secret belongs to the connection', () => {
    expect(changed('records: data', 'records: data, paging: { page: "${PAGE}" }')).toEqual([
      expect.stringMatching(/extract.paging.page \| A reference means nothing here\. \| Write the value; what is secret/),
    ])
  })
})

describe('what it makes of a record', () => {
  it.each([
    ['A', 'begin with a small letter'],
    ['loaded_at', 'Tidemark or PostgreSQL fills it itself'],
    ['xmin', 'Tidemark or PostgreSQL fills it itself'],
    ['"two words"', 'begin with a small letter'],
  ])('has no column %s', (column, words) => {
    expect(changed('plate:', `${column}:`)).toContainEqual(expect.stringMatching(new RegExp(words, 'i')))
  })

  it('has types there are, with what belongs to them', () => {
    expect(changed('type: date', 'type: day')).toEqual([expect.stringContaining('"day" is not a type there is')])
    expect(changed('type: date', 'type: date, epoch: ms')).toEqual([
      expect.stringMatching(/valid_until.epoch \| "epoch" is for columns of type timestamp\./),
    ])
    expect(changed('type: date', 'type: timestamp, zone: Europe/Berlin, epoch: ms')).toEqual([])
    expect(changed('type: date', 'type: timestamp, zone: Europe/Berln')).toEqual([expect.stringContaining('Did you mean "Europe/Berlin"?')])
  })

  it('has defaults that fit', () => {
    expect(changed('type: date', 'type: date, default: 2026-12-31')).toEqual([])
    expect(changed('type: date', 'type: date, default: null')).toEqual([])
    expect(changed('type: date', 'type: date, default: never')).toEqual([
      expect.stringMatching(/valid_until.default \| The default of "valid_until" reads like "aaaaa", not a date such as/),
    ])
  })

  it('may call a column token: the names of columns are no secrets', () => {
    expect(changed('plate: vehicle.plate', 'parking_token: vehicle.plate')).toEqual([])
  })
})

describe('what it loads', () => {
  it.each([
    ['lake/Parking.permits', 'is not a table a flow without code can load into'],
    ['lake/permits', 'is not a table a flow without code can load into'],
    ['lake/a.b.c', 'is not a table a flow without code can load into'],
    ['parking_api/parking.permits', 'is not a table a flow without code can load into'],
    ['lake/tidemark.flow_fence', 'The schema "tidemark" belongs to Tidemark itself'],
    ['lake/pg_catalog.pg_class', 'The schema "pg_catalog" belongs to the server'],
    ['lake/term_xform.permits', 'The schema "term_xform" belongs to the flow "term"'],
    ['lake/course_raw.permits', 'The schema "course_raw" belongs to the flow "course"'],
  ])('does not go into %s', (into, words) => {
    expect(changed('lake/parking.permits', into)).toEqual([expect.stringContaining(words)])
  })

  it('does not go back to where it came from', () => {
    const flow = PARKING_PERMITS.replace('parking_api/permits, format: json, records: data', 'lake/parking.permits')
    expect(problems(flow)).toContainEqual(expect.stringContaining('"parking-permits" loads into what it reads'))
  })

  it('needs a lake', () => {
    const text = declaredFlowCatalogue(PARKING_PERMITS).replace(/^ {2}lake:.*\n/m, '')
    expect(problemsIn(text, declaredFlowContracts)).toEqual([
      expect.stringMatching(/load.into \| There is no connection "lake"\. \| Declare it under "connections": lake: \{ kind: postgres/),
    ])
  })

  it('needs a key to merge by, of columns there are', () => {
    expect(changed(', key: permit_id', '')).toEqual([expect.stringMatching(/flows.parking-permits.load \| "merge" needs a "key"\./)])
    expect(changed('key: permit_id', 'key: permitid')).toEqual([
      expect.stringMatching(/load.key \| "select" makes no column "permitid"\. \| Did you mean "permit_id"\?/),
    ])
    expect(changed('key: permit_id', 'key: [permit_id, plat]')).toEqual([expect.stringMatching(/load.key\[1\] .*Did you mean "plate"\?/)])
  })

  it('takes no settings that another mode has', () => {
    expect(changed('mode: merge', 'mode: append')).toEqual([expect.stringMatching(/load.key \| "key" has no effect with "append"\./)])
    expect(changed('key: permit_id', 'key: permit_id, shrinkRatio: 0.2')).toEqual([
      expect.stringContaining('"shrinkRatio" has no effect with "merge"'),
    ])
    expect(changed('mode: merge', 'mode: replace, shrinkRatio: 0.2, allowEmpty: true')).toEqual([])
    expect(changed('key: permit_id', 'key: permit_id, allowEmpty: true')).toEqual([])
    expect(changed('mode: merge', 'mode: replace, shrinkRatio: 2')).toEqual([expect.stringContaining('must be between 0 and 1')])
  })

  it('is not what another flow writes', () => {
    expect(problems(`${PARKING_PERMITS}${PARKING_PERMITS.replace('parking-permits', 'permits-again')}`)).toEqual([
      expect.stringMatching(/The flows "parking-permits" and "permits-again" both write "lake\/parking.permits"\./),
    ])
  })

  it('does not go in a circle', () => {
    const there = 'a: { feed: g/a, schedule: "0 1 * * *", extract: { from: lake/x.a }, load: { into: lake/x.b } }'
    const back = 'b: { feed: g/b, schedule: "0 1 * * *", extract: { from: lake/x.b }, load: { into: lake/x.a } }'
    expect(problems(`  ${there}\n  ${back}\n`)).toEqual([
      expect.stringMatching(/^tidemark.yaml:10:.*These are made from each other: lake\/x.* Let one of the flows/),
    ])
  })
})

it('tells everything that is wrong at once, in the order of the lines', () => {
  const flow = PARKING_PERMITS.replace('format: json', 'format: xml')
    .replace('type: date', 'type: day')
    .replace('merge', 'mrge')
    .replace(/ {4}schedule.*\n/, '')
  const lines = problems(flow).map((line) => line.split(' ')[1])
  expect(lines).toEqual([
    'flows.parking-permits',
    'flows.parking-permits.extract.format',
    'flows.parking-permits.select.valid_until.type',
    'flows.parking-permits.load.mode',
  ])
})
