import { expect, test } from 'vitest'
import { jobInWords, jobOfSystemInWords } from './job-name.ts'

test('a job is called as its system calls it, and by what names it here; without a name by that alone', () => {
  expect([jobInWords('70403', 'Nightly build'), jobInWords('etl/load', null)]).toEqual(['Nightly build (job 70403)', 'etl/load'])
  expect(jobOfSystemInWords('dbt/70403', 'Nightly build')).toBe('Nightly build (dbt/70403)')
  expect(jobOfSystemInWords('dbt/70403', null)).toBe('dbt/70403')
})
