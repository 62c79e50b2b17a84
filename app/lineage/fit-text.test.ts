import { expect, it } from 'vitest'
import { UNSEEN_FIRST } from '#lib/domain/wording/words.ts'
import type { LineagePage } from '#lib/queries/pages/lineage-page.ts'
import { drawnGraph } from './drawn-graph.ts'
import { fitText } from './fit-text.ts'

it('leaves a text that has room, and cuts one that has none', () => {
  expect(fitText('Terms', 14, 140)).toBe('Terms')
  expect(fitText('warehouse/curated.enrolment_by_department', 14, 140)).toMatch(/^warehouse\/cura\w*…$/)
})

it('gives wide scripts fewer characters than narrow ones', () => {
  expect(fitText('学生登録データ学生登録データ', 14, 100).length).toBeLessThan(fitText('illicit illicit illicit illicit', 14, 100).length)
})

it('has room for what stands for all that is not seen, in the card of that', () => {
  const unseen = { assetId: 1, isUpstream: true, status: null, since: null }
  const { boxes } = drawnGraph({ drawn: [], edges: [], cut: [], found: [], paths: [], unseen: [unseen] } as unknown as LineagePage)
  expect(boxes.map(({ name, width }) => fitText(name, 13.5, width - 46))).toEqual([UNSEEN_FIRST])
})
