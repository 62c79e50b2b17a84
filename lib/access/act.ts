import type { PoolClient } from 'pg'
import { asActor, type Context, withTransaction } from '#lib/db/context.ts'
import { type AuditEntry, addToAudit } from '#lib/db/people/audit.ts'
import { type Action, concernsOneself, leastRole, may } from '#lib/domain/access/actions.ts'
import type { Actor } from '#lib/domain/access/actor.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { toStorableText } from '#lib/domain/values/storable-text.ts'
import { toInternalMessage, toPublicMessage } from '#lib/platform/errors.ts'

/** What an order is about; null: everything there is. */
export type Target = { kind: keyof typeof SIGHT | 'person' | 'invitation' | 'token' | 'subscriber'; key: string } | null

/** What somebody orders. */
export interface Order {
  action: Action
  target: Target
  reason?: string | null
}

/** What was done: what the caller is told, and for the audit how it was before and is now. */
export interface Done<T> {
  result: T
  before?: unknown
  after?: unknown
  /** Who it turned out to be. */
  by?: Actor
  /** What it turned out to be about. */
  about?: Target
}

const audited = new WeakSet<object>()
const standing = new WeakMap<object, number>()
const done = new WeakSet<Context>()

/** Whether an order of this very context was done: what fails afterwards does not take it back. */
export function isDone(ctx: Context): boolean {
  return done.has(ctx)
}

/** Whether an error has left its entry in the audit. */
export function isAudited(error: unknown): boolean {
  return typeof error === 'object' && error !== null && audited.has(error)
}

const SIGHT = {
  group: "select 1 from subject where kind = 'group' and key = $1",
  feed: "select 1 from subject where kind = 'feed' and key = $1",
  asset: "select 1 from subject where kind = 'asset' and key = $1",
  flow: 'select 1 from flow where name = $1',
  run: 'select 1 from run where id::text = lower($1)',
  order: 'select 1 from reload_order where id::text = lower($1)',
  connection: 'select 1 from connection_state where key = $1',
  incident: 'select 1 from incident where id::text = $1',
  report: 'select 1 from report where id::text = $1',
  // One of everything is seen by all, but ends for all, too.
  window: 'select 1 from maintenance_window where id::text = $1 and (subject_id is not null or flow is not null)',
  series: 'select 1 from maintenance_series where id::text = $1 and subject_id is not null',
} as const

/** The right one place knows of: a role that goes so far, and sight of what the order is about. */
async function requireRight(ctx: Context, { action, target }: Order): Promise<void> {
  if (!may(ctx.actor, action)) throw forbidden(ctx.actor, action)
  if (ctx.actor.audience === null || concernsOneself(action)) return
  const sight = target === null ? null : Object.entries(SIGHT).find(([kind]) => kind === target.kind)?.[1]
  const { rowCount } = target === null || !sight ? { rowCount: 0 } : await ctx.pool.query(sight, [toStorableText(target.key)])
  if (rowCount === 0) throw new TidemarkError('not-found', { publicMessage: `There is no such ${target?.kind ?? 'thing'} here.` })
}

/**
 * Does what an actor orders, in one transaction with its entry in the audit. Refused when the actor's role does not go so far (`forbidden`) or they do not see
 * what it is about (`not-found`); whatever `work` throws undoes everything and leaves an entry that says why.
 */
export async function act<T>(ctx: Context, order: Order, work: (sql: PoolClient) => Promise<Done<T>>): Promise<T> {
  try {
    await requireRight(ctx, order)
    const result = await withTransaction(ctx, async (sql) => {
      const { result, before, after, by = ctx.actor, about = order.target } = await work(sql)
      await addToAudit(sql, { ...entryOf(ctx, { ...order, target: about }, { before, after, refusal: null }), actor: by })
      return result
    })
    done.add(ctx)
    return result
  } catch (error) {
    await auditRefusal(ctx, order, error)
    throw error
  }
}

/** Leaves an entry for an order that was not done; one for each error. That it could not be left is said in the log, so that the error itself is told. */
export async function auditRefusal(ctx: Context, order: Order, error: unknown): Promise<void> {
  if (isAudited(error)) return
  try {
    await addToAudit(ctx.whole, entryOf(ctx, order, { before: null, after: null, refusal: refusalOf(error) }))
    if (typeof error === 'object' && error !== null) audited.add(error)
  } catch (failure) {
    ctx.log.error('a refused order could not be added to the audit', { action: order.action, error: toInternalMessage(failure) })
  }
}

/** Says of an error that it leaves no entry of its own, since another one stands for it. */
export function withoutEntry<E extends object>(error: E): E {
  audited.add(error)
  return error
}

/** Says of an error that its entry stands for all of its kind for so long; the entry says so, too. */
export function standingForMore<E extends object>(error: E, forMs: number): E {
  standing.set(error, forMs)
  return error
}

function refusalOf(error: unknown): string {
  const forMs = typeof error === 'object' && error !== null ? standing.get(error) : undefined
  if (forMs === undefined) return toPublicMessage(error)
  const minutes = Math.max(1, Math.ceil(forMs / MINUTE_MS))
  const next = minutes === 1 ? 'the next minute' : `the next ${minutes} minutes`
  return `${toPublicMessage(error)} Further refusals of ${next} are not listed.`
}

/** The context of an order that is allowed: it sees everything. */
export function asOrdered(ctx: Context): Context {
  return asActor(ctx, { ...ctx.actor, audience: null })
}

function entryOf(
  ctx: Context,
  { action, target, reason = null }: Order,
  end: Pick<AuditEntry, 'before' | 'after' | 'refusal'>,
): AuditEntry {
  const about = target === null ? '*' : `${target.kind}:${target.key}`
  return { at: ctx.clock.now(), actor: ctx.actor, address: ctx.from, action, target: about, reason, ...end }
}

function forbidden(actor: Actor, action: Action): TidemarkError {
  if (actor.kind === 'visitor') return new TidemarkError('unauthorized', { publicMessage: 'Sign in to do this.' })
  return new TidemarkError('forbidden', { publicMessage: `This takes the role ${leastRole(action)}; yours is ${actor.role}.` })
}
