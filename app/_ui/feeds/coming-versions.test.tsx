import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import type { ComingVersion } from '#lib/queries/catalogue/coming-versions.ts'
import { ComingAbove, ComingVersions } from './coming-versions.tsx'

const next: ComingVersion = {
  coming: { kind: 'begins', version: '2.0.0', at: 0, changes: ['phone goes'], isBreaking: true, ends: '1.2.0' },
  ...{ asset: { key: 'lake/crm.customer', name: 'Customers' }, contract: 'Customer', owner: 'CRM team', readers: [] },
}
const feeds = (...names: string[]) => names.map((name) => ({ key: name.toLowerCase(), name }))
const html = (coming: ComingVersion[], total = coming.length) => renderToStaticMarkup(<ComingVersions coming={coming} total={total} />)
const words = (...given: Parameters<typeof html>) => html(...given).replaceAll(/<[^>]*>/g, '')

test('the overview tells what comes in a line each: when, what, and whose feeds read it, with the way to the contract', () => {
  expect(html([])).toBe('')
  expect(words([{ ...next, readers: feeds('Search', 'Segments') }])).toBe(
    'ComingCustomer 2.0.0 from 1 Jan: phone goes; 1.2.0 ends then. Search and Segments read it.',
  )
  expect(html([next])).toContain('href="/assets/lake/crm.customer#contract"')
  expect(words([{ ...next, readers: feeds('Search') }])).toMatch(/ Search reads it\.$/)
  expect(words([{ ...next, readers: feeds('A', 'B', 'C', 'D', 'E') }])).toMatch(/ A, B, C and 2 more read it\.$/)
  expect(words([{ ...next, coming: { kind: 'ends', version: '1.2.0', at: 0 } }])).toMatch(
    /Customer 1\.2\.0 ends on 1 Jan, and no version takes its place\. $/,
  )
  expect(words([next], 3)).toMatch(/And 2 more coming changes\.$/)
})

test('the page of a feed tells the same of what it is made from, and whom to ask', () => {
  expect(renderToStaticMarkup(<ComingAbove coming={[next]} />).replaceAll(/<[^>]*>/g, '')).toBe(
    'Something this is made from will change: Customer 2.0.0 from 1 Jan: phone goes; 1.2.0 ends then. Ask CRM team.',
  )
})
