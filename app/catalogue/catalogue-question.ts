import { questionInWords } from '#app/_api/read-question.ts'
import { filteredCataloguePath } from '#app/_ui/paths.ts'
import type { Question } from '#app/_ui/runs/run-question.ts'
import { QUESTION_LENGTH_MAX, readSearchWords } from '#lib/domain/search/question.ts'
import { cursorAt, placeAt } from '#lib/queries/api/list.ts'
import { CATALOGUE_LIST } from '#lib/queries/api/list-catalogue.ts'
import { type CatalogueListQuestion, catalogueQuestion } from '#lib/queries/api/questions.ts'
import { UNFILTERED } from '#lib/queries/catalogue/catalogue-view.ts'
import type { CatalogueQuestion, Filter } from '#lib/queries/catalogue/search-catalogue.ts'

/** What the catalogue is asked, as its address says it. */
export interface Asked {
  /** As it was typed. */
  q: string
  question: CatalogueQuestion
  /** The place after which the list begins. */
  after: string | null
  /** Why the address cannot be understood; then everything is shown. */
  problem: string | null
}

/** Reads the address of the catalogue; a text too long is cut, as what is typed into the field of every page ends here. */
export function readAsked({ q, after, ...filters }: Question): Asked {
  const typed = q?.trim().slice(0, QUESTION_LENGTH_MAX) ?? ''
  const everything = { q: typed, question: { ...UNFILTERED, search: readSearchWords(typed) }, after: null }
  const parsed = catalogueQuestion.omit({ q: true }).safeParse(filters)
  if (!parsed.success) return { ...everything, problem: questionInWords(parsed.error) }
  const { kind, state, status, connection, group, owner, contract } = parsed.data
  const chosen = { kind: kind ?? null, state: state ?? null, status: status ?? null, contract: contract ?? null }
  const question = { ...everything.question, ...chosen, connection: connection ?? null, group: group ?? null, owner: owner ?? null }
  if (after === undefined) return { ...everything, question, problem: null }
  const place = placeAt(CATALOGUE_LIST, listQuestionOf(typed, question), after)
  return {
    ...everything,
    question,
    after: place,
    problem: place === null ? 'There is no such place in this list; it is shown from its beginning.' : null,
  }
}

function listQuestionOf(q: string, question: CatalogueQuestion): CatalogueListQuestion {
  const filters = { q, ...filtersOf(question) }
  return catalogueQuestion.parse(Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== null)))
}

/** The address of what is asked with some of it otherwise, from its beginning. */
export function askedPath({ q, question }: Pick<Asked, 'q' | 'question'>, otherwise: Record<string, string | null> = {}): string {
  return filteredCataloguePath({ q, ...filtersOf(question), ...otherwise })
}

function filtersOf({ kind, state, status, connection, group, owner, contract }: CatalogueQuestion): Record<Filter, string | null> {
  return { kind, state, status, connection, group, owner, contract }
}

/** The address of the list after a place. */
export function nextPath(asked: Asked, place: string): string {
  return askedPath(asked, { after: cursorAt(CATALOGUE_LIST, listQuestionOf(asked.q, asked.question), place) })
}
