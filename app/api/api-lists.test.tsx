import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { apiDocument } from '#app/_api/document.ts'
import { OPERATIONS } from '#app/_api/operations.ts'
import { OperationList } from './operation-list.tsx'
import { ShapeList } from './shape-list.tsx'

const document: unknown = JSON.parse(JSON.stringify(apiDocument({ url: 'https://status.example.edu' })))

it('the page shows every address of the document with all its words', () => {
  const html = renderToStaticMarkup(<OperationList document={document} />)
  const operations = Object.values(OPERATIONS).flatMap(({ get, post }) => [get, post].filter((one) => one !== undefined))
  expect(html.match(/<h3/g)).toHaveLength(operations.length)
  expect(html).not.toContain('`')
  expect(html).toContain('<code>ndjson</code>')
})

it('every shape the page leads to is on it', () => {
  const html = renderToStaticMarkup(
    <>
      <OperationList document={document} />
      <ShapeList document={document} />
    </>,
  )
  const led = [...html.matchAll(/href="#(shape-\w+)"/g)].map(([, id]) => id)
  expect(led.length).toBeGreaterThan(0)
  expect(led.filter((id) => !html.includes(`id="${id}"`))).toEqual([])
})
