import type { Json } from '#demo/startup/dbt-cloud-answers.ts'

/** What the Metadata API can do wrong; all but `not-found` in an answer that looks good. */
export type MetadataFault = 'off' | 'denied' | 'not-found' | 'busy' | 'timeout' | 'building' | 'filtered' | 'broken'

export interface ToldThing extends Json {
  luid: string
}

const error = (code: string, severity: string, message: string): Json => ({ message, extensions: { severity, code } })

const IN_PLACE: Partial<Record<MetadataFault, readonly Json[]>> = {
  off: [error('FEATURE_DISABLED', 'ERROR', 'The Metadata API has not been enabled yet.')],
  denied: [error('ACCESS_DENIED', 'ERROR', 'You are not authorized to use the Metadata API.')],
  busy: [error('RATE_EXCEEDED', 'ERROR', 'The rate of API requests exceeded what is allowed.')],
  timeout: [{ message: 'Execution canceled because timeout of 30000 millis was reached', locations: [] }],
  broken: [{ message: 'Internal failure while Ada was asked for' }],
}
const BESIDE: Partial<Record<MetadataFault, readonly Json[]>> = {
  building: [error('BACKFILL_RUNNING', 'WARNING', 'Still creating the Metadata API Store.')],
  filtered: [error('PERMISSIONS_MODE_SWITCHED', 'WARNING', 'Results have been automatically filtered.')],
}

/** So many things hang on one, itself counted. */
function nodesOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + nodesOf(one), 0)
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Object.values(value).reduce((sum: number, one) => sum + nodesOf(one), 0)
}

/** Answers a query by luids with the fields that it names, cut where it reaches more than so many things. */
export function answerGraph(
  { query, ids }: { query: string; ids: readonly unknown[] },
  of: Readonly<Record<string, readonly ToldThing[]>>,
  fault: MetadataFault | undefined,
  nodesMax: number,
): Json {
  const instead = fault === undefined ? undefined : IN_PLACE[fault]
  if (instead !== undefined) return { data: null, errors: instead }
  const [, root = '', fields = ''] = /\{\s*(\w+)\(filter: \{ luidWithin: \$ids \}\) \{([\s\S]*)\}\s*\}/.exec(query) ?? []
  const found = (of[root] ?? []).filter(({ luid }) => ids.includes(luid)).map((thing) => asked(thing, fields))
  const shown: unknown[] = []
  let nodes = 0
  for (const thing of found) {
    nodes += nodesOf(thing)
    if (nodes > nodesMax) break
    shown.push(thing)
  }
  const cut = shown.length < found.length ? [error('NODE_LIMIT_EXCEEDED', 'WARNING', 'Showing partial results.')] : []
  const errors = [...cut, ...((fault && BESIDE[fault]) ?? [])]
  return { data: { [root]: shown }, ...(errors.length > 0 && { errors }) }
}

/** Only what is asked for at the top is told. */
function asked(thing: ToldThing, fields: string): Json {
  return Object.fromEntries(Object.entries(thing).filter(([key]) => new RegExp(`\\b${key}\\b`).test(fields)))
}
