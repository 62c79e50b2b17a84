import { expect, test } from 'vitest'
import type { FlowHealth } from '#lib/domain/runs/flow-health.ts'
import type { FlowCard } from '#lib/queries/runs/flow-cards.ts'
import { FLOWS_PAGE, pageOfFlows } from './page-of-flows.ts'

const flow = (name: string, group: string, health: FlowHealth = 'completed') =>
  ({ name, health, group: { key: group, name: group, position: 0 } }) as FlowCard
const many = (group: string, count: number) => Array.from({ length: count }, (_, index) => flow(`${group}-${index}`, group))
const groupsOf = (flows: readonly FlowCard[]) =>
  [...Map.groupBy(flows, ({ group }) => group?.key ?? '')].map(([key, own]) => ({ key, name: key, flows: own }))
const shown = (flows: readonly FlowCard[], page: number) => pageOfFlows(groupsOf(flows), page).items

test('flows that fit on one page stand in the order of their groups, the first of each marked', () => {
  const few = [...many('a', 2), flow('broken', 'b', 'failed')]
  expect(shown(few, 1).map(({ card, isFirst }) => [card.name, isFirst])).toEqual([
    ['a-0', true],
    ['a-1', false],
    ['broken', true],
  ])
  expect(pageOfFlows(groupsOf(few), 1)).toMatchObject({ page: 1, pages: 1, total: 3 })
})

test('hundreds of flows come page by page, what runs or failed before all others, and none is lost', () => {
  const all = [...many('a', 200), ...many('b', 100), flow('broken', 'b', 'failed'), flow('stopped', 'a', 'paused')]
  expect(shown(all, 1).slice(0, 1)).toMatchObject([{ card: { name: 'broken' }, isFirst: true }])
  expect(shown(all, 1).map(({ card }) => card.name)).toContain('stopped')
  const pages = pageOfFlows(groupsOf(all), 1).pages
  const names = Array.from({ length: pages }, (_, index) => shown(all, index + 1)).flatMap((page) => page.map(({ card }) => card.name))
  expect(pages).toBe(Math.ceil(302 / FLOWS_PAGE))
  expect(new Set(names).size).toBe(302)
})
