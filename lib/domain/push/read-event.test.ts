import { describe, expect, it } from 'vitest'
import { heartbeatSchema, lineageEventSchema, parseEventTime, problemsInWords } from './event-schema.ts'
import { readHeartbeat, readLineageEvent } from './read-event.ts'

const RUN = '01941f29-7c00-7aaa-8bbb-00000000000A'
const BASE = {
  eventTime: '2026-01-02T03:04:05.678Z',
  producer: 'https://example.test/etl',
  schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
}
const dataset = (own: object = {}) => ({ namespace: 'postgres://db:5432', name: 'lake.raw.people', ...own })
const read = (own: object) => readLineageEvent(lineageEventSchema.parse({ ...BASE, ...own }))
const runEvent = (own: object = {}) =>
  read({ eventType: 'COMPLETE', run: { runId: RUN }, job: { namespace: 'prefect', name: 'people' }, ...own })

describe('an event of a run', () => {
  it('tells its run, its kind and its time', () => {
    const { at, run, event } = runEvent()
    expect(at).toBe(Date.parse(BASE.eventTime))
    expect(run).toEqual({ namespace: 'prefect', job: 'people', runId: RUN.toLowerCase() })
    expect(event).toMatchObject({ type: 'COMPLETE', at, isStreaming: null, nominal: null, error: null, inputs: [], outputs: [] })
    expect(runEvent({ eventType: undefined }).event?.type).toBe('OTHER')
  })

  it('tells its facets, but for those it takes away', () => {
    const { event } = runEvent({
      run: { runId: RUN, facets: { nominalTime: { nominalStartTime: '2026-01-02T03:00:00Z' }, errorMessage: { message: 'disk full' } } },
      job: { namespace: 'prefect', name: 'people', facets: { jobType: { processingType: 'streaming' } } },
      inputs: [dataset({ inputFacets: { dataQualityMetrics: { lastUpdated: '2026-01-02T02:59:00Z' } } })],
      outputs: [
        dataset({
          outputFacets: { outputStatistics: { rowCount: 4821 } },
          facets: { lifecycleStateChange: { lifecycleStateChange: 'overwrite' } },
        }),
        dataset({ name: 'b', outputFacets: { outputStatistics: { rowCount: 1, _deleted: true } } }),
      ],
    })
    expect(event).toMatchObject({
      isStreaming: true,
      error: 'disk full',
      nominal: { start: Date.parse('2026-01-02T03:00:00Z'), end: null },
    })
    expect(event?.inputs[0]?.writtenAt).toBe(Date.parse('2026-01-02T02:59:00Z'))
    expect(event?.outputs.map(({ rows, lifecycle }) => [rows, lifecycle])).toEqual([
      [4821, 'OVERWRITE'],
      [null, null],
    ])
  })

  it('is read although a facet is none', () => {
    const { event, data } = runEvent({
      outputs: [
        dataset({
          outputFacets: { outputStatistics: 'many' },
          facets: { schema: { fields: [null, { name: 7 }, { name: 'id' }] }, symlinks: { identifiers: {} } },
        }),
      ],
    })
    expect(event?.outputs[0]?.rows).toBeNull()
    expect(data[0]?.facets).toEqual({ columns: [{ name: 'id', type: null, description: null }] })
  })

  it('tells what data are called and hold', () => {
    const facets = {
      schema: { fields: [{ name: 'id', type: 'int', description: 'The key.' }] },
      documentation: { description: 'People.' },
      symlinks: { identifiers: [{ namespace: 'glue', name: 'people', type: 'TABLE' }] },
    }
    expect(runEvent({ outputs: [dataset({ facets }), dataset({ name: '' })] }).data).toEqual([
      {
        ...dataset(),
        facets: {
          columns: [{ name: 'id', type: 'int', description: 'The key.' }],
          description: 'People.',
          aliases: [{ namespace: 'glue', name: 'people' }],
        },
      },
    ])
  })
})

it('an event of a job says what it reads and writes and nothing of a run; one of data only what they are', () => {
  const job = read({ job: { namespace: 'prefect', name: 'people' }, inputs: [dataset()], outputs: [dataset({ name: 'b' })] })
  expect([job.run?.runId, job.event?.type, job.event?.inputs.length]).toEqual(['', 'OTHER', 1])
  expect(read({ dataset: dataset() })).toMatchObject({ run: null, event: null, data: [dataset()] })
})

describe('a heartbeat', () => {
  it('is an event of a run of the asset itself', () => {
    const told = heartbeatSchema.parse({ rows: '12', through: '2026-01-02T03:00:00Z' })
    const { run, event } = readHeartbeat('lake/raw.people', 5, told, 'r')
    expect(run).toEqual({ namespace: 'heartbeat', job: 'lake/raw.people', runId: 'r' })
    expect(event).toMatchObject({ type: 'COMPLETE', at: 5, through: Date.parse('2026-01-02T03:00:00Z') })
    expect(event?.outputs).toEqual([{ namespace: 'lake', name: 'raw.people', rows: 12, lifecycle: null, writtenAt: null }])
    expect(readHeartbeat('lake/x', 5, heartbeatSchema.parse({ state: 'fail', message: 'no disk' }), 'r').event).toMatchObject({
      type: 'FAIL',
      error: 'no disk',
    })
  })
})

it.each([
  ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000Z'],
  ['2026-01-02T03:04:05.123456789+02:00', '2026-01-02T01:04:05.123Z'],
  ['2026-01-02 03:04:05-0500', '2026-01-02T08:04:05.000Z'],
  ['2026-01-02T03:04:05', null],
  ['2026-13-02T03:04:05Z', null],
  ['2026-02-30T03:04:05Z', null],
  ['yesterday', null],
])('%s is %s', (text, wanted) => {
  const at = parseEventTime(text)
  expect(at === null ? null : new Date(at).toISOString()).toBe(wanted)
})

it('what is wrong is told place by place, and only so much of it', () => {
  const issues = (given: unknown) => lineageEventSchema.safeParse(given).error?.issues ?? []
  expect(problemsInWords(issues({ ...BASE, run: { runId: RUN } }), String)).toBe('"job" is missing: an event of a run names its job.')
  expect(problemsInWords(issues(7), String)).toBe('This is not an object.')
  expect(problemsInWords(issues({ ...BASE, job: { namespace: 'a', name: 'b' }, dataset: dataset() }), String)).toContain(
    '"dataset" stands beside',
  )
  const many = Array.from({ length: 30 }, (_, i) => ({ path: [i, 'x'], message: 'is wrong' }))
  expect(problemsInWords(many, (i) => `Event ${String(i)}`)).toMatch(/^Event 0: "x" is wrong\. .* And 10 more\.$/)
})
