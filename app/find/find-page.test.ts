import { describe, expect, it } from 'vitest'
import { countsOf, FEEDS_PAGE, pageOfFeeds } from '#app/_ui/feeds/found-page.ts'
import { readPage } from '#app/_ui/pages-of.ts'
import { runsTitle } from '#app/_ui/runs/run-labels.ts'
import type { OverviewFeed, OverviewGroup } from '#lib/queries/pages/status-overview.ts'
import { findTitle } from './find-title.ts'
import { ledOnTo } from './led-on.ts'

const feed = (id: number, status: OverviewFeed['status'] = 'fresh') =>
  ({ id, groupId: id % 2, key: `m${id}`, name: `M ${id}`, owner: 'Ada', status }) as OverviewFeed
const groups = [0, 1].map((id) => ({ id, name: `G ${id}`, feeds: [] as OverviewFeed[] }) as unknown as OverviewGroup)
for (let id = 0; id < 1200; id += 1) groups[id % 2]?.feeds.push(feed(id, id === 1199 ? 'stale' : id === 700 ? 'late' : 'fresh'))

describe('a list of 1,200 feeds', () => {
  it('comes page by page, the worst first', () => {
    const first = pageOfFeeds(groups, { owner: 'Ada' }, 1)
    expect(first).toMatchObject({ total: 1200, page: 1, pages: 30 })
    expect(first.groups.flatMap((group) => group.feeds.map(({ status }) => status)).filter((status) => status !== 'fresh')).toEqual([
      'stale',
      'late',
    ])
    expect(first.groups[0]?.feeds[0]?.key).toBe('m1199')
    expect(first.groups.reduce((sum, group) => sum + group.feeds.length, 0)).toBe(FEEDS_PAGE)
    expect(pageOfFeeds(groups, {}, 99).page).toBe(30)
    expect(['2', '0', '-1', 'x', '', undefined, '1e9'].map(readPage)).toEqual([2, 1, 1, 1, 1, 1, 1])
  })

  it('is narrowed down by status and owner', () => {
    expect(pageOfFeeds(groups, { status: 'not-fresh' }, 1).total).toBe(2)
    expect(pageOfFeeds(groups, { status: 'late', owner: 'Grace' }, 1).total).toBe(0)
  })

  it('is counted for its owner alone', () => {
    const graces = { feeds: [{ ...feed(1200, 'late'), owner: 'Grace' }] }
    expect(countsOf([...groups, graces], 'Grace')).toMatchObject({ late: 1, fresh: 0, judged: 1 })
    expect(countsOf([...groups, graces], undefined)).toMatchObject({ stale: 1, late: 2, judged: 1201 })
  })
})

describe('the title of a filtered list', () => {
  it('says what was asked for and found', () => {
    expect(findTitle({ status: 'not-fresh', owner: 'Ada' }, 2)).toBe('2 not fresh feeds of Ada')
    expect([findTitle({}, 0), findTitle({ status: 'late' }, 1)]).toEqual(['No feeds', '1 late feed'])
    expect([runsTitle({ flow: 'course', system: null, state: 'problems' }), runsTitle({ flow: null, system: null, state: null })]).toEqual([
      'Runs of course: anything that went wrong',
      'Runs',
    ])
  })
})

describe('words in an address of the overview', () => {
  it('are led on into the catalogue, with the status and owner that were asked for besides', () => {
    expect(ledOnTo({ q: 'exam rooms', status: 'late', owner: 'Ada' })).toBe('/catalogue?q=exam+rooms&status=late&owner=Ada')
    expect([ledOnTo({ q: 'x' }), ledOnTo({ status: 'late' })]).toEqual(['/catalogue?q=x', null])
  })
})
