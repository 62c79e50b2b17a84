import { describe, expect, it } from 'vitest'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { triggersInWords } from './trigger-words.ts'
import type { FlowTrigger } from './triggers.ts'

const file = (own: Partial<Extract<FlowTrigger, { kind: 'file' }>> = {}): FlowTrigger => ({
  kind: 'file',
  source: 'shop',
  place: 'incoming',
  match: null,
  by: 'queue',
  everyMs: 5 * MINUTE_MS,
  ...own,
})

describe('what asks for a flow', () => {
  it.each<[FlowTrigger[], number, string]>([
    [[], 0, ''],
    [[file()], 0, 'when a file lands in shop/incoming, as its queue tells; at most one run at a time'],
    [
      [file({ by: 'listing', place: '', match: '*.gz' })],
      2 * MINUTE_MS,
      'when a file *.gz lands in shop, which is looked at every 5 min; at most one run at a time, after 2 min of quiet',
    ],
    [[file({ by: 'push' })], 0, 'when somebody pushes that a file lands in shop/incoming; at most one run at a time'],
    [[{ kind: 'fresh', feeds: ['records/terms'] }], 0, 'once a day, when records/terms is of today; at most one run at a time'],
    [
      [{ kind: 'fresh', feeds: ['records/terms', 'records/people'] }],
      0,
      'once a day, when records/terms and records/people are all of today; at most one run at a time',
    ],
    [
      [{ kind: 'message', source: 'orders' }, { kind: 'push' }],
      0,
      'for each message in the queue of orders, or when somebody pushes; at most one run at a time',
    ],
  ])('%j, %i', (on, debounceMs, words) => {
    expect(triggersInWords(on, debounceMs)).toBe(words)
  })

  it('says on what conditions', () => {
    const where = { kind: ['prices', 'posts'] }
    const on: FlowTrigger[] = [
      file({ match: '*.gz', leastBytes: 1000 }),
      { kind: 'message', source: 'orders', where },
      { kind: 'push', where },
    ]
    const hours = { days: [1, 2, 3, 4, 5], from: '06:00', to: '22:00', zone: 'Europe/Berlin' }
    expect(triggersInWords(on, 0, hours)).toBe(
      'when a file *.gz of 1.0 kB and more lands in shop/incoming, as its queue tells, or for each message in the queue of orders whose "kind" is prices or posts, ' +
        'or when somebody pushes something whose "kind" is prices or posts; at most one run at a time, begun only on Monday to Friday from 06:00 to 22:00, Berlin time',
    )
    const days = (numbers: number[], times = { from: '00:00', to: '00:00' }) =>
      triggersInWords([{ kind: 'push' }], 0, { days: numbers, ...times, zone: 'UTC' }).split('; ')[1]
    expect(days([6, 7])).toBe('at most one run at a time, begun only on Saturday and Sunday, UTC time')
    expect(days([1, 2, 3, 4, 5, 6, 7], { from: '22:00', to: '06:00' })).toBe(
      'at most one run at a time, begun only from 22:00 to 06:00, UTC time',
    )
  })
})
