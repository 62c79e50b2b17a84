import type { CatalogueSource } from '#lib/catalogue/catalogue.ts'
import { ScrollArea } from './scroll-area.tsx'
import { Section } from './section.tsx'

const LINES_SHOWN = 60

/** A part of the catalogue as written, with its place; nothing where nobody wrote it. */
export function SourceSection({ source }: { source: CatalogueSource | null }) {
  if (source === null) return null
  const lines = source.yaml.split('\n').length
  const text = (
    <ScrollArea className="source" label="As written in the catalogue">
      <pre>{source.yaml}</pre>
    </ScrollArea>
  )
  return (
    <Section title="As written" note={<code>{`${source.file}:${source.line}`}</code>}>
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
