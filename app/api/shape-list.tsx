import { z } from 'zod'
import { fieldsOf, type Piece, schemaInWords } from '#app/_api/schema-words.ts'

const documentSchema = z.looseObject({
  components: z.looseObject({ schemas: z.record(z.string(), z.looseObject({ description: z.string().optional() })) }),
})

/** The shapes that answers are made of, each with its members. */
export function ShapeList({ document }: { document: unknown }) {
  const { schemas } = documentSchema.parse(document).components
  return (
    <ul className="gap-x-14 lg:columns-2">
      {Object.entries(schemas)
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([name, schema]) => (
          <li key={name} id={`shape-${name}`} className="mb-8 break-inside-avoid border-t border-line-strong pt-3">
            <h3 className="text-[17px]/6 font-semibold text-ink">{name}</h3>
            {schema.description !== undefined && (
              <p className="text-[14px] text-muted">
                <Described text={schema.description} />
              </p>
            )}
            <Members schema={schema} />
          </li>
        ))}
    </ul>
  )
}

function Members({ schema }: { schema: unknown }) {
  const fields = fieldsOf(schema)
  if (fields.length === 0)
    return (
      <p className="mt-2 text-[14px]/5">
        <Pieces pieces={schemaInWords(schema)} />
      </p>
    )
  return (
    <dl className="mt-2 text-[14px]/5">
      {fields.map(({ name, type, description, isRequired }) => (
        <div key={name} className="grid gap-x-4 py-1 sm:grid-cols-[10rem_minmax(0,1fr)]">
          <dt className="font-mono text-[13px] break-all text-ink">{name}</dt>
          <dd>
            <Pieces pieces={type} />
            {!isRequired && <span className="text-muted"> – not always</span>}
            {description !== null && (
              <span className="block text-muted">
                <Described text={description} />
              </span>
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** Words in which the names of shapes lead to these. */
export function Pieces({ pieces }: { pieces: readonly Piece[] }) {
  return pieces.map(({ words, ref }) =>
    ref === undefined ? (
      words
    ) : (
      <a key={ref} href={`#shape-${ref}`}>
        {words}
      </a>
    ),
  )
}

/** A description of the document: what stands between backticks there is code. */
export function Described({ text }: { text: string }) {
  return text.split('`').map((part, index) => (index % 2 === 1 ? <code key={part}>{part}</code> : part))
}
