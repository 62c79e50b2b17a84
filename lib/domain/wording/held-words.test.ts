import { expect, it } from 'vitest'
import { failingSince, heldInWords } from './held-words.ts'

const root = (name: string, feed: string, reason: 'run-failed' | 'overdue' = 'run-failed') => ({
  name,
  feedKey: feed,
  feedName: `The ${feed}`,
  reason,
})

it('a feed that is held back names the feeds that hold it, each once, and why where all have one reason', () => {
  const payments = [root('Payments', 'load'), root('Refunds', 'load')]
  expect(heldInWords(payments, 'cash')).toBe('held back by The load: the run that should have loaded it did not succeed')
  expect(heldInWords([...payments, root('Deals', 'crm', 'overdue')], 'cash')).toBe('held back by The load and The crm')
  expect(heldInWords(payments, 'load')).toBe('held back by Payments and Refunds: the run that should have loaded it did not succeed')
  const many = ['a', 'b', 'c', 'd'].map((feed) => root(feed, feed))
  expect(heldInWords(many, 'cash')).toMatch(/^held back by The a, The b and 2 others: /)
})

it('a run that failed says why in its own words where it is that of all', () => {
  const failed = (name: string, id: string) => ({ ...root(name, 'load'), failedRun: { id, words: `Run ${id} had no answer.` } })
  expect(heldInWords([failed('Payments', '1'), failed('Refunds', '1')], 'cash')).toBe('held back by The load: Run 1 had no answer.')
  const two = 'held back by The load: the run that should have loaded it did not succeed'
  expect(heldInWords([failed('Payments', '1'), failed('Refunds', '2')], 'cash')).toBe(two)
  expect(heldInWords([root('Payments', 'load'), failed('Refunds', '2')], 'cash')).toBe(two)
})

it('a connection that does not answer is the reason, whatever it made of what lies behind it', () => {
  const sap = { system: { kind: 'connection' as const, name: 'sap' } }
  const held = [
    { ...root('People', 'hr'), ...sap },
    { ...root('Posts', 'hr', 'overdue'), ...sap },
  ]
  expect(heldInWords(held, 'cash')).toBe('held back by The hr: the connection sap does not answer')
})

it('a database that is gone is called that, where it is the reason and as what it is since when', () => {
  const lake = { system: { kind: 'connection' as const, name: 'lake', isGone: true } }
  expect(heldInWords([{ ...root('People', 'hr'), ...lake }], 'cash')).toBe('held back by The hr: the database lake is gone')
  expect(failingSince(lake.system)).toBe('has been gone since')
})

it('what the reader does not see is named as that', () => {
  const unseen = { name: 'a system you may not see', feedKey: null, feedName: null, reason: null }
  expect(heldInWords([unseen], 'cash')).toBe('held back by a system you may not see')
  expect(heldInWords([unseen, root('Deals', 'crm')], 'cash')).toBe('held back by a system you may not see and The crm')
})

it('a system is wrong since it answered last, or since the first of its runs that failed', () => {
  const words = (['connection', 'flow', 'job'] as const).map((kind) => failingSince({ kind }))
  expect(words).toEqual(['has not answered since', 'has failed since its run of', 'has failed since its run of'])
})

it('where nobody may be told what holds it, it says no more than that', () => {
  expect(heldInWords([], 'cash')).toBe('something it is made from is not fresh')
})
