import { describe, expect, it } from 'vitest'
import { problemsIn } from '#lib/testing/catalogues/catalogue-texts.ts'
import { TWO_CONNECTIONS } from '#lib/testing/worlds/found-world.ts'

describe('a rule that can take nothing', () => {
  const wrong = (rule: string) => problemsIn(`${TWO_CONNECTIONS}adopt: [${rule}]\n`)

  it.each([
    ['{ from: lookr/**, group: g, feed: f }', 'There is no connection "lookr". | Did you mean "looker"?'],
    ['{ from: looker, group: g, feed: f }', '"looker" is about no connection. | Write <connection>/<path>'],
    ['{ from: looker/**, group: "{folder", feed: f }', '"group" has a brace without its partner.'],
    ['{ from: looker/**, group: g, feed: "{}" }', '"feed" has braces with nothing between them.'],
    ['{ from: looker/**, group: g }', '"feed" is missing.'],
    ['{ from: looker/**, group: g, feed: f, forget: 1h }', 'must be between 1d and 400d'],
    ['{ from: looker/**, group: g, feed: f, folder: x }', 'There is no setting "folder" here.'],
    [
      '{ from: looker/**, group: g, feed: f, policy: { kind: age, calendar: c, lateAfter: 1h, staleAfter: 2h } }',
      'There is no calendar "c".',
    ],
  ])('%s is a problem', (rule, words) => expect(wrong(rule)).toEqual([expect.stringContaining(words)]))
})
