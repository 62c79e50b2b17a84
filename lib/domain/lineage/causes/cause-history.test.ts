import { expect, test } from 'vitest'
import type { Status } from '#lib/domain/freshness/status.ts'
import { type CauseHistory, causesAtEach, causesOver, type DatedAsset } from './cause-history.ts'

type Turned = [status: Status | null, from: number]

/** An asset that is there all the time and stood so one after the other; behind no connection, written by nothing. */
function asset(id: number, turns: Turned[], more: Partial<DatedAsset> = {}): DatedAsset {
  const spans = turns.flatMap(([status, from], index) => {
    const to = turns[index + 1]?.[1] ?? null
    return status === null ? [] : [{ status, from, to, isBlocked: false }]
  })
  return { id, connection: null, from: 0, to: null, spans, wrongSince: null, writers: [], ...more }
}

const made = (upstreamId: number, downstreamId: number, from = 0, to: number | null = null) => ({ upstreamId, downstreamId, from, to })

/** The causes from minute to minute: `10 asset:1@5 stale 1+2`. */
function told(history: Partial<CauseHistory>, from = 10, through = 100): string[] {
  const whole = { assets: [], edges: [], connections: [], work: [], ...history }
  return [...causesOver(whole, from, through)].map(({ at, causes }) =>
    [at, ...causes.map(({ key, since, status, heldIds }) => `${key}@${since} ${status} ${heldIds.join('+')}`)].join(' '),
  )
}

test('what goes well has no causes, whatever is made from what', () => {
  expect(told({ assets: [asset(1, [['fresh', 0]]), asset(2, [[null, 0]])], edges: [made(1, 2)] })).toEqual(['10'])
})

test('the causes change when something turns, from the beginning of the stretch to its end', () => {
  const turns: Turned[] = [
    ['late', 5],
    ['stale', 20],
    ['fresh', 30],
    ['late', 100],
    ['stale', 101],
  ]
  expect(told({ assets: [asset(1, turns)] })).toEqual(['10 asset:1@5 late 1', '20 asset:1@5 stale 1', '30', '100 asset:1@100 late 1'])
})

test('what is not fresh is so since it was fresh last, however it was called and whatever is known of before', () => {
  const turns: Turned[] = [
    ['unknown', 5],
    ['late', 20],
    ['fresh', 30],
    ['late', 40],
    [null, 50],
    ['late', 60],
  ]
  expect(told({ assets: [asset(1, turns, { wrongSince: 2 })] })).toEqual([
    '10 asset:1@2 unknown 1',
    '20 asset:1@2 late 1',
    '30',
    '40 asset:1@40 late 1',
    '50',
    '60 asset:1@60 late 1',
  ])
})

test.each<[string, Partial<CauseHistory>, string[]]>([
  [
    'it is made from something else',
    { edges: [made(1, 2, 0, 20), made(1, 2, 30)] },
    ['10 asset:1@4 late 1+2', '20 asset:1@4 late 1 asset:2@5 late 2', '30 asset:1@4 late 1+2'],
  ],
  [
    'a connection is down and answers again',
    { connections: [{ key: 'sap', since: 2, from: 2, to: 20 }] },
    ['10 connection:sap@2 late 1 asset:2@5 late 2', '20 asset:1@4 late 1 asset:2@5 late 2'],
  ],
  [
    'a connection is known to be down for longer',
    {
      connections: [
        { key: 'sap', since: 3, from: 3, to: null },
        { key: 'sap', since: 2, from: 20, to: 30 },
      ],
    },
    [
      '10 connection:sap@3 late 1 asset:2@5 late 2',
      '20 connection:sap@2 late 1 asset:2@5 late 2',
      '30 connection:sap@3 late 1 asset:2@5 late 2',
    ],
  ],
  [
    'its flow fails',
    { work: [{ kind: 'flow', name: 'people', since: 3, saysWhy: false, connections: [], from: 20, to: null }] },
    ['10 asset:1@4 late 1 asset:2@5 late 2', '20 flow:people@3 late 2 asset:1@4 late 1'],
  ],
])('the causes are others when %s', (_, more, expected) => {
  const assets = [
    asset(1, [['late', 4]], { connection: 'sap' }),
    asset(2, [['late', 5]], { writers: [{ from: 0, flow: 'people', job: null }] }),
  ]
  expect(told({ assets, ...more })).toEqual(expected)
})

test('another flow writes it from then on', () => {
  const writers = [
    { from: 15, flow: 'old', job: null },
    { from: 20, flow: 'new', job: null },
  ]
  const failing = { kind: 'flow' as const, since: 3, saysWhy: false, connections: [], from: 0, to: null }
  const work = [
    { ...failing, name: 'old' },
    { ...failing, name: 'new' },
  ]
  expect(told({ assets: [asset(1, [['late', 5]], { writers })], work })).toEqual(['10 flow:old@3 late 1', '20 flow:new@3 late 1'])
})

test('what is not there yet, or no more, is no cause and holds nothing', () => {
  expect(told({ assets: [asset(1, [['late', 5]], { from: 15, to: 40 })] })).toEqual(['10', '15 asset:1@5 late 1', '40'])
})

test('what is blocked comes down to what blocks it now, though that turned later', () => {
  const held = { ...asset(2, [['stale', 5]]), spans: [{ status: 'stale' as const, from: 5, to: null, isBlocked: true }] }
  expect(told({ assets: [asset(1, [['stale', 7]]), held], edges: [made(1, 2)] })).toEqual(['10 asset:1@7 stale 1+2'])
})

test('what happens outside the stretch changes nothing in it', () => {
  const past = { key: 'sap', since: 1, from: 1, to: 9 }
  const ahead = { key: 'sap', since: 101, from: 101, to: null }
  expect(told({ assets: [asset(1, [['late', 5]], { connection: 'sap' })], connections: [past, ahead] })).toEqual(['10 asset:1@5 late 1'])
})

test('at each of some instants, in whatever order they are asked, it is what a walk from change to change tells', () => {
  const unseen = asset(
    -1,
    [
      ['late', 3],
      ['fresh', 40],
    ],
    { isUnseen: true },
  )
  const assets = [
    asset(1, [
      ['fresh', 0],
      ['late', 20],
      ['stale', 30],
      ['fresh', 60],
    ]),
    asset(2, [
      ['fresh', 0],
      ['late', 25],
    ]),
    unseen,
  ]
  const history = { assets, edges: [made(1, 2), made(-1, 1)], connections: [], work: [] }
  const found = causesAtEach(history, [50, 10, 22, 22, 70, 35])
  expect([...found].map(([at, { all }]) => [at, ...all.map(({ key, heldIds }) => `${key} ${heldIds.join('+')}`)].join(', '))).toEqual([
    ...['10', '22, unseen:3 1', '35, unseen:3 1+2', '50, asset:1 1+2', '70, asset:2 2'],
  ])
  expect(causesAtEach(history, []).size).toBe(0)
})
