import type { EntityField } from '#lib/domain/contracts/entity-fields.ts'
import type { Match } from '#lib/domain/search/match.ts'
import { readSearchWords } from '#lib/domain/search/question.ts'
import { type CatalogueHit, PLACE } from '#lib/queries/catalogue/hits.ts'
import { findInCatalogue } from '#lib/queries/catalogue/search-catalogue.ts'
import { seesFound } from '#lib/queries/pages/found-page.ts'
import type { ApiCatalogueEntry } from './catalogue-answers.ts'
import { markOfContracts, toContract } from './contract-answers.ts'
import { type ApiList, markOfFound, markOfSubjects, toTime } from './list.ts'
import { type CatalogueListQuestion, catalogueQuestion } from './questions.ts'

/** What answers a question, the best first. */
export const CATALOGUE_LIST: ApiList<CatalogueListQuestion, ApiCatalogueEntry> = {
  name: 'catalogue',
  question: catalogueQuestion,
  place: PLACE,
  async read(ctx, { q = '', kind, state, status, connection, group, owner, contract, include }, after, limit) {
    const filters = {
      state: state ?? null,
      status: status ?? null,
      connection: connection ?? null,
      group: group ?? null,
      owner: owner ?? null,
      contract: contract ?? null,
    }
    const hits = await findInCatalogue(ctx, { search: readSearchWords(q), kind: kind ?? null, ...filters }, after, limit)
    return hits.map((hit) => ({ place: hit.place, item: toItem(hit, include === 'fields') }))
  },
  async mark(ctx) {
    return JSON.stringify([await markOfSubjects(ctx), await markOfFound(ctx), await markOfContracts(ctx), seesFound(ctx)])
  },
}

function toItem(hit: CatalogueHit, isWithFields: boolean): ApiCatalogueEntry {
  const { kind, key, name, state, status, connection, path, owner, why, description, url, labels, clocks } = hit
  return {
    ...{ kind, key, name, state, status, since: toTime(hit.since), group: hit.group?.key ?? null, feed: hit.feed?.key ?? null },
    ...aroundOf(hit),
    contract: toContract(hit.contract),
    ...(isWithFields && { fields: hit.fields.map(toField) }),
    ...{ connection, path, owner, why, description, url, labels, columns: hit.columns.length },
    ...{ dataThroughAt: toTime(clocks.dataThroughAt), dataThroughIsDay: clocks.dataThroughIsDay, updatedAt: toTime(clocks.updatedAt) },
    ...{ foundAt: toTime(hit.foundAt), goneAt: toTime(hit.goneAt), matched: hit.matches.map(toMatch) },
  }
}

function aroundOf({ writer, around }: CatalogueHit) {
  const { upstream = [], downstream = [], unseenUpstream = false, unseenDownstream = false } = around ?? {}
  return {
    flow: writer?.kind === 'flow' ? writer.key : null,
    job: writer?.kind === 'job' ? writer.key : null,
    upstream: upstream.map(({ key }) => key),
    downstream: downstream.map(({ key }) => key),
    ...{ unseenUpstream, unseenDownstream },
  }
}

function toField({ isSeen, isPromised, isUntold: _isUntold, ...field }: EntityField) {
  return { ...field, seen: isSeen, promised: isPromised }
}

function toMatch(match: Match): ApiCatalogueEntry['matched'][number] {
  const { field, text } = match
  const label = field === 'label' && 'name' in match ? (match.name ?? null) : null
  return { field, text, label, description: 'description' in match ? match.description : null }
}
