import { expect, it } from 'vitest'
import { refusalInWords } from './refusals.ts'

const parsing = (reason: string, cause?: string) => ({
  type: 'mapper_parsing_exception',
  reason,
  ...(cause !== undefined && { caused_by: { type: 'illegal_argument_exception', reason: cause } }),
})
const preview = "in document with id '12'. Preview of field's value: 'Ann Lee'"

// As OpenSearch 2.19.6 says it, and Elasticsearch 8 where that differs.
it.each([
  [
    parsing(`failed to parse field [price] of type [long] ${preview}`, 'For input string: "Ann Lee"'),
    'its price does not fit a field of type long',
  ],
  [parsing(`[1:20] failed to parse field [doc.a.b] of type [ip] ${preview}`), 'its doc.a.b does not fit a field of type ip'],
  [
    parsing('object mapping for [doc.a] tried to parse field [a] as object, but found a concrete value'),
    'its doc.a does not fit a field of type object',
  ],
  [
    parsing('object mapping for [doc] tried to parse field [null] as object, but found a concrete value'),
    'its doc does not fit a field of type object',
  ],
  [
    {
      type: 'illegal_argument_exception',
      reason: `Document contains at least one immense term in field="body" (whose UTF8 encoding is longer than the max length 32766), all of which were skipped. The prefix of the first immense term is: '[65, 110]...'`,
    },
    'its body is longer than what is kept as a whole may be, 32,766 bytes',
  ],
  [
    { type: 'illegal_argument_exception', reason: 'Limit of total fields [1000] has been exceeded' },
    'it has fields of its own, and the index may have 1000 in all',
  ],
  [
    parsing(
      'failed to parse',
      'The depth of the field has exceeded the allowed limit of [20]. This limit can be set by changing the setting.',
    ),
    'it is deeper than 20 levels',
  ],
  [
    { type: 'illegal_argument_exception', reason: 'Limit of mapping depth [20] has been exceeded due to object field [a.a]' },
    'it is deeper than 20 levels',
  ],
  [parsing('The number of nested documents has exceeded the allowed limit of [10000].'), 'its lists hold more than 10000 objects'],
  [parsing('failed to parse', 'field name cannot be an empty string'), 'a field in it has no name'],
  [
    parsing('failed to parse', 'object field starting or ending with a [.] makes object resolution ambiguous: [x..y]'),
    'the name of a field in it has a dot too many',
  ],
  [parsing('mapper [doc] cannot be changed; field [doc.n] differs'), 'its doc.n does not fit'],
  [parsing('failed to parse', 'Ann Lee is a word that nobody knows'), 'mapper parsing exception'],
])('says of a refused document what is wrong, and never its value: %o', (refusal, words) => {
  expect(refusalInWords(refusal)).toBe(words)
  expect(refusalInWords(refusal)).not.toMatch(/Ann/)
})
