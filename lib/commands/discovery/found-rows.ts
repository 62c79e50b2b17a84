import type { Found } from '#lib/connectors/kit/connector.ts'
import type { FoundEdgeRow, FoundRow } from '#lib/db/catalogue/found.ts'
import { withNestedColumns } from '#lib/domain/contracts/nested-fields.ts'
import { toShownText } from '#lib/domain/values/shown-text.ts'

const NAME_MAX = 300
const TEXT_MAX = 4000
const COLUMNS_MAX = 2000
const LABELS_MAX = 50
const GAPS_MAX = 20

const short = (text: string | null | undefined, most: number): string | null => {
  const trimmed = toShownText(text?.trim() ?? '')
  return trimmed === '' ? null : trimmed.slice(0, most)
}

/** Only an address a browser may follow. */
function webAddress(url: string | null | undefined): string | null {
  return url != null && url.length <= TEXT_MAX && /^https?:\/\//i.test(url) && URL.canParse(url) ? url : null
}

function labelsOf({ labels = {} }: Found): Record<string, string> {
  const told = Object.entries(labels).flatMap(([name, value]) => {
    const text = typeof value === 'string' ? short(value, NAME_MAX) : null
    const label = short(name, NAME_MAX)
    return text === null || label === null ? [] : [[label, text] as const]
  })
  return Object.fromEntries(told.slice(0, LABELS_MAX))
}

/** Something a connector found, as it is kept: texts of a length people read, nothing that is no text. */
export function toFoundRow(found: Found): FoundRow {
  const columns = withNestedColumns(found.columns ?? [])
    .slice(0, COLUMNS_MAX)
    .map(({ name, type, description }) => {
      return { name: name.slice(0, NAME_MAX), type: toShownText(type ?? '').slice(0, NAME_MAX), description: short(description, TEXT_MAX) }
    })
  return {
    path: found.path,
    kind: found.kind,
    name: short(found.name, NAME_MAX) ?? toShownText(found.path).slice(0, NAME_MAX),
    description: short(found.description, TEXT_MAX),
    columns,
    columns_in_part: found.mayHaveMoreColumns === true && columns.length > 0,
    owner: short(found.owner, NAME_MAX),
    url: webAddress(found.url),
    labels: labelsOf(found),
    policy: found.policy,
    gaps: (found.gaps ?? []).flatMap((gap) => short(gap, TEXT_MAX) ?? []).slice(0, GAPS_MAX),
    settings: found.settings,
    group_name: short(found.group, NAME_MAX) ?? '',
    job: short(found.job, NAME_MAX),
  }
}

/** What it is made from, each once. */
export function toEdgeRows({ path, upstream }: Found): FoundEdgeRow[] {
  const rows = upstream.map((from): FoundEdgeRow => {
    if ('path' in from) return { path, hint: from.hint, upstream: from.path, namespace: '', is_outside: false }
    return { path, hint: from.hint, upstream: from.name, namespace: from.namespace ?? '', is_outside: true }
  })
  return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()]
}
