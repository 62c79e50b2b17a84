import { z } from 'zod'
import type { ClockReading, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import type { Probe } from '#lib/connectors/kit/probe.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { SearchApi } from './api.ts'

/** More indices behind one name are not compared one by one. */
const INDICES_MAX = 100

const statsSchema = z.object({
  indices: z.record(
    z.string(),
    z.object({
      uuid: z.string().optional(),
      primaries: z.object({ docs: z.object({ count: z.number() }), indexing: z.object({ index_total: z.number() }) }),
    }),
  ),
})

const stateSchema = z.object({
  /** Of each index, by its lasting id: its documents, and how often one was written since its node started. */
  indices: z.record(z.string(), z.tuple([z.number(), z.number()])),
  writtenAt: z.number().nullable(),
})
type Counts = z.infer<typeof stateSchema>['indices']

/** Documents behind a name; nothing that a clean-up, a restart of a node or an index without documents changes is a write. */
type Difference = 'first' | 'same' | 'removed' | 'emptied' | 'written'

/** Whether the look before went by counters. */
export function wasCounted(previous: ObservedAsset['previous']): boolean {
  return stateSchema.safeParse(previous).success
}

const documentsIn = (counts: Counts) => Object.values(counts).reduce((sum, [documents]) => sum + documents, 0)

/** How the counters of the indices behind a name differ from the look before. Those of writes begin anew with each start of a node. */
export function compareCounts(before: Counts | null, now: Counts): Difference {
  if (before === null) return 'first'
  const documents = documentsIn(now)
  const known = documentsIn(before)
  if (documents === 0) return known === 0 ? 'same' : 'emptied'
  const isWritten = Object.entries(now).some(([id, [count, writes]]) => {
    const [countBefore, writesBefore] = before[id] ?? [0, 0]
    return before[id] === undefined ? count > 0 : count > countBefore || (writes > writesBefore && count > 0)
  })
  if (isWritten) return 'written'
  return documents < known ? 'removed' : 'same'
}

const WORDS: Record<Difference, string> = {
  first: 'First look at an index without a time field: its documents are counted, a write will show at the next looks.',
  same: 'No document was written since the look before, as far as its counters tell.',
  removed: 'It has fewer documents than at the look before: some were removed, which is no load.',
  emptied: 'It has no documents any more.',
  written: 'Documents were written since the look before, or another index stands under its name.',
}

/** What the counters of an index tell where no field does: weak, whatever they say. */
export async function probeCounts(api: SearchApi, { path, previous }: ObservedAsset, now: Instant): Promise<Probe> {
  const { indices } = await api.ask({ path: [path, '_stats', 'docs,indexing'], what: path }, statsSchema)
  const entries = Object.entries(indices)
  const base = { rows: null, state: null, warnings: [], readings: [] }
  const evidence = (detail: string): Probe['evidence'] => ({ method: 'counters', strength: 'weak', detail })
  if (entries.length > INDICES_MAX) {
    const untold = `${entries.length} indices stand behind ${path}, too many to compare their counters. Name a time field in the catalogue: field: event.ingested.`
    return { ...base, evidence: evidence(untold), untold }
  }
  const counts: Counts = Object.fromEntries(
    entries.map(([name, { uuid = name, primaries }]) => [uuid, [primaries.docs.count, primaries.indexing.index_total]]),
  )
  const before = stateSchema.safeParse(previous).data ?? null
  const difference = compareCounts(before?.indices ?? null, counts)
  const writtenAt = difference === 'written' ? now : (before?.writtenAt ?? null)
  const more = before === null ? 0 : documentsIn(counts) - documentsIn(before.indices)
  return {
    ...base,
    readings: readingsOf(documentsIn(counts), writtenAt, difference),
    rows: difference === 'written' && more > 0 ? more : null,
    evidence: evidence(WORDS[difference]),
    state: { indices: counts, writtenAt },
  }
}

function readingsOf(documents: number, writtenAt: Instant | null, difference: Difference): ClockReading[] {
  if (documents === 0) return [{ clock: 'writtenAt', at: null, precision: 'instant', ...(difference === 'emptied' && { isEmptied: true }) }]
  return writtenAt === null ? [] : [{ clock: 'writtenAt', at: writtenAt, precision: 'instant' }]
}
