import { expect, it } from 'vitest'
import { fitText } from './fit-text.ts'

it('leaves a text that has room, and cuts one that has none', () => {
  expect(fitText('Terms', 14, 140)).toBe('Terms')
  expect(fitText('warehouse/curated.enrolment_by_department', 14, 140)).toMatch(/^warehouse\/cura\w*…$/)
})

it('gives wide scripts fewer characters than narrow ones', () => {
  expect(fitText('学生登録データ学生登録データ', 14, 100).length).toBeLessThan(fitText('illicit illicit illicit illicit', 14, 100).length)
})
