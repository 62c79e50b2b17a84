import { expect, it } from 'vitest'
import { heldUpFlows } from './held-up-flows.ts'

const flows = [
  { name: 'person', after: [], connections: ['sap', 'lake'] },
  { name: 'patrons', after: ['person'], connections: ['lake'] },
  { name: 'cards', after: ['patrons', 'term'], connections: [] },
  { name: 'term', after: [], connections: ['lake'] },
]
const held = (down: string[], failing: string[]) => [...heldUpFlows(flows, new Set(down), new Set(failing))].sort()

it('holds up what speaks to a connection that is down, what fails, and all that come after these', () => {
  expect(held(['sap'], [])).toEqual(['cards', 'patrons', 'person'])
  expect(held([], ['term'])).toEqual(['cards', 'term'])
  expect(held(['lake'], [])).toEqual(['cards', 'patrons', 'person', 'term'])
  expect(held([], [])).toEqual([])
})

it('ends where flows come after each other', () => {
  const circle = [
    { name: 'a', after: ['b'], connections: [] },
    { name: 'b', after: ['a'], connections: [] },
  ]
  expect([...heldUpFlows(circle, new Set(), new Set(['a']))].sort()).toEqual(['a', 'b'])
})
