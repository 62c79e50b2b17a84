import { parameterNames } from '#lib/catalogue/resolve/flow-parameters.ts'
import { type ParameterField, parameterFields } from '#lib/catalogue/resolve/parameter-fields.ts'
import { IN_FORCE } from '#lib/db/catalogue/catalogue-versions.ts'
import type { Context } from '#lib/db/context.ts'

/** What the reload of a feed that one flow loads may be told. */
export interface ReloadForm {
  flow: string
  fields: ParameterField[]
  canDryRun: boolean
}

const FLOWS = `
  select distinct f.name, v.schema, (v.document -> 'flows' -> f.name)::jsonb as written, exists (
      select from asset b join subject x on x.id = b.subject_id and x.removed_at is null where b.feed_id = fs.id and b.flow is null and b.job is not null
    ) as "hasJob"
  from subject fs join asset a on a.feed_id = fs.id join subject s on s.id = a.subject_id and s.removed_at is null
  join flow f on f.name = a.flow and f.removed_at is null left join ${IN_FORCE} v on true
  where fs.kind = 'feed' and fs.key = $1`

/** The form of a feed's only flow; null where none, several or one that is not seen loads it. Where a job of another system does, too, it takes no parameters. */
export async function getReloadForm(ctx: Context, feed: string): Promise<ReloadForm | null> {
  const { rows } = await ctx.pool.query<{ name: string; schema: unknown; written: unknown; hasJob: boolean }>(FLOWS, [feed])
  const [flow, other] = rows
  if (flow === undefined || other !== undefined) return null
  const { name, schema, written, hasJob } = flow
  return {
    flow: name,
    fields: hasJob ? [] : parameterFields(name, schema, written),
    canDryRun: parameterNames(name, schema, written).includes('dryRun'),
  }
}
