/** Who has the words when an answer fails: it itself, or the door for a page, the overview or a piece of the API. */
export type AnswerKind = 'itself' | 'page' | 'overview' | 'api'

/** Where the words of a fault are rendered. */
export const UNAVAILABLE_PATH = '/unavailable'

/** Read without the database, or with an answer of its own when there is none. */
const ITSELF = /^\/(?:_next\/|__next|embed\/|api\/(?:health|internal)\b|api\/v1\/(?:events|moved)$|icon\.svg$|unavailable$)/

/** The filters of the overview, which are a page of their own. */
const FILTERS = ['q', 'status', 'owner']

/** Who has the words when the answer to this request fails. */
export function answerKind(method: string, target: string): AnswerKind {
  const [path = '', query] = target.split(/\?(.*)/s)
  if (ITSELF.test(path) || (method !== 'GET' && method !== 'HEAD')) return 'itself'
  if (path.startsWith('/api/') || path.endsWith('.atom')) return 'api'
  const asked = new URLSearchParams(query)
  return path === '/' && !FILTERS.some((name) => asked.has(name)) ? 'overview' : 'page'
}
