import { expect, test } from 'vitest'
import { againInWords, conditionsInWords, whyNoDate } from './again-words.ts'

const by = (ifAnswering: string[], ifSucceeding: string[] = []) =>
  ({ kind: 'by', at: 0, tryAt: 0, isLook: false, ifAnswering, ifSucceeding }) as const
const no = (because: string, ask: string | null) => ({ kind: 'no-date', because, ask }) as const

test.each([
  [by([]), 'good by about 03:03'],
  [by(['SAP']), 'good by about 03:03 if SAP answers'],
  [by(['SAP', 'Oracle']), 'good by about 03:03 if SAP and Oracle answer'],
  [by([], ['term']), 'good by about 03:03 if the next run of term succeeds'],
  [by(['SAP'], ['term', 'course', 'seats']), 'good by about 03:03 if SAP answers and the next runs of term, course and seats succeed'],
  [{ ...by(['SAP', 'Oracle']), isLook: true }, 'good as soon as SAP and Oracle answer'],
  [no('nothing known here loads Orders', 'Identity team'), 'no date: ask Identity team'],
  [no('term is paused', null), 'no date: term is paused'],
])('when something is good again is said', (again, words) => {
  expect(againInWords(again, () => '03:03')).toBe(words)
})

test('why there is no date ends without a stop of its own, and with whom to ask', () => {
  const because = 'the last 3 runs of term failed in the same way: No answer.'
  expect(whyNoDate(no(because, 'Ada'))).toBe('the last 3 runs of term failed in the same way: No answer; ask Ada')
  expect(whyNoDate(no(because, null))).toBe('the last 3 runs of term failed in the same way: No answer')
  expect(conditionsInWords(by([]))).toBe('')
})
