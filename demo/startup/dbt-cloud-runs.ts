type Json = Record<string, unknown>

/** One command of a run, and the files its target folder holds afterwards that it wrote. */
export interface CloudStep {
  name: string
  writes?: Json
}

/** 1 queued, 2 starting, 3 running, 10 success, 20 error, 30 cancelled. */
export type CloudStatus = 1 | 2 | 3 | 10 | 20 | 30

export interface CloudRun {
  id: number
  job: number
  environment: number
  project: number
  status: CloudStatus
  createdAt: string
  startedAt?: string | null
  finishedAt?: string | null
  message?: string | null
  /** False while the artifacts of a run that has ended are still being stored. */
  hasArtifacts?: boolean
  /** Some of them are there, and more to come. */
  isStoring?: boolean
  schemaOverride?: string | null
  /** Why it was started, as whoever did so said. */
  cause?: string
  /** Deleted since the list of runs was read. */
  isDeleted?: boolean
  steps: CloudStep[]
}

const WORDS: Readonly<Record<number, string>> = { 1: 'Queued', 2: 'Starting', 3: 'Running', 10: 'Success', 20: 'Error', 30: 'Cancelled' }

/** `2026-01-02 03:00:00.000000+00:00`, as its database writes times. */
function written(at: string | null | undefined): string | null {
  if (at == null || Number.isNaN(Date.parse(at))) return at ?? null
  return `${new Date(at).toISOString().replace('T', ' ').replace('Z', '')}000+00:00`
}

/** A run as its API shows it, with what is asked for beside it. */
export function shownRun(run: CloudRun, related: string | null, jobName: string): Json {
  const { id, job, environment, project, status, createdAt, startedAt, finishedAt, message, schemaOverride, steps } = run
  const isComplete = status >= 10
  return {
    ...{
      id,
      account_id: 1,
      project_id: project,
      environment_id: environment,
      job_definition_id: job,
      status,
      status_humanized: WORDS[status],
    },
    ...{
      is_complete: isComplete,
      is_success: status === 10,
      is_error: status === 20,
      is_cancelled: status === 30,
      in_progress: !isComplete,
    },
    ...{
      created_at: written(createdAt),
      started_at: written(startedAt),
      finished_at: written(finishedAt),
      status_message: message ?? null,
    },
    ...{
      artifacts_saved: isComplete && run.hasArtifacts !== false && run.isStoring !== true,
      git_sha: 'a1b2c3',
      href: `https://cloud.getdbt.com/deploy/1/projects/${project}/runs/${id}/`,
    },
    has_sources_generated: steps.some(({ writes }) => writes !== undefined && 'sources.json' in writes),
    ...(related?.includes('"job"') && { job: { id: job, name: jobName } }),
    ...(related?.includes('trigger') && { trigger: { cause: run.cause ?? 'scheduled', schema_override: schemaOverride ?? null } }),
    ...(related?.includes('run_steps') && {
      run_steps: steps.map(({ name }, at) => ({ id: id * 100 + at, run_id: id, index: at + 1, name })),
    }),
  }
}
