import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { Listed } from './listed.tsx'

it('things one after the other have a comma and a space between them, and what ends the sentence follows the last at once', () => {
  const items = ['Terms', 'Courses', 'Ledger'].map((name) => ({ key: name, shown: name }))
  const html = renderToStaticMarkup(
    <>
      <Listed items={items} />.
    </>,
  )
  expect(html.replaceAll(/<[^>]+>/g, '')).toBe('Terms, Courses, Ledger.')
})
