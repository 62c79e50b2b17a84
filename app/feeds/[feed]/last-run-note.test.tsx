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

it('a run elsewhere that completed is told where it has something to say, as that it took data away', () => {
  const of = (own: Partial<LastRun>) =>
    renderToStaticMarkup(<LastRunNote run={{ ...failed, state: 'completed', system: 'airbyte', jobName: 'prices', ...own }} told={null} />)
  expect(of({ problem: 'A clear took it away.' }).replaceAll(/<[^>]+>/g, '')).toBe(
    'The last run completed (prices (job term) in airbyte). A clear took it away.',
  )
  expect([of({}), of({ system: null, problem: 'as before' })]).toEqual(['', ''])
})
