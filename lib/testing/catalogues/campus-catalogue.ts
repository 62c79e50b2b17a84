import { z } from 'zod'
import type { CatalogueContracts } from '#lib/catalogue/schema/contracts.ts'

/** Connectors and flows as the example below needs them: the real ones' shapes, without what they do. */
export const campusContracts: CatalogueContracts = {
  connectors: new Map([
    [
      'peoplesoft',
      {
        settings: z.strictObject({
          baseUrl: z.url(),
          user: z.string(),
          password: z.string(),
          timeoutSeconds: z.number().min(1).default(30),
        }),
        assetSettings: z.strictObject({}),
        assetKind: 'source' as const,
      },
    ],
    [
      'postgres',
      {
        settings: z.object({ url: z.string().regex(/^postgres(ql)?:\/\//, 'must begin with postgres://') }),
        assetSettings: z.object({
          column: z.string().optional(),
          zone: z.string().optional(),
          method: z.enum(['column', 'metadata']).default('column'),
        }),
        assetKind: 'table' as const,
      },
    ],
  ]),
  flows: new Map([
    [
      'term',
      {
        schedule: '0 1 * * *',
        timezone: 'America/New_York',
        reads: ['peoplesoft/BU_TERM_QRY'],
        writes: ['lake/term_raw.term_data', 'lake/term_xform.current_term_data', 'lake/term_curated.term_data_by_service'],
        connections: ['peoplesoft'],
        parameters: z.strictObject({}),
        timeoutMs: 30 * 60_000,
      },
    ],
    [
      'course',
      {
        schedule: '0 2 * * *',
        timezone: 'America/New_York',
        after: ['term'],
        reads: ['peoplesoft/COURSES'],
        writes: ['lake/course_raw.course_data'],
        connections: ['peoplesoft'],
        parameters: z.strictObject({ terms: z.array(z.string()).optional() }),
        timeoutMs: 4 * 3_600_000,
        rejectTolerance: 0.02,
      },
    ],
  ]),
}

/** A catalogue with every feature in it. */
export const campusCatalogue = `# yaml-language-server: $schema=./tidemark.schema.json
# What the campus loads, what it promises, and whom to tell.
access: private

page:
  name: Campus data
  zone: America/New_York # days and times of the page
  readyBy: "08:00"       # when the first people look
  url: http://localhost:3000/

# Secrets are references into .env or to a file; they are never written here.
tell:
  email: { to: data-team@campus.example, from: tidemark@campus.example, smtp: "\${SMTP_URL}" }
  webhook: { url: "\${WEBHOOK_URL}", secret: "\${WEBHOOK_SECRET}" }
  heartbeat: { url: "\${HEARTBEAT_URL}" }

calendars:
  campus: { weekdays: mon-fri, holidays: ["2026-11-27", "2026-11-26"] }

connections:
  peoplesoft: { kind: peoplesoft, probe: 5m, baseUrl: "\${PEOPLESOFT_URL}", user: "\${PEOPLESOFT_USER}", password: "\${PEOPLESOFT_PASSWORD}" }
  lake: { kind: postgres, probe: 1m, url: "\${LAKE_DATABASE_URL}" }

groups:
  student-records:
    policy: { kind: calendar-days } # today green, 1 to 100 days yellow, older red
    feeds:
      terms:
        name: Terms
        description: Every term the university teaches in.
        owner: registrar-data@campus.example
        runbook: https://wiki.campus.example/terms
        # Loaded every night by 01:45; red when a whole day is missing.
        policy: { kind: deadline, cron: "0 1 * * *", grace: 45m, staleAfter: 1d }
        assets:
          peoplesoft/BU_TERM_QRY: { policy: { kind: age, clock: writtenAt, lateAfter: 180d, staleAfter: 400d } }
          lake/term_raw.term_data: { from: [peoplesoft/BU_TERM_QRY] }
          lake/term_xform.current_term_data: { from: lake/term_raw.term_data }
          lake/term_curated.term_data_by_service:
            from: lake/term_xform.current_term_data
            name: Terms by service
            blindAfter: 15m
            was: lake/term_curated.terms
      courses:
        name: Courses
        assets:
          peoplesoft/COURSES: { policy: { kind: none } }
          lake/course_raw.course_data: # written by the flow, so what it reads is upstream
          lake/course_curated.sections:
            from: [lake/course_raw.course_data, lake/term_xform.current_term_data]
            kind: consumer
            column: loaded_at
            policy:
              - { kind: calendar-days, clock: loadedAt, calendar: campus, by: "07:00" }
              - { kind: age, clock: dataThroughAt, lateAfter: 2d, staleAfter: 1w }

flows:
  term:
  course: { schedule: "30 2 * * *", parameters: { terms: ["2261"] } }
`
