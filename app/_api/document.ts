import { z } from 'zod'
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject, type ZodOpenApiResponsesObject } from 'zod-openapi'
import { problemSchema } from '#lib/queries/api/shapes.ts'
import type { Operation, Operations } from './operation.ts'
import { OPERATIONS } from './operations.ts'

/** Why something is refused, by the number of the answer. */
export const REFUSALS: Readonly<Record<number, string>> = {
  400: 'The question cannot be understood; the words say what is wrong with it.',
  401: 'Nobody is signed in and no token came along, or one that is over.',
  403: 'Known, but not allowed to: the role, or the scope of the token, does not go so far.',
  404: 'There is no such thing, or not for you.',
  405: 'The address takes another method.',
  409: 'It stands in the way of something, or cannot be as things are.',
  413: 'What was sent is too long.',
  415: 'This kind of content is not taken here.',
  421: 'The page goes by another name than the one that was asked.',
  422: 'What was asked for was refused.',
  429: 'Too much at once; `Retry-After` says when to come back.',
  503: 'The database does not answer right now; `Retry-After` says when to come back.',
}

const ANYWHERE = [400, 401, 403, 405, 421, 429, 503]

/** The API as an OpenAPI 3.1 document. */
export function apiDocument(options: { url: string }) {
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Tidemark',
      version: '1',
      description:
        'Is the data fresh, since when, why not: read, waited for and ordered by programs. Whoever asks sees what they may see on the page.',
    },
    servers: [{ url: options.url }],
    security: [{ token: [] }, { session: [] }, {}],
    paths: Object.fromEntries(Object.entries(OPERATIONS).map(([path, methods]) => [path, toPath(path, methods)])),
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'A token of your account, `tdm_…`: scope `read` to read, `run` to order, `push` to hand in.',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-tidemark',
          description: 'What a browser has after signing in; orders are taken from the page only.',
        },
      },
    },
  })
}

function toPath(path: string, methods: Operations[string]): ZodOpenApiPathsObject[string] {
  return Object.fromEntries(Object.entries(methods).map(([method, operation]) => [method, toOperation(`${method} ${path}`, operation)]))
}

function toOperation(id: string, operation: Operation): ZodOpenApiOperationObject {
  const { tag, summary, description, path, question, header, body } = operation
  const isBodyRequired = path === undefined
  const requestParams = {
    ...(path !== undefined && { path: z.object(path) }),
    ...(question !== undefined && { query: question }),
    ...(header !== undefined && { header }),
  }
  return {
    operationId: id
      .replace(/^(\w+) \/api\/v1\//, '$1-')
      .replace(/[^\w]+/g, '-')
      .replace(/-$/, ''),
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    requestParams,
    ...(tag === 'Hand in' &&
      body !== undefined && { requestBody: { required: isBodyRequired, content: { 'application/json': { schema: body } } } }),
    ...(tag === 'Order' && { requestBody: { required: true, content: { 'application/json': { schema: body ?? z.object({}) } } } }),
    responses: toResponses(operation),
  }
}

function toResponses({ tag, answer, lines, isStream, isTagged, isStored, refusals = [] }: Operation): ZodOpenApiResponsesObject {
  const content = isStream
    ? { 'text/event-stream': { schema: answer } }
    : { 'application/json': { schema: answer }, ...(lines !== undefined && { 'application/x-ndjson': { schema: lines } }) }
  const statuses = [...new Set([...ANYWHERE, ...refusals, ...(tag === 'Order' ? [413] : tag === 'Hand in' ? [413, 415] : [])])].sort(
    (a, b) => a - b,
  )
  return {
    '200': { description: isStored ? 'All of it was stored before.' : 'As asked for.', content },
    ...(isStored && { '201': { description: 'It is stored.', content } }),
    ...(isTagged && { '304': { description: 'You have it already, by the tag of your last answer (If-None-Match).' } }),
    ...Object.fromEntries(
      statuses.map((status) => [
        String(status),
        { description: REFUSALS[status] ?? '', content: { 'application/json': { schema: problemSchema } } },
      ]),
    ),
  }
}
