import { expect, it } from 'vitest'
import { adoptionInWords } from './adoption-in-words.ts'
import type { Placement } from './place-found.ts'

const rule = (line: number) => ({
  from: 'looker/**',
  group: '{folder}',
  feed: '{dashboard}',
  forget: 1,
  source: { file: 'tidemark.yaml', line, yaml: '' },
  at: {},
})

function placed(path: string, feed: string, goneAt: number | null = null): Placement {
  const found = {
    connection: 'looker',
    path,
    kind: 'consumer' as const,
    name: path,
    group: '',
    labels: {},
    owner: null,
    policy: null,
    settings: {},
    foundAt: 0,
    goneAt,
  }
  const key = feed.toLowerCase().replaceAll(/\W/g, '-')
  return { key: `looker/${path}`, found, rule: 0, group: { key: 'bi', name: 'BI' }, feed: { key, name: feed }, owner: null }
}

it('is told rule by rule: how much of it, what is gone, and which names are taken for one', () => {
  expect(adoptionInWords([rule(3), rule(9)], [placed('1', 'Q1 Sales'), placed('2', 'Q1-Sales', 5), placed('3', 'Costs')])).toEqual([
    '  tidemark.yaml:3 (looker/**) adopts 3 assets into 2 feeds of 1 group, 1 of them gone.',
    '  "Q1 Sales" and "Q1-Sales" are one feed, q1-sales.',
    '  tidemark.yaml:9 (looker/**) adopts nothing: nothing found fits it that no rule before it takes and that has its labels.',
  ])
})
