import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { entityFields } from '#lib/domain/contracts/entity-fields.ts'
import type { AskedAsset } from '#lib/queries/catalogue/asked-asset.ts'
import { HurtSection } from './hurt-section.tsx'

const fields = entityFields([{ name: 'mail', type: 'text', description: null }], [])
const readers: AskedAsset['readers'] = [{ name: 'Forecast', subject: { kind: 'group', key: 'forecast' }, assetIds: [] }]
const words = (hurt: AskedAsset['hurt'], known = fields) =>
  renderToStaticMarkup(
    <HurtSection found={{ asset: { key: 'lake/customer' } as AskedAsset['asset'], fields: known, hurt, readers }} />,
  ).replaceAll(/<[^>]*>/g, '')

test('the first field that is promised is asked about where nobody asks for another', () => {
  const known = [
    { ...fields[0], name: 'uuid' },
    { ...fields[0], name: 'mail', isPromised: true },
  ] as typeof fields
  const html = renderToStaticMarkup(
    <HurtSection found={{ asset: { key: 'lake/customer' } as AskedAsset['asset'], fields: known, hurt: null, readers }} />,
  )
  expect(html).toContain('<option>uuid</option><option selected="">mail</option>')
})

test('who would be hurt if a field went is said by contract and by lineage, and of what is not seen only that it is there', () => {
  expect(words(null, [])).toBe('')
  expect(words({ field: 'mail', promised: null, below: [], hasUnseen: false })).toContain(
    'No contract promises mail to anybody.Nothing is known to be made from it.',
  )
  const leads = {
    key: 'lake/leads',
    name: 'Leads',
    feed: { key: 'sales', name: 'Sales' },
    owner: 'Ada',
    status: null,
    steps: 1,
    hasField: true,
  }
  const all = words({
    field: 'mail',
    promised: {
      name: 'Customers',
      versions: ['1', '2'],
      consumers: ['Forecast'],
      goes: { version: '3', at: Date.parse('2026-12-06T00:00Z') },
    },
    below: [leads],
    hasUnseen: true,
  })
  expect(all).toMatch(
    /mail is promised by the contract Customers, version 1 and 2, to Forecast\. It goes with version 3, announced for .*6 Dec/,
  )
  // Readers may be named that whoever asks does not see.
  const unnamed = { name: 'Customers', versions: ['1'], consumers: [], goes: null }
  expect(words({ field: 'mail', promised: unnamed, below: [], hasUnseen: false })).toContain(
    'mail is promised by the contract Customers, version 1.',
  )
  expect(all).toContain('By lineage 1 asset is made from it, those with a column of that name first')
  expect(all).toContain('; and so is a system you may not see.')
  expect(words({ field: 'mail', promised: null, below: [], hasUnseen: true })).toContain(
    'By lineage it is used by a system you may not see.',
  )
})
