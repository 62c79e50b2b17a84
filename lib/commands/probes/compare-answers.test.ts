import { expect, it } from 'vitest'
import { silentLog } from '#lib/platform/log.ts'
import { type HeardOf, logAnswers } from './compare-answers.ts'

const unseen = (key: string, lasting: 'gone' | null): HeardOf =>
  ({
    asset: { key, problem: null, hearsay: {} },
    look: { ok: false, assetKey: key, message: `There is no table ${key}.`, publicMessage: 'gone', lasting },
    heard: { begunAt: null, inForce: null, endedAt: null },
  }) as unknown as HeardOf

function linesOf(all: readonly HeardOf[]): unknown[] {
  const lines: unknown[] = []
  logAnswers({ ...silentLog, warn: (words, about) => void lines.push([words, about]) }, all)
  return lines
}

it('of up to three looks at a connection that failed alike each has a line in the log', () => {
  const lines = linesOf(['a', 'b', 'c'].map((key) => unseen(key, 'gone')))
  expect(lines).toHaveLength(3)
  expect(lines[0]).toEqual(['an asset could not be looked at', { asset: 'a', answer: 'gone', said: 'There is no table a.' }])
})

it('more have one line with their number and the words of the first; those that failed otherwise have their own', () => {
  const lines = linesOf([...['a', 'b', 'c', 'd'].map((key) => unseen(key, 'gone')), unseen('e', null)])
  expect(lines).toEqual([
    ['assets could not be looked at', { assets: 4, first: 'a', answer: 'gone', said: 'There is no table a.' }],
    ['an asset could not be looked at', { asset: 'e', answer: 'none', said: 'There is no table e.' }],
  ])
})
