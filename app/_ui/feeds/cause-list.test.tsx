import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { ZoneProvider } from '#app/_ui/zone.tsx'
import type { Status } from '#lib/domain/freshness/status.ts'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { CauseLine } from '#lib/queries/outlook/outlook.ts'
import { CauseList } from './cause-list.tsx'

const SINCE = Date.parse('2026-11-29T21:55:00Z')
const NOW = SINCE + 2 * HOUR_MS
const held = (name: string, status: Status = 'late') => ({
  ...{ id: 1, key: name, name, status, since: SINCE },
  again: {
    kind: 'by' as const,
    at: NOW + 3 * HOUR_MS + 3 * MINUTE_MS,
    tryAt: NOW + 3 * HOUR_MS,
    isLook: false,
    ifAnswering: ['SAP'],
    ifSucceeding: [],
  },
})
const sap: CauseLine = {
  ...{
    of: { kind: 'connection', key: 'sap', name: 'SAP' },
    since: SINCE,
    status: 'late',
    isUnknown: false,
    isBroken: false,
    why: 'Nothing answers at that address.',
    said: null,
  },
  ...{
    owners: ['Identity team'],
    concerned: [],
    focus: 'lake/people',
    nextLookAt: null,
    held: [held('People')],
    atRisk: [],
    incident: null,
  },
}
const other = (name: string, more: Partial<CauseLine> = {}): CauseLine => ({ ...sap, of: { kind: 'connection', key: name, name }, ...more })
const render = (lines: readonly CauseLine[], total = lines.length) =>
  renderToStaticMarkup(
    <ZoneProvider zone="UTC" now={NOW} readyBy="08:00">
      <CauseList lines={lines} total={total} now={NOW} />
    </ZoneProvider>,
  )
const markupOf = (...lines: CauseLine[]) => render(lines)
const wordsOf = (...lines: CauseLine[]) => markupOf(...lines).replaceAll(/<[^>]+>/g, '')

it('a cause says what it is, why, what it holds back, what next, when that is good again and whom to ask', () => {
  const atRisk = ['Patron file', 'Meals', 'Cards', 'Doors'].map((name) => ({
    ...held(name, 'fresh'),
    at: NOW + 6 * HOUR_MS + 5 * MINUTE_MS,
  }))
  expect(wordsOf({ ...sap, atRisk })).toBe(
    'LateSAP has not answered since 21:55: Nothing answers at that address.' +
      'People is late because of it. Patron file, Meals, Cards and 1 more will be late from tomorrow 06:00 if this goes on. ' +
      'Next try tomorrow 02:55, good by about tomorrow 02:58 if SAP answers. Ask Identity team. How it comes to this',
  )
})

it('says who is on it instead of whom to ask, and leads to what was said so far', () => {
  const seen = { id: 7, acknowledged: { at: NOW, by: 'Ada' }, assignee: null }
  expect(wordsOf({ ...sap, incident: seen })).toContain('Ada has seen it. Ask Identity team. How it comes to this · Its incident')
  const taken = { ...sap, incident: { ...seen, assignee: 'Identity on call' } }
  expect(wordsOf(taken)).toMatch(/Identity on call is on it. How it comes to this · Its incident$/)
  expect(markupOf(taken)).toContain('href="/incidents/7"')
})

it('leads to the system, to what it holds back, and to the way there', () => {
  const links = [...markupOf(sap).matchAll(/<a href="([^"]+)"/g)].map(([, href]) => href)
  expect(links).toEqual(['/connections#sap', '/feeds/People', '/lineage?focus=lake%2Fpeople'])
})

it('what holds nothing back yet is at risk, by no colour of a status, and says when it is asked again', () => {
  const line = {
    ...sap,
    status: null,
    held: [],
    atRisk: [{ ...held('People', 'fresh'), at: NOW + HOUR_MS }],
    nextLookAt: NOW + 5 * MINUTE_MS,
  }
  const words = wordsOf(line)
  expect(words).toContain('At risk')
  expect(words).toContain('People will be late from tomorrow 00:55 if this goes on. It is asked again at tomorrow 00:00.')
  expect(markupOf(line)).not.toMatch(/t-(late|stale|unknown|fresh)/)
  expect(wordsOf({ ...line, nextLookAt: NOW })).not.toContain('asked again')
})

it('what the reader does not see is told by since when alone', () => {
  expect(wordsOf({ ...sap, of: null, why: null, owners: [] })).toMatch(
    /^LateA system you may not see has been in trouble since 21:55\.People is late/,
  )
})

it('all that one holds back unfolds, each with its own date; of very many the first', () => {
  expect(markupOf(sap)).not.toContain('<details')
  const four = wordsOf({ ...sap, held: ['A', 'B', 'C', 'D'].map((name) => held(name)) })
  expect(four).toContain('A, B, C and 1 more are late because of it.')
  expect(four).toContain('All 4 feeds that it holds back')
  expect(four).toContain('D since 21:55, good by about tomorrow 02:58')
  const many = wordsOf({ ...sap, held: Array.from({ length: 20 }, (_, n) => held(`F${n}`)) })
  expect(many).toContain('and 8 more')
  expect(many).not.toContain('F12 since')
})

it('the first stand in full, the others name what they are, and of very many the rest is counted', () => {
  const lines = Array.from({ length: 20 }, (_, n) => other(`S${n}`))
  const markup = render(lines, 50)
  expect(markup.match(/<details class="cause">/g)).toHaveLength(18)
  expect(markup.indexOf('S1</bdi></a>')).toBeLessThan(markup.indexOf('<summary><strong><bdi>S2</bdi> has not answered'))
  expect(markup).toContain('and 42 older causes')
  expect(markup).toContain('All of them')
  expect(markupOf(...lines.slice(0, 8))).not.toContain('older')
})

it('nothing is said where nothing is wrong', () => {
  expect(wordsOf()).toBe('')
})
