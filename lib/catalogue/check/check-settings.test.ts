import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { CatalogueContracts, ConnectorContract } from '#lib/catalogue/schema/contracts.ts'
import { aFlowContract, problemsIn } from '#lib/testing/catalogues/catalogue-texts.ts'

const strict: ConnectorContract = {
  settings: z.strictObject({
    host: z.string(),
    port: z.int().max(65_535).default(5432),
    mode: z.enum(['read', 'write']).optional(),
    pool: z.strictObject({ size: z.number().optional() }).optional(),
  }),
  assetSettings: z.object({ column: z.string().optional(), method: z.enum(['column', 'metadata']).optional() }),
  assetKind: 'table',
}
const open: ConnectorContract = {
  limits: { atOnce: null, perMinute: null },
  settings: z.looseObject({}),
  assetSettings: z.looseObject({ limit: z.number().optional() }),
  assetKind: 'source',
  refuseAsset: ({ path, settings }) =>
    path === 'a' && settings['deep'] !== undefined ? { at: ['deep', 'er'], problem: 'Nothing is deep in a.', remedy: 'Stay above.' } : null,
}
const contracts: CatalogueContracts = {
  connectors: new Map([
    ['strict', strict],
    ['open', open],
  ]),
  flows: new Map([
    ['load', aFlowContract({ parameters: z.strictObject({ terms: z.array(z.string()).optional(), deep: z.boolean().optional() }) })],
  ]),
}

const problemsOf = (...lines: string[]) => problemsIn(['page: { name: P, zone: UTC }', ...lines].join('\n'), contracts)
const inConnection = (settings: string) => problemsOf(`connections: { c: { kind: strict, ${settings} } }`)
const inAsset = (kind: string, settings: string) =>
  problemsOf(
    `connections: { c: { kind: ${kind}${kind === 'strict' ? ', host: h' : ''} } }`,
    'groups: { g: { feeds: { f: { assets: {',
    `  c/a: ${settings}`,
    ' }}}}}',
  )
const inFlow = (parameters: string) => problemsOf('flows:', '  load:', `    parameters: ${parameters}`)

describe('the settings of a connection', () => {
  it('are what its connector takes, beside our own', () => {
    expect(inConnection('host: h, port: 5433, probe: 1m, mode: read')).toEqual([])
  })

  it('limit its requests where they are counted', () => {
    expect(problemsOf('connections: { c: { kind: open, limits: { atOnce: 5, perMinute: 300 } } }')).toEqual([])
    expect(problemsOf('connections: { c: { kind: open, limits: { atOnce: 0 } } }')).toEqual([
      expect.stringContaining('connections.c.limits.atOnce | "atOnce" must be at least 1.'),
    ])
    expect(inConnection('host: h, limits: { atOnce: 5 }')).toEqual([
      expect.stringContaining(
        '2:44 connections.c.limits | What is asked of a connection of kind "strict" is not counted. | Take "limits" out.',
      ),
    ])
  })

  it.each([
    ['port: 1', '2:16 connections.c.host | "host" is missing. | Add "host" here.'],
    ['host: h, prt: 1', '2:44 connections.c.prt | There is no setting "prt" here. | Did you mean "port"?'],
    ['host: h, prob: 1m', '2:44 connections.c.prob | There is no setting "prob" here. | Did you mean "probe"?'],
    ['host: h, port: 99999', '2:50 connections.c.port | "port" must be at most 65535. | Correct it, or take the line out.'],
    ['host: h, mode: hunter2', '2:50 connections.c.mode | "mode" is none of the values there are. | There is: read, write.'],
    ['host: h, pool: { sise: 3 }', '2:52 connections.c.pool.sise | There is no setting "sise" here. | Did you mean "size"?'],
    ['host: [h]', '2:35 connections.c.host | "host" must be text. | Write text.'],
  ])('are refused in { %s }', (settings, says) => {
    expect(inConnection(settings)).toEqual([`tidemark.yaml:${says}`])
  })

  it('may be references whatever their type', () => {
    expect(inConnection('host: "${HOST}", port: "${PORT}", mode: "file:/run/mode"')).toEqual([])
    expect(inConnection('host: "${HOST}", port: many')).toEqual([expect.stringContaining('"port" must be a number.')])
  })

  it('are not judged without a connector to judge them', () => {
    expect(problemsOf('connections: { c: { kind: strct, nonsense: 1 } }')).toEqual([
      'tidemark.yaml:2:27 connections.c.kind | There is no connector "strct". | Did you mean "strict"?',
    ])
  })
})

describe('the settings of an asset', () => {
  it.each([
    ['{ column: loaded_at }', []],
    [
      '{ colum: loaded_at }',
      ['tidemark.yaml:4:10 groups.g.feeds.f.assets.c/a.colum | There is no setting "colum" here. | Did you mean "column"?'],
    ],
    [
      '{ promissed: true }',
      ['tidemark.yaml:4:10 groups.g.feeds.f.assets.c/a.promissed | There is no setting "promissed" here. | Did you mean "promised"?'],
    ],
    [
      '{ method: guess }',
      ['tidemark.yaml:4:18 groups.g.feeds.f.assets.c/a.method | "guess" is not a method there is. | There is: column, metadata.'],
    ],
  ])('are checked in %s, values shown', (settings, says) => {
    expect(inAsset('strict', settings)).toEqual(says)
  })

  it('may be anything where the connector is open, but what it knows has its type', () => {
    expect(inAsset('open', '{ colum: loaded_at, limit: 5 }')).toEqual([])
    expect(inAsset('open', '{ limit: often }')).toEqual([
      'tidemark.yaml:4:17 groups.g.feeds.f.assets.c/a.limit | "limit" must be a number. | Write a number.',
    ])
  })

  it('are refused where they do not go with its path, once all else is right', () => {
    expect(inAsset('open', '{ deep: { er: 1 } }')).toEqual([
      'tidemark.yaml:4:18 groups.g.feeds.f.assets.c/a.deep.er | Nothing is deep in a. | Stay above.',
    ])
    expect(inAsset('open', '{ deep: { er: 1 }, limit: often }')).toHaveLength(1)
    expect(inAsset('open', '{ shallow: 1 }')).toEqual([])
  })
})

describe('the parameters of a flow', () => {
  it.each([
    ['{ terms: ["2261"], deep: true }', []],
    ['{ terms: [2261] }', ['tidemark.yaml:4:27 flows.load.parameters.terms[0] | "terms" must be text. | Put it between quotes.']],
    ['{ deep: very }', ['tidemark.yaml:4:25 flows.load.parameters.deep | "deep" must be true or false. | Write true or false.']],
    ['{ deeep: true }', ['tidemark.yaml:4:19 flows.load.parameters.deeep | There is no setting "deeep" here. | Did you mean "deep"?']],
    [
      '[deep]',
      ['tidemark.yaml:4:5 flows.load.parameters | "parameters" must be a map of names to values. | Write a map of names to values.'],
    ],
  ])('are checked in %s', (parameters, says) => {
    expect(inFlow(parameters)).toEqual(says)
  })
})
