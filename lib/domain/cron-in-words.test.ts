import { expect, test } from 'vitest'
import { cronInWords } from './cron-in-words.ts'

test.each([
  ['0 2 * * *', 'every day at 02:00'],
  ['30 6,18 * * *', 'every day at 06:30 and 18:30'],
  ['0 6,12,18 * * *', 'every day at 06:00, 12:00 and 18:00'],
  ['0 6 * * 1-5', 'Monday to Friday at 06:00'],
  ['0 6 * * MON-FRI', 'Monday to Friday at 06:00'],
  ['0 6 * * 1', 'every Monday at 06:00'],
  ['0 6 * * 0,6', 'every Sunday and Saturday at 06:00'],
  ['0 6 1 * *', 'on day 1 of every month at 06:00'],
  ['5 * * * *', 'every hour at minute 05'],
  ['0 */4 * * *', 'every 4 hours at minute 00'],
  ['*/15 * * * *', 'every 15 minutes'],
  ['* * * * *', 'every minute'],
  ['*/15 * * * 1-5', 'every 15 minutes, Monday to Friday'],
  ['0 8-18 * * *', 'on the cron line 0 8-18 * * *'],
  ['0 6 1 1 *', 'on the cron line 0 6 1 1 *'],
  ['0 6 13 * 5', 'on the cron line 0 6 13 * 5'],
  ['0 6 * * 1-5-7', 'on the cron line 0 6 * * 1-5-7'],
  ['0 6 * * 1#1', 'on the cron line 0 6 * * 1#1'],
])('%s is said as "%s"', (line, words) => {
  expect(cronInWords(line)).toBe(words)
})
