import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseCatalogue } from '#lib/catalogue/parse/merge-files.ts'
import { resolveCatalogue } from '#lib/catalogue/resolve/resolve.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'
import { aFlowContract, problemsIn } from '#lib/testing/catalogues/catalogue-texts.ts'
import { checkCatalogue } from './check-catalogue.ts'

function problemsOf(asset: string, flows = ''): string[] {
  const text = `page: { name: P, zone: UTC }
connections: { lake: { kind: postgres, url: "\${A}" }, dbt: { kind: postgres, url: "\${B}" } }
groups: { g: { feeds: { f: { owner: o, assets: { "lake/x": ${asset} } } } } }
${flows}`
  return problemsIn(text, { ...campusContracts, flows: new Map([['load', aFlowContract({ writes: ['lake/x'] })]]) })
}

describe('the job of another system that an asset names', () => {
  it.each(['dbt/nightly', 'dbt/Nightly build (prod)', 'dbt/folder/job'])('may be %s', (job) => {
    expect(problemsOf(`{ job: "${job}" }`)).toEqual([])
  })

  it('belongs to a connection that there is', () => {
    expect(problemsOf('{ job: dbtt/nightly }')).toEqual([
      'tidemark.yaml:3:67 groups.g.feeds.f.assets.lake/x.job | There is no connection "dbtt". | Did you mean "dbt"?',
    ])
  })

  it.each(['nightly', '/nightly', 'dbt/'])('is written as a connection and a job, unlike %s', (job) => {
    expect(problemsOf(`{ job: "${job}" }`).join()).toContain(
      `"${job}" is not a job of another system. | Write "<connection>/<job>", such as "dbt/nightly".`,
    )
  })

  it('is not beside a flow that writes the asset', () => {
    expect(problemsOf('{ job: dbt/nightly }', 'flows: { load: {} }').join()).toContain(
      '"lake/x" is written by the flow "load", and cannot be written by a job of another system, too. | Take "job" out',
    )
  })
})

describe('a flow that is a job of another system', () => {
  const settings = z.object({ host: z.string().optional(), url: z.string().optional() })
  const scheduler = { settings, assetSettings: z.strictObject({}), assetKind: 'source' as const }
  const connectors = new Map([
    ...campusContracts.connectors,
    ['adf', { ...scheduler, startsJobs: () => true, cancelsJobs: true as const }],
    ['dbt', { ...scheduler, startsJobs: ({ host }: Record<string, unknown>) => host !== undefined }],
  ])
  const inCatalogue = (flow: string, more = '') => `page: { name: P, zone: UTC }
connections:
  lake: { kind: postgres, url: "\${A}" }
  adf: { kind: adf }
  dbt: { kind: dbt }
groups: { g: { feeds: { f: { owner: o, assets: { "lake/x": {}, "lake/y": {} } } } } }
flows:
  nightly: { schedule: "0 4 * * *", ${flow} }
${more}`
  const problems = (flow: string, more = '') => problemsIn(inCatalogue(flow, more), { connectors, flows: new Map() })

  it.each([
    'runs: adf/nightly',
    'runs: adf/folder/nightly load, reads: [lake/y], writes: [lake/x], requires: contract',
    'runs: adf/nightly, writes: [lake/z], feed: g/f, parameters: { region: eu, days: 3 }',
    'runs: adf/nightly, writes: [lake/x, lake/z], feed: g/h',
    'runs: adf/nightly, on: [{ push: true }], debounce: 1m, timeout: 2h, after: []',
  ])('is good as %s', (flow) => expect(problems(flow)).toEqual([]))

  it.each([
    [
      'of a connection that is not there',
      'runs: adff/nightly',
      '8:43 flows.nightly.runs | There is no connection "adff". | Did you mean "adf"?',
    ],
    [
      'without a job',
      'runs: adf',
      '8:43 flows.nightly.runs | "adf" names no job. | Write it as "<connection>/<job>", such as adf/nightly.',
    ],
    ['with an empty job', 'runs: "adf/"', 'flows.nightly.runs | "adf/" names no job.'],
    ['that is empty', 'runs: ""', 'flows.nightly.runs | "runs" must not be empty'],
    [
      'of what only watches',
      'runs: lake/nightly',
      'No job of "lake" can be started from here: its connector only watches. | Connections of these kinds can start jobs: adf, dbt.',
    ],
    ['of what is set up without', 'runs: dbt/7', 'No job of "dbt" can be started as it is set up.'],
    [
      'that extracts, too',
      'runs: adf/nightly, extract: { from: lake/y }',
      'flows.nightly.extract | "nightly" runs a job of another system, so "extract" means nothing here. | Make two flows of it, or take it out.',
    ],
    ['that lands files, too', 'runs: adf/nightly, on: [{ push: true }], land: { into: lake/a.b }', 'so "land" means nothing here'],
    ['that loads, too', 'runs: adf/nightly, load: { into: lake/a.b }', 'so "load" means nothing here'],
    ['that maps connections', 'runs: adf/nightly, connections: { a: lake }', 'so "connections" means nothing here'],
    ['whose feed shows nothing', 'runs: adf/nightly, feed: g/f', '"nightly" does not say what its job writes, so no feed shows it.'],
    ['that no feed shows', 'runs: adf/nightly, writes: [lake/z]', 'No feed shows what "nightly" writes.'],
    ['in another feed than its asset', 'runs: adf/nightly, writes: [lake/x], feed: g/h', '"lake/x" is already in the feed "f".'],
    ['told what is ours', 'runs: adf/nightly, parameters: { dryRun: true }', '"dryRun" means something else to Tidemark'],
    ['that writes no asset', 'runs: adf/nightly, writes: [x]', 'flows.nightly.writes'],
  ])('is refused %s', (_, flow, words) => expect(problems(flow).join('\n')).toContain(words))

  it('writes what no other flow writes, and no asset names another job for it', () => {
    const more = '  weekly: { schedule: "0 4 * * 0", runs: adf/weekly, writes: [lake/x] }'
    expect(problems('runs: adf/nightly, writes: [lake/x]', more).join()).toContain('both write "lake/x"')
    const named = inCatalogue('runs: adf/nightly, writes: [lake/x]').replace('"lake/x": {}', '"lake/x": { job: adf/nightly }')
    expect(problemsIn(named, { connectors, flows: new Map() }).join()).toContain('"lake/x" is written by the flow "nightly"')
  })

  it('is refused where nothing asks for it', () => {
    const text = inCatalogue('runs: adf/nightly').replace('schedule: "0 4 * * *", ', '')
    expect(problemsIn(text, { connectors, flows: new Map() }).join()).toContain('"nightly" has no "schedule" and no "on".')
  })

  it('alone says what its job reads and writes', () => {
    const flow = 'extract: { from: lake/y }, load: { into: lake/a.b }, feed: g/f, reads: [lake/x]'
    expect(problems(flow).join('\n')).toContain('"reads" means something beside "runs" only.')
  })

  it('is what the catalogue says of it', () => {
    const parsed = parseCatalogue([
      {
        file: 'tidemark.yaml',
        text: inCatalogue('runs: adf/nightly, reads: [lake/y], writes: [lake/z], feed: g/h, parameters: { region: eu }'),
      },
    ])
    const { document } = checkCatalogue(parsed, { connectors, flows: new Map() })
    if (document === null || parsed.root === null) throw new Error('refused')
    const { flows, assets } = resolveCatalogue(document, parsed.root, { connectors, flows: new Map() })
    expect(flows[0]).toMatchObject({
      ...{ name: 'nightly', runs: 'adf/nightly', cancelsThere: true, connections: { adf: 'adf' }, timeoutMs: DAY_MS },
      ...{ reads: ['lake/y'], writes: ['lake/z'], parameters: { region: 'eu' } },
    })
    expect(assets.find(({ key }) => key === 'lake/z')).toMatchObject({
      feed: 'h',
      flow: 'nightly',
      upstream: [{ key: 'lake/y', origin: 'flow' }],
    })
  })
})

it('the flow of the README is good', async () => {
  const [, block = ''] = /```yaml\n(flows:\n {2}game_prices_model:\n[^`]*)```/.exec(await readFile('README.md', 'utf8')) ?? []
  const before = `page: { name: P, zone: UTC }
connections: { lake: { kind: postgres, url: "\${A}" }, adf: { kind: adf } }
groups: { games: { feeds: { prices: { owner: o, assets: { lake/games.prices: {} } } } } }
`
  const adf = { settings: z.object({}), assetSettings: z.strictObject({}), assetKind: 'source' as const, startsJobs: () => true }
  const connectors = new Map([...campusContracts.connectors, ['adf', adf]])
  expect(problemsIn(before + block, { connectors, flows: new Map() })).toEqual([])
  expect(block).toContain('runs: adf/model_prices')
})
