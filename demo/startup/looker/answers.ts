import {
  dashboardDocument,
  dashboardEntry,
  datagroupDocuments,
  elementDocument,
  exploreDocument,
  folderDocuments,
  lookDocument,
  savedQueryDocument,
} from './documents.ts'
import { pickFields } from './pick-fields.ts'
import type { LookerWorld } from './world.ts'

export interface LookerAnswer {
  status: number
  document: unknown
  contentType?: string
}

export interface LookerQuestion {
  method: string
  /** Below `/api/4.0`, its parts decoded. */
  path: string[]
  parameters: URLSearchParams
  body: unknown
}

const DOCUMENTATION = 'https://cloud.google.com/looker/docs/'
/** A search gives so many at a time, however many are asked for. */
const PAGE_MAX = 50

export function errorAnswer(status: number, message: string, errors?: { field: string; code: string; message: string }[]): LookerAnswer {
  return { status, document: { message, documentation_url: DOCUMENTATION, ...(errors !== undefined && { errors }) } }
}

const notFound = () => errorAnswer(404, 'Not found')

/** What somebody who is let in is answered. */
export function lookerAnswer(world: LookerWorld, question: LookerQuestion): LookerAnswer {
  const found = question.method === 'POST' ? posted(world, question) : read(world, question)
  if (found === undefined) return notFound()
  if (typeof found === 'string') return { status: 200, document: found, contentType: 'text/plain' }
  return 'status' in found ? found : { status: 200, document: pickFields(found.document, question.parameters.get('fields')) }
}

type Read = { document: unknown } | LookerAnswer | string | undefined

const some = <T>(value: T | null | undefined, document: (value: T) => unknown): Read =>
  value == null ? undefined : { document: document(value) }

function read(world: LookerWorld, { path, parameters }: LookerQuestion): Read {
  const [area, id, part] = path
  if (id !== undefined && world.hidden.has(`${area}/${id}`)) return undefined
  switch (area) {
    case 'user':
      return { document: { id: '7', display_name: 'Tidemark', email: null } }
    case 'folders':
      return id === undefined ? { document: folderDocuments(world) } : undefined
    case 'dashboards':
      return dashboards(world, id, part)
    case 'looks':
      return looks(world, id, parameters)
    case 'lookml_models':
      return part === 'explores' ? some(exploreDocument(world, id, path[3]), (explore) => explore) : undefined
    case 'queries':
      return some(world.queries.get(String(id)), savedQueryDocument)
    case 'merge_queries':
      return some(world.mergeQueries.get(String(id)), (ids) => ({
        id,
        source_queries: ids.map((query_id) => ({ name: query_id, query_id, merge_fields: [] })),
      }))
    case 'sql_queries':
      return some(world.sqlQueries.get(String(id)), ({ sql, connection }) => ({ slug: id, sql, connection_name: connection, run_count: 1 }))
    case 'datagroups':
      return { document: datagroupDocuments(world) }
    case 'projects':
      return fileContent(world, path, parameters)
    default:
      return undefined
  }
}

function fileContent({ files }: LookerWorld, [, , part, what]: string[], parameters: URLSearchParams): Read {
  return part === 'file' && what === 'content' ? files.get(parameters.get('file_path') ?? '') : undefined
}

function dashboards(world: LookerWorld, id: string | undefined, part: string | undefined): Read {
  // The list of all holds none that was thrown away; one of them alone is still answered.
  if (id === undefined)
    return { document: world.dashboards.filter(({ deleted }) => deleted !== true).map((one) => dashboardEntry(world, one)) }
  const found = world.dashboards.find((one) => one.id === id)
  if (part === 'dashboard_elements') return some(found, ({ elements }) => elements.map((element) => elementDocument(world, id, element)))
  return some(found, (one) => dashboardDocument(world, one))
}

function looks(world: LookerWorld, id: string | undefined, parameters: URLSearchParams): Read {
  const shown = world.looks.filter(({ deleted }) => deleted !== true).map((one) => lookDocument(world, one))
  if (id === undefined) return { document: shown }
  if (id !== 'search')
    return some(
      world.looks.find((one) => one.id === id),
      (one) => lookDocument(world, one),
    )
  const [page, perPage] = [parameters.get('page'), parameters.get('per_page')]
  const limit = Math.min(PAGE_MAX, Number(perPage ?? parameters.get('limit') ?? PAGE_MAX))
  const offset = page === null ? Number(parameters.get('offset') ?? 0) : (Number(page) - 1) * limit
  if (!Number.isInteger(limit) || limit < 1 || !Number.isInteger(offset) || offset < 0)
    return errorAnswer(422, 'Validation Failed', [{ field: 'limit', code: 'invalid', message: 'limit and offset must be whole numbers' }])
  return { document: shown.slice(offset, offset + limit) }
}

function posted(world: LookerWorld, { path, body }: LookerQuestion): Read {
  if (path.join('/') !== 'queries/run/json') return undefined
  const asked = typeof body === 'object' && body !== null ? body : {}
  const { model, view, fields } = { model: '', view: '', fields: [] as unknown, ...asked }
  const missing = (['model', 'view', 'fields'] as const).filter((field) => !(field in asked))
  if (missing.length > 0)
    return errorAnswer(
      422,
      'Validation Failed',
      missing.map((field) => ({ field, code: 'missing_field', message: `${field} is required` })),
    )
  if (model === 'system__activity' && view === 'pdt_builds') return { status: 200, document: buildRows(world) }
  if (!world.explores.has(`${model}/${view}`)) return notFound()
  const [field] = Array.isArray(fields) ? fields : []
  const newest = world.newest.get(`${model}/${view}/${String(field)}`)
  // A query that fails is a good answer here.
  if (newest === undefined)
    return { status: 200, document: [{ looker_error: `Unknown or inaccessible field "${String(field)}" in query` }] }
  return { status: 200, document: [{ [String(field)]: newest }] }
}

function buildRows({ builds }: LookerWorld) {
  const done = builds.filter(({ status }) => status === 'done').toSorted((a, b) => b.endedAt - a.endedAt)
  return done.map(({ model, view, endedAt }) => ({
    'pdt_builds.model_name': model,
    'pdt_builds.view_name': view,
    'pdt_builds.end_time': new Date(endedAt).toISOString().slice(0, 19).replace('T', ' '),
  }))
}
