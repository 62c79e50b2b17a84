import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { ownWords } from '#lib/domain/runs/own-words.ts'
import type { LastRun } from '#lib/queries/runs/last-run.ts'
import { LastRunNote } from './last-run-note.tsx'

const failed: LastRun = { id: '1', flow: 'term', jobName: null, system: null, state: 'failed', endedAt: null, problem: null }
const noteOf = (problem: string, told: string | null) =>
  renderToStaticMarkup(<LastRunNote run={{ ...failed, problem }} told={told} />).replaceAll(/<[^>]+>/g, '')

it('what the run says is said once, and again where only the beginning of it was told', () => {
  const long = `SAP could not be read. ${'It answered with a logon page. '.repeat(10)}Ask Ada.`
  expect(noteOf('SAP could not be read.', 'SAP could not be read.')).toBe('The last run failed (flow term). ')
  expect(noteOf('SAP could not be read.', null)).toContain('SAP could not be read.')
  expect(noteOf('SAP could not be read.', 'No answer.')).toContain('SAP could not be read.')
  expect(noteOf(long, ownWords(long))).toContain('Ask Ada.')
})
