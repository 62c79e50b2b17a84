import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import type { ReferenceView } from '#lib/queries/pages/connections-page.ts'
import { SecretList } from './secret-list.tsx'

const reference = (name: string, setIn: ReferenceView['setIn'], isSecret = false): ReferenceView => ({
  name,
  setting: 'url',
  isSecret,
  setIn,
  age: null,
})

/** What the list of these says, line by line, without its marks. */
function said(...references: ReferenceView[]): string[] {
  const html = renderToStaticMarkup(<SecretList references={references} />)
  return html
    .split('</li>')
    .map((line) => line.replaceAll(/<[^>]+>/g, ''))
    .filter((line) => line !== '')
}

it('says of each reference where it is set, in words of their own', () => {
  expect(said(reference('API_KEY', 'missing', true), reference('API_URL', 'shell'), reference('API_USER', 'shell'))).toEqual([
    expect.stringMatching(/^API_KEY \w/),
    expect.stringMatching(/^not secret: API_URL, API_USER \w/),
  ])
})
