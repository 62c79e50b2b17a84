import type { Context } from '#lib/db/context.ts'
import { type EntityField, isSameField } from '#lib/domain/contracts/entity-fields.ts'
import { hurtByField } from '#lib/domain/contracts/hurt-by-field.ts'
import { flatFields } from '#lib/domain/contracts/nested-fields.ts'
import type { Status } from '#lib/domain/freshness/status.ts'
import type { KnownColumn } from '#lib/domain/search/known-columns.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { getAssetFacts } from '#lib/queries/shared/asset-columns.ts'
import { getUnseenNeighbours } from '#lib/queries/shared/asset-rows.ts'
import type { ContractView } from './asset-contracts.ts'
import type { Named } from './neighbour-names.ts'

/** Something that is made from an asset, and whom to ask about it. */
interface HurtAsset extends Named {
  feed: Named
  owner: string | null
  status: Status | null
  /** How far it is from that in the lineage. */
  steps: number
  /** It has a column of that name itself. */
  hasField: boolean
}

/** Who would be hurt if a field of an asset went, as far as whoever asks may see it. */
export interface FieldHurt {
  field: string
  /** The versions of its contract that promise it, to whom, and the announced one that does so no longer; null: none does. */
  promised: { name: string; versions: string[]; consumers: string[]; goes: { version: string; at: Instant } | null } | null
  below: HurtAsset[]
  /** Something that is not seen is made of this, too. */
  hasUnseen: boolean
}

interface Row extends Omit<HurtAsset, 'hasField'> {
  id: number
}

const STEPS_MAX = 20

const BELOW = `
  with recursive below(id, steps) as (
    select $1::int, 0
    union
    select e.downstream_id, b.steps + 1 from below b join lineage_now e on e.upstream_id = b.id
    join subject s on s.id = e.downstream_id and s.removed_at is null where b.steps < ${STEPS_MAX}
  ), nearest as (select id, min(steps) as steps from below where id <> $1 group by id)
  select n.id, n.steps::int, s.key, s.name, f.owner, sp.status, json_build_object('key', fs.key, 'name', fs.name) as feed
  from nearest n join subject s on s.id = n.id join asset a on a.subject_id = n.id
  join feed f on f.subject_id = a.feed_id join subject fs on fs.id = a.feed_id
  left join status_span sp on sp.subject_id = n.id and sp.to_at is null`

/** Who would be hurt if this field went: by contract whom it is promised to, by lineage what is made of it; null: it has no such field. */
export async function getFieldHurt(
  ctx: Context,
  { id, fields, contract }: { id: number; fields: readonly EntityField[]; contract: ContractView | null },
  asked: string,
): Promise<FieldHurt | null> {
  const field = fields.find(({ name }) => name === asked)?.name
  if (field === undefined) return null
  const { rows } = await ctx.pool.query<Row>(BELOW, [id])
  const ids = rows.map((row) => row.id)
  const [facts, unseen] = await Promise.all([getAssetFacts(ctx, ids), getUnseenNeighbours(ctx, [id, ...ids])])
  const columnsOf = (row: Row): readonly KnownColumn[] => facts.get(row.id)?.columns ?? []
  return {
    field,
    promised: promisedBy(contract, field),
    below: hurtByField(
      field,
      rows.map((row) => ({ ...row, columns: columnsOf(row) })),
    ).map(({ columns: _columns, id: _id, ...one }) => one),
    hasUnseen: unseen.some(({ isUpstream }) => !isUpstream),
  }
}

function promisedBy(contract: ContractView | null, field: string): FieldHurt['promised'] {
  const versions = (contract?.versions ?? []).filter(({ fields }) => flatFields(fields).some(({ name }) => isSameField(name, field)))
  const without = contract?.coming.find((one) => one.kind === 'begins' && !versions.some(({ version }) => version === one.version))
  const current = versions.filter(({ version }) => version === contract?.held?.version || isAnnounced(contract, version))
  const [first] = current
  if (first === undefined) return null
  return {
    name: first.name,
    versions: current.map(({ version }) => version),
    consumers: [...new Set(current.flatMap(({ consumers }) => consumers))],
    goes: without === undefined ? null : { version: without.version, at: without.at },
  }
}

function isAnnounced(contract: ContractView | null, version: string): boolean {
  return contract?.coming.some((one) => one.kind === 'begins' && one.version === version) === true
}
