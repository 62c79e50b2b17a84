import { expect, test } from 'vitest'
import { OPERATIONS } from '#app/_api/operations.ts'
import { sourceFiles } from './source-files.ts'

/** The document describes everything but itself. */
const DOCUMENT = '/api/v1/openapi.json'

const routes = sourceFiles('app').filter(({ path }) => /^app\/api\/v1\/.*route\.ts$/.test(path))

test('every address of the API is described in app/_api/operations.ts with its methods, and nothing else is', () => {
  const found = routes.flatMap(({ path, text }) => {
    const address = path.replace(/^app|\/route\.ts$/g, '').replace(/\[([^\]]+)\]/g, '{$1}')
    const methods = [...text.matchAll(/^export (?:async )?function (GET|POST)\b/gm)].map(
      ([, method]) => `${method?.toLowerCase()} ${address}`,
    )
    return methods.length === 0 ? [`${path} answers no method that can be described`] : methods
  })
  const described = Object.entries(OPERATIONS).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`))
  expect(found.length).toBeGreaterThan(15)
  expect(described.sort()).toEqual(found.filter((one) => one !== `get ${DOCUMENT}`).sort())
})

test('what an address is asked and what an order brings along is read by the schema that the document shows', () => {
  const read = Object.entries(OPERATIONS).flatMap(([path, { get, post }]) => {
    const file = `app${path.replaceAll(/\{(\w+)\}/g, '[$1]')}/route.ts`
    const text = routes.find((route) => route.path === file)?.text ?? ''
    const readsQuestion = /listResponse\(request|readQuestion\(request|getHeartbeat\(request/.test(text)
    return [
      ...(get?.question !== undefined && !readsQuestion ? [`${file} does not read its question by a schema`] : []),
      ...(post?.body !== undefined &&
      !/readBody\(fields|readEvents\(request|streamPushed\(request|postHeartbeat\(request|postFlowPush\(request/.test(text)
        ? [`${file} does not read its body by a schema`]
        : []),
      ...(/searchParams|readQuery\(request, \[[^\]]/.test(text) ? [`${file} reads its question by itself`] : []),
    ]
  })
  expect(read).toEqual([])
})
