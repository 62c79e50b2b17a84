import { expect, it } from 'vitest'
import { statesOf } from './run-filter.ts'

it('lets through a state, all that did not go well, or everything', () => {
  expect(statesOf('missed')).toEqual(['missed'])
  expect(statesOf('problems')).toEqual(['partial', 'failed', 'timed-out', 'crashed'])
  expect(statesOf(undefined)).toContain('completed')
})
