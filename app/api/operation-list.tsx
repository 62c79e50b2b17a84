import { z } from 'zod'
import { schemaInWords } from '#app/_api/schema-words.ts'
import { Section } from '#app/_ui/section.tsx'
import { Described, Pieces } from './shape-list.tsx'

const contentSchema = z.record(z.string(), z.object({ schema: z.unknown() }))
const operationSchema = z.object({
  operationId: z.string(),
  tags: z.tuple([z.string()]),
  summary: z.string(),
  description: z.string().optional(),
  parameters: z
    .array(
      z.object({
        name: z.string(),
        in: z.string(),
        required: z.boolean().optional(),
        description: z.string().optional(),
        schema: z.looseObject({ description: z.string().optional() }),
      }),
    )
    .default([]),
  requestBody: z.object({ content: contentSchema }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content: contentSchema.optional() })),
})
const documentSchema = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), operationSchema)) })

type Operation = z.infer<typeof operationSchema> & { path: string; method: string }

/** Every address with what it takes and answers, in the order of the document. */
export function OperationList({ document }: { document: unknown }) {
  const operations = Object.entries(documentSchema.parse(document).paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Operation => ({ path, method: method.toUpperCase(), ...operation })),
  )
  const firstList = operations.find(isList)
  const tags = [...new Set(operations.map(({ tags: [tag] }) => tag))]
  return tags.map((tag) => (
    <Section key={tag} title={tag}>
      <ul>
        {operations
          .filter(({ tags: [own] }) => own === tag)
          .map((operation) => (
            <OperationItem key={operation.operationId} operation={operation} likeList={isList(operation) ? firstList : undefined} />
          ))}
      </ul>
    </Section>
  ))
}

/** What every list can be asked is told once, by the first. */
const PAGING = ['cursor', 'limit', 'format']

function isList({ parameters }: Operation): boolean {
  return PAGING.every((paging) => parameters.some(({ name }) => name === paging))
}

function OperationItem({ operation, likeList }: { operation: Operation; likeList: Operation | undefined }) {
  const { operationId, path, method, summary, description, responses } = operation
  const isLikeAnother = likeList !== undefined && likeList !== operation
  const parameters = operation.parameters.filter(({ name }) => !isLikeAnother || !PAGING.includes(name))
  const answer = Object.values(responses['200']?.content ?? {})[0]?.schema
  const refusals = Object.entries(responses).filter(([status]) => Number(status) >= 400)
  return (
    <li id={operationId} className="grid gap-x-10 gap-y-3 border-t border-line py-5 lg:grid-cols-[minmax(0,5fr)_minmax(0,7fr)]">
      <div>
        <h3 className="text-[17px]/6 font-semibold text-ink">{summary}</h3>
        <p className="mt-1 font-mono text-[13px]/5 break-all">
          <span className="me-2 font-semibold">{method}</span>
          {path}
        </p>
        {description !== undefined && (
          <p className="mt-2 text-[14px] text-muted">
            <Described text={description} />
          </p>
        )}
      </div>
      <dl className="grid content-start gap-y-2 text-[14px]/5">
        {isLikeAnother && (
          <div className="grid gap-x-4 sm:grid-cols-[9rem_minmax(0,1fr)]">
            <dt className="font-mono text-[13px] text-ink">{PAGING.join(', ')}</dt>
            <dd>
              as of <a href={`#${likeList.operationId}`}>{likeList.summary}</a>
            </dd>
          </div>
        )}
        {parameters.map(({ name, required, schema, description: words }) => (
          <div key={name} className="grid gap-x-4 sm:grid-cols-[9rem_minmax(0,1fr)]">
            <dt className="font-mono text-[13px] text-ink">{name}</dt>
            <dd>
              <Pieces pieces={schemaInWords(schema)} />
              {required === true && <span className="text-muted"> – needed</span>}
              <span className="block text-muted">
                <Described text={words ?? schema.description ?? ''} />
              </span>
            </dd>
          </div>
        ))}
        {bodyOf(operation) !== null && (
          <div className="grid gap-x-4 sm:grid-cols-[9rem_minmax(0,1fr)]">
            <dt className="text-muted">sends</dt>
            <dd>
              <Pieces pieces={bodyOf(operation) ?? []} />
            </dd>
          </div>
        )}
        <div className="grid gap-x-4 sm:grid-cols-[9rem_minmax(0,1fr)]">
          <dt className="text-muted">answers</dt>
          <dd>
            <Pieces pieces={schemaInWords(answer)} />
          </dd>
        </div>
        <div className="grid gap-x-4 sm:grid-cols-[9rem_minmax(0,1fr)]">
          <dt className="text-muted">refuses with</dt>
          <dd>
            <ul className="flex flex-wrap gap-x-3">
              {refusals.map(([status, { description: words }]) => (
                <li key={status}>
                  <abbr className="no-underline" title={words.replaceAll('`', '')}>
                    {status}
                  </abbr>
                </li>
              ))}
            </ul>
          </dd>
        </div>
      </dl>
    </li>
  )
}

function bodyOf({ requestBody }: Operation) {
  const schema = requestBody?.content['application/json']?.schema
  const pieces = schema === undefined ? [] : schemaInWords(schema)
  return pieces.length === 0 || pieces[0]?.words === '{  }' ? null : pieces
}
