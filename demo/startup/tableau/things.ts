import type { Json } from '#demo/startup/dbt-cloud-answers.ts'

const EDITED = '2026-11-29T11:59:00Z'

export interface Listed extends Json {
  id: string
  name: string
}

export interface RefreshJob {
  id: string
  of: Listed
  kind: 'datasource' | 'workbook'
  status: 'Pending' | 'InProgress' | 'Success' | 'Failed' | 'Cancelled'
  jobType: string
  title: string | null
  createdAt: string
  startedAt: string | null
  endedAt: string | null
  finishCode: number | null
  notes: string | null
}

/** An id as Tableau makes them, the same each time. */
export function idOf(kind: number, number: number): string {
  return `${String(kind).repeat(8)}-0000-4000-8000-${String(number).padStart(12, '0')}`
}

/** A data source or workbook as the lists show it, edited just now. */
export function shownContent(id: string, name: string, hasExtracts: boolean, own: Json): Listed {
  const project = { id: idOf(9, 1), name: 'Sales' }
  const owner = { id: idOf(8, 1), name: 'Ada Byron' }
  const edited = { createdAt: '2026-01-01T00:00:00Z', updatedAt: EDITED, size: '1', webpageUrl: `https://tableau.example.edu/#/${name}` }
  return { id, name, contentUrl: name, description: '', hasExtracts: String(hasExtracts), project, owner, ...edited, ...own }
}

/** What the list tells of a job: not of what it is. */
export function listedJob({ id, status, jobType, title, createdAt, startedAt, endedAt }: RefreshJob): Json {
  const times = { createdAt, ...(startedAt !== null && { startedAt }), ...(endedAt !== null && { endedAt }) }
  return { id, status, jobType, priority: '50', ...times, ...(title !== null && { title }) }
}

/** A job asked for alone. */
export function shownJob({ id, of, kind, createdAt, startedAt, endedAt, finishCode, notes }: RefreshJob): Json {
  const times = { createdAt, ...(startedAt !== null && { startedAt }), ...(endedAt !== null && { completedAt: endedAt }) }
  const extractRefreshJob = { ...(notes !== null && { notes }), [kind]: { id: of.id, name: of.name } }
  const end = finishCode === null ? {} : { finishCode: String(finishCode) }
  return {
    job: {
      id,
      mode: 'Asynchronous',
      type: 'RefreshExtract',
      progress: endedAt === null ? '0' : '100',
      ...times,
      ...end,
      extractRefreshJob,
    },
  }
}

/** Whether a job fits `status:eq:Success,createdAt:gte:2026-11-29T10:00:00Z`. */
export function fitsFilter(job: RefreshJob, filter: string): boolean {
  const parts = filter.split(/,(?![^[]*\])/).filter(Boolean)
  return parts.every((part) => {
    const [, field, operator, value = ''] = /^(\w+):(\w+):(.*)$/.exec(part) ?? []
    if (field === 'status') return job.status === value
    if (field === 'jobType' && operator === 'in') return value.slice(1, -1).split(',').includes(job.jobType)
    return field === 'createdAt' && operator === 'gte' && Date.parse(job.createdAt) >= Date.parse(value)
  })
}
