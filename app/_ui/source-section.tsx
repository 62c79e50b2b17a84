import type { CatalogueSource } from '#lib/catalogue/catalogue.ts'
import { ScrollArea } from './scroll-area.tsx'
import { Section } from './section.tsx'

const LINES_SHOWN = 60

/** A part of the catalogue as written, with its place; nothing where nobody wrote it. */
export function SourceSection({ source }: { source: CatalogueSource | null }) {
  if (source === null) return null
  const place = <code>{`${source.file}:${source.line}`}</code>
  if (source.yaml === '')
    return (
      <Section title="As written" note={place}>
        <p>Nobody wrote it: a rule of “adopt” makes it of what is found.</p>
      </Section>
    )
  const lines = source.yaml.split('\n').length
  const text = (
    <ScrollArea className="source" label="As written in the catalogue">
      <pre>{source.yaml}</pre>
    </ScrollArea>
  )
  return (
    <Section title="As written" note={place}>
      {lines <= LINES_SHOWN ? (
        text
      ) : (
        <details className="fold">
          <summary>All {lines} lines</summary>
          {text}
        </details>
      )}
    </Section>
  )
}
