import { z } from 'zod'
import { moment } from '#lib/connectors/kit/moment.ts'

const text = z.string().nullish()
const named = z.object({ name: text }).nullish()
/** In its JSON most numbers and truths are texts. */
const flag = z
  .union([z.boolean(), z.string()])
  .nullish()
  .transform((value) => (value == null ? null : String(value) === 'true'))
const count = z.union([z.string(), z.number()]).transform(Number).pipe(z.int().nonnegative())

export const signedInSchema = z.object({
  credentials: z.object({
    token: z.string().min(1),
    /** `120:00:00`, in hours. */
    estimatedTimeToExpiration: text,
    site: z.object({ id: z.string().min(1) }),
  }),
})

export const serverSchema = z.object({
  serverInfo: z.object({ productVersion: z.object({ value: z.string() }) }),
})

export const pageSchema = z.looseObject({
  pagination: z.object({ pageNumber: count, pageSize: count.pipe(z.number().positive()), totalAvailable: count }),
})

/** A data source or workbook, as a list tells it. When it was edited is told, too, and says nothing of its data. */
export const contentSchema = z
  .object({ id: z.string(), name: text, description: text, webpageUrl: text, hasExtracts: flag, project: named, owner: named })
  .transform(({ name, description, webpageUrl: url, project, owner, ...content }) => ({
    ...content,
    name: name?.trim() || content.id,
    description: description?.trim() || null,
    url: url ?? null,
    project: project?.name ?? null,
    owner: owner?.name ?? null,
  }))
export type Content = z.output<typeof contentSchema>

export const viewSchema = z
  .object({ id: z.string(), name: text, contentUrl: text, workbook: z.object({ id: z.string() }).nullish() })
  .transform(({ id, name, contentUrl, workbook }) => ({
    id,
    name: name?.trim() || id,
    contentUrl: contentUrl ?? null,
    workbook: workbook?.id ?? null,
  }))
export type View = z.output<typeof viewSchema>

/** What the list tells of a job: not what it refreshes. */
export const listedJobSchema = z.object({
  id: z.string(),
  status: z.string(),
  jobType: text,
  title: text,
  createdAt: moment,
  endedAt: moment,
})
export type ListedJob = z.output<typeof listedJobSchema>

const target = z.object({ id: z.string(), name: text }).nullish()

export const jobSchema = z.object({
  id: z.string(),
  createdAt: moment,
  startedAt: moment,
  completedAt: moment,
  /** 0 went well, 1 failed, 2 was cancelled, 3 went well with what is linked to it. */
  finishCode: z
    .union([z.string(), z.number()])
    .nullish()
    .transform((code) => (code == null ? null : Number(code))),
  extractRefreshJob: z.object({ notes: text, datasource: target, workbook: target }).nullish(),
})
export type Job = z.output<typeof jobSchema>

export const oneJobSchema = z.object({ job: z.unknown() })

/** Without any it has no list. */
export const tasksSchema = z.object({
  tasks: z.object({
    task: z
      .array(
        z.object({
          extractRefresh: z
            .object({
              consecutiveFailedCount: count.nullish(),
              schedule: z.object({ state: text }).nullish(),
              datasource: target,
              workbook: target,
            })
            .nullish(),
        }),
      )
      .nullish(),
  }),
})
export type Task = NonNullable<NonNullable<z.output<typeof tasksSchema>['tasks']['task']>[number]['extractRefresh']>

/** What GraphQL answers: errors stand in an answer that looks like a good one, beside data or without. */
export const graphSchema = z.object({
  data: z.record(z.string(), z.array(z.looseObject({ luid: z.string() })).nullish()).nullish(),
  errors: z.array(z.looseObject({ message: text, extensions: z.looseObject({ severity: text, code: text }).nullish() })).nullish(),
})

const extract = {
  hasExtracts: z.boolean().nullish(),
  extractLastRefreshTime: moment,
  extractLastIncrementalUpdateTime: moment,
  extractLastUpdateTime: moment,
}
/** When an extract was loaded last, and when it was made. */
export type Extract = z.output<z.ZodObject<typeof extract>>

const tables = z
  .array(
    z.object({
      name: text,
      schema: text,
      fullName: text,
      database: named,
    }),
  )
  .nullish()
export type TableOf = NonNullable<z.output<typeof tables>>[number]

const luid = z.object({ luid: z.string() })
const parents = { parentPublishedDatasources: z.array(luid).nullish() }
const sql = { containsUnsupportedCustomSql: z.boolean().nullish() }

/** Of a published data source when its extract was loaded; of a workbook those of the ones in it. */
export const sourceTimes = z.object(extract)
export const workbookTimes = z.object({ embeddedDatasources: z.array(z.object({ ...parents, ...extract })) })
export type ExtractTimes = z.output<typeof sourceTimes> | z.output<typeof workbookTimes>

/** The same, with what they are made from. */
export const sourceMetadata = z.object({ ...extract, ...sql, upstreamTables: tables })
export const workbookMetadata = z.object({
  ...sql,
  upstreamDatasources: z.array(luid).nullish(),
  embeddedDatasources: z.array(z.object({ ...parents, ...extract, upstreamTables: tables })),
})
export type ExtractOrigins = z.output<typeof sourceMetadata> | z.output<typeof workbookMetadata>
