import { expect, test } from 'vitest'
import { ownWords } from './own-words.ts'

test.each([
  ['nothing', null, null],
  ['blanks', ' \n\t', null],
  ['a sentence', 'SAP could not be read.', 'SAP could not be read.'],
  ['lines, as one', 'SAP could not\n  be read.\r\n\r\nAsk Ada.', 'SAP could not be read. Ask Ada.'],
  [
    'lines that begin anew, as sentences',
    'Database Error in model pay (pay.sql)\n  Numeric value is not recognized:\n    Row 7',
    'Database Error in model pay (pay.sql). Numeric value is not recognized: Row 7',
  ],
  ['a traceback, by what it ends with', 'Traceback (most recent call last):\n  File "/dags/x.py"\nKeyError: term\n', 'KeyError: term'],
  [
    'codes around its message, without them',
    'Operation on target SumInvoices failed: ErrorCode=SqlOperationFailed, Message=The disk is full.',
    'The disk is full.',
  ],
  [
    'types around its message and causes behind it, without them',
    "Operation on target Copy failed: Failure happened on 'Sink' side. ErrorCode=UserErrorTooLong,'Type=Shared.HybridDeliveryException,Message=A value is too long.,Source=Client,''Type=SqlException,Message=Too long,Source=.Net'",
    'A value is too long.',
  ],
  ['a code and no message, whole', 'ErrorCode=X, Message= ', 'ErrorCode=X, Message='],
  ['what ends with three dots, whole', 'SAP gave up after…', 'SAP gave up after…'],
  ['what turns the direction of a text, without it', 'a\u202Eb\u0007', 'a\uFFFDb\uFFFD'],
])('the words of a run that says %s', (_, problem, words) => {
  expect(ownWords(problem)).toBe(words)
})

test('what is long is cut, where it can be between two words', () => {
  const words = ownWords('word '.repeat(4000)) ?? ''
  expect(words.length).toBeLessThanOrEqual(200)
  expect(words).toMatch(/ word …$/)
  for (const long of ['x'.repeat(4000), `Gone: ${'x'.repeat(4000)}`, 'No\n'.repeat(4000)])
    expect(ownWords(long)?.length).toBeGreaterThan(150)
})
