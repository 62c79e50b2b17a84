import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { apiDocument, REFUSALS } from './document.ts'
import { OPERATIONS } from './operations.ts'

const document: unknown = JSON.parse(JSON.stringify(apiDocument({ url: 'https://status.example.edu' })))
const operationSchema = z.looseObject({
  operationId: z.string(),
  parameters: z
    .array(
      z.looseObject({
        name: z.string(),
        in: z.enum(['path', 'query', 'header']),
        required: z.boolean().optional(),
        schema: z.looseObject({}),
      }),
    )
    .default([]),
  responses: z.record(
    z.string(),
    z.looseObject({ description: z.string().min(1), content: z.record(z.string(), z.looseObject({ schema: z.unknown() })).optional() }),
  ),
})
const { paths, components } = z
  .looseObject({
    openapi: z.literal('3.1.0'),
    paths: z.record(z.string(), z.record(z.string(), operationSchema)),
    components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }),
  })
  .parse(document)
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, one]) => ({ path, method, ...one })),
)

describe('the document of the API', () => {
  it('describes every operation once, under a name of its own', () => {
    const described = Object.entries(OPERATIONS).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`))
    expect(operations.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(described.sort())
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
  })

  it('leads nowhere that is not in it', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name)
    expect(refs.length).toBeGreaterThan(20)
    expect(refs.filter((name) => !(name !== undefined && name in components.schemas))).toEqual([])
  })

  it.each(operations)('$method $path: says what is asked, answered and refused', ({ path, method, parameters, responses }) => {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    expect(parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)).toEqual(inPath)
    expect(responses['200']?.content).toBeDefined()
    for (const status of [400, 401, 403, 429, 503]) expect(responses[String(status)]?.content).toHaveProperty('application/json')
    if (method === 'post') expect(responses).toHaveProperty('413')
    if (inPath.length > 0) expect(responses).toHaveProperty('404')
    expect(
      Object.keys(responses).filter((status) => !['200', '201', '304'].includes(status) && REFUSALS[Number(status)] === undefined),
    ).toEqual([])
  })

  it('tells limits and kinds of what may stand in an address', () => {
    const limit = paths['/api/v1/assets']?.['get']?.parameters.find(({ name }) => name === 'limit')
    expect(limit).toMatchObject({ in: 'query', schema: { type: 'integer', minimum: 1, maximum: 1000 } })
    const wait = paths['/api/v1/feeds/{feed}/gate']?.['get']?.parameters.find(({ name }) => name === 'wait')
    expect(wait).toMatchObject({ schema: { type: 'integer', minimum: 0, maximum: 60 } })
    expect(wait?.required ?? false).toBe(false)
  })
})
