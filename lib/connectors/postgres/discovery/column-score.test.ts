import { expect, test } from 'vitest'
import { TYPE } from '#lib/connectors/postgres/read-instant.ts'
import { chooseColumn } from './column-choice.ts'
import type { CandidateColumn } from './column-score.ts'

const column = (name: string, more: Partial<CandidateColumn> = {}): CandidateColumn => ({
  name,
  type: TYPE.timestamptz,
  indexed: false,
  nullable: true,
  stampsItself: false,
  ...more,
})
const best = (...names: string[]) => chooseColumn(names.map((name) => column(name)))?.column

test('what loading tools write comes first, then load times, changes, creation, events', () => {
  const order = ['_fivetran_synced', 'dl_insert_date', 'loaded_at', 'modified_date', 'created_at', 'order_date']
  for (const [i, name] of order.entries()) expect(best(...order.slice(i).reverse()), name).toBe(name)
})

test.each([
  ['_airbyte_extracted_at'],
  ['_sdc_batched_at'],
  ['_etl_loaded_at'],
  ['inserted_at'],
  ['updated_at'],
  ['UpdatedAt'],
  ['LASTUPDDTTM'],
  ['Load Date'],
  ['sys_updated_on'],
  ['dw_update_ts'],
  ['last_modified'],
])('%s is known by its name', (name) => {
  expect(chooseColumn([column(name)])?.clock).toBe('writtenAt')
})

test.each(['birth_date', 'valid_to', 'expires_at', 'due_date', 'end_date', 'deleted_at', 'effective_date', 'next_run_at', 'removed_at'])(
  '%s tells nothing about loading',
  (name) => {
    expect(chooseColumn([column(name)])).toBeNull()
  },
)

test('an event time tells how far the data reaches, not when it was written', () => {
  expect(chooseColumn([column('event_time')])?.clock).toBe('dataThroughAt')
  expect(chooseColumn([column('prueba_en')])).toMatchObject({
    clock: 'dataThroughAt',
    because: expect.stringContaining('the only kind of time'),
  })
})

test('a number is only taken for a time by its name', () => {
  expect(chooseColumn([column('amount', { type: TYPE.int8 })])).toBeNull()
  expect(chooseColumn([column('updated_at', { type: TYPE.int8 })])?.column).toBe('updated_at')
  expect(chooseColumn([column('_dlt_load_id', { type: TYPE.text })])?.column).toBe('_dlt_load_id')
})

test('among equals the indexed one wins, and one that stamps itself is taken for a time of writing', () => {
  expect(chooseColumn([column('loaded_at'), column('ingested_at', { indexed: true })])?.column).toBe('ingested_at')
  expect(chooseColumn([column('quando', { stampsItself: true })])).toMatchObject({ clock: 'writtenAt' })
})
