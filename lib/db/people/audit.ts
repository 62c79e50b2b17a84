import type { Sql } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import { toStorableJson } from '#lib/db/storable-json.ts'
import type { Action } from '#lib/domain/access/actions.ts'
import type { Actor } from '#lib/domain/access/actor.ts'
import { isSecretName } from '#lib/domain/connections/secret-name.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { toShownText } from '#lib/domain/values/shown-text.ts'

/** One order, done or refused. */
export interface AuditEntry {
  at: Instant
  actor: Actor
  action: Action
  /** What it is about: `flow:course`, `run:<id>`, `connection:sap`; `*` is everything. */
  target: string
  reason: string | null
  before: unknown
  after: unknown
  /** Why it was not done, in public words; null = it was. */
  refusal: string | null
  /** Where the actor came from over the network; null: not over it. */
  address: string | null
}

/** Where orders of an actor come from. */
const ORIGINS = { visitor: 'page', person: 'page', token: 'api', terminal: 'terminal', worker: 'worker' } as const satisfies Record<
  Actor['kind'],
  string
>

const TEXT_MAX = 500

/** Adds an entry to the audit, which nothing can change or take away. */
export async function addToAudit(sql: Sql, entry: AuditEntry): Promise<void> {
  const { actor } = entry
  await sql.query(
    `insert into audit (at, actor_kind, actor, actor_id, role, origin, action, target, reason, before, after, refusal, address)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      ...[toText(entry.at), actor.kind, actor.name, actor.id, actor.role, ORIGINS[actor.kind]],
      ...[entry.action, cut(entry.target), cut(entry.reason)],
      ...[entry.before, entry.after].map((value) => (value === undefined || value === null ? null : toStorableJson(withoutSecrets(value)))),
      ...[cut(entry.refusal), entry.address],
    ],
  )
}

/** Whatever a command tells of before and after: the value of a name that holds secrets stays out. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, isSecretName(name) && inner !== null ? '(hidden)' : withoutSecrets(inner)]),
  )
}

function cut(text: string | null): string | null {
  return text === null ? null : toShownText(text).slice(0, TEXT_MAX)
}
