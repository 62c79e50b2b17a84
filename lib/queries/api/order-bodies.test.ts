import { describe, expect, it } from 'vitest'
import { ORDER_DEPTH_MAX, runBody } from './order-bodies.ts'

const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)])
const deep = (levels: number) => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`

describe('the parameters of a run', () => {
  it.each([
    ['an object', { a: nested(ORDER_DEPTH_MAX - 1) }],
    ['its text, as a form sends it', JSON.stringify({ a: nested(ORDER_DEPTH_MAX - 1) })],
  ])('are %s', (_, parameters) => {
    expect(runBody.parse({ parameters })).toEqual({ parameters: { a: nested(ORDER_DEPTH_MAX - 1) } })
  })

  it.each([
    ['text that is no JSON', '{', 'a JSON object'],
    ['a list', '[1]', 'a JSON object'],
    ['one level too many', deep(ORDER_DEPTH_MAX), 'nested in at most 40 levels'],
    ['levels without end', deep(30_000), 'nested in at most 40 levels'],
  ])('are refused in words: %s', (_, parameters, words) => {
    expect(runBody.safeParse({ parameters }).error?.issues).toMatchObject([{ message: `The parameters of a run are ${words}.` }])
  })
})
