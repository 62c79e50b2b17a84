import { isTooDeep, type JsonValue } from '#lib/domain/values/json.ts'

/** What a query of Metabase reads, as it names that. */
export interface QuerySources {
  /** By their ids. */
  tables: number[]
  /** Other cards, by their ids. */
  cards: number[]
  /** Texts in SQL, or in whatever its database speaks. */
  texts: string[]
  /** It reaches a table by a foreign key and does not name it. */
  followsKeys: boolean
}

const CARD = /\{\{\s*#(\d+)[^}]*\}\}/g

/** Everything that a query reads, however deep it stands: its table, those it joins, cards it is made from, and text. */
export function sourcesOfQuery(query: unknown): QuerySources | null {
  if (isTooDeep(query as JsonValue)) return null
  const found: QuerySources = { tables: [], cards: [], texts: [], followsKeys: false }
  walk(query, found)
  for (const text of found.texts) found.cards.push(...[...text.matchAll(CARD)].map(([, id]) => Number(id)))
  return { ...found, tables: [...new Set(found.tables)], cards: [...new Set(found.cards)], texts: found.texts.map(withoutCards) }
}

/** Of a card that stands for a table nothing is left, nor of the brackets about what may be left out. */
function withoutCards(text: string): string {
  return text.replace(CARD, '(select 1)').replace(/\[\[|\]\]/g, ' ')
}

function walk(value: unknown, found: QuerySources): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) for (const item of value) walk(item, found)
  else for (const [key, item] of Object.entries(value)) note(key, item, found)
}

function note(key: string, value: unknown, found: QuerySources): void {
  const card = key === 'source-card' ? value : key === 'source-table' && /^card__(\d+)$/.exec(String(value))?.[1]
  if (key === 'source-table' && typeof value === 'number') found.tables.push(value)
  else if (card) found.cards.push(Number(card))
  else if (key === 'source-field') found.followsKeys = true
  else if (key === 'native') noteText(value, found)
  // What a filter offers to choose from is no source.
  else if (key !== 'template-tags') walk(value, found)
}

function noteText(value: unknown, found: QuerySources): void {
  const text = typeof value === 'object' && value !== null && 'query' in value ? value.query : value
  if (typeof text === 'string') found.texts.push(text)
}
