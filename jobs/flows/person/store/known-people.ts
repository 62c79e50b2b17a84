import { parseJson } from '#lib/domain/values/json.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import { CANONICAL_VERSION, contentHash } from '#lib/records/canonical-form.ts'

/** What the lake has of a person before a batch is merged. Only a hint: the comparison that counts is made under a lock. */
export interface KnownPerson {
  buid: string
  populations: string[]
  deleted: boolean
  /** Hash of the content. */
  hash: string
  /** Hash of the text as it was sent. */
  source: string
}

interface KnownRow extends KnownPerson {
  /** Only when the content was hashed by another version of the canonical form. */
  document: string | null
}

/** What the lake has of the people of one batch. */
export async function readKnown(
  lake: Pick<FlowContext<unknown>['lake'], 'query'>,
  buids: readonly string[],
): Promise<ReadonlyMap<string, KnownPerson>> {
  const rows = await lake.query<KnownRow>(
    `select c.bu_uid as buid, c.populations, c.deleted_at is not null as deleted, encode(c.content_hash, 'hex') as hash,
       encode(c.source_hash, 'hex') as source, case when c.hash_version <> $2 then c.person_data::text end as document
     from person_xform.current_person_data c where c.bu_uid = any ($1)`,
    [buids, CANONICAL_VERSION],
  )
  return new Map(rows.map(({ document, ...known }) => [known.buid, { ...known, hash: document === null ? known.hash : hashOf(document) }]))
}

function hashOf(document: string): string {
  return contentHash(parseJson(document))
}
