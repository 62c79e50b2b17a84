import { type Actor, ROLES, type Role } from './actor.ts'

/** Every order and the least role that may give it. */
const LEAST_ROLES = {
  'run.request': 'engineer',
  'run.cancel': 'engineer',
  'inbox.retry': 'engineer',
  'feed.reload': 'engineer',
  'feed.look': 'engineer',
  'order.cancel': 'engineer',
  'feed.report': 'viewer',
  'report.settle': 'engineer',
  'window.open': 'engineer',
  'window.change': 'engineer',
  'window.close': 'engineer',
  'window.everything': 'admin',
  'deploy.note': 'engineer',
  'incident.acknowledge': 'engineer',
  'incident.assign': 'engineer',
  'incident.snooze': 'engineer',
  'incident.update': 'engineer',
  'incident.note': 'engineer',
  'incident.postmortem': 'engineer',
  'incident.link': 'engineer',
  'connection.check': 'engineer',
  'connection.discover': 'engineer',
  'history.recompute': 'admin',
  'admin.read': 'admin',
  'audit.export': 'admin',
  'sign-in': 'viewer',
  'sign-out': 'viewer',
  'session.end': 'viewer',
  'password.change': 'viewer',
  'password.reset': 'viewer',
  'invitation.accept': 'viewer',
  'person.invite': 'admin',
  'person.change': 'admin',
  'person.end': 'admin',
  'person.return': 'admin',
  'person.sessions-end': 'admin',
  'push.hand-in': 'viewer',
  'token.use': 'viewer',
  'token.create': 'viewer',
  'token.end': 'viewer',
  'token.end-other': 'admin',
  'subscription.begin': 'viewer',
  'subscription.confirm': 'viewer',
  'subscription.end': 'viewer',
} as const satisfies Record<string, Role>

/** What is done with something only oneself has: a password, a link, a session, an address. */
const OWN: readonly Action[] = [
  'sign-in',
  'sign-out',
  'session.end',
  'password.change',
  'password.reset',
  'invitation.accept',
  'push.hand-in',
  'token.use',
  'token.create',
  'token.end',
  'subscription.begin',
  'subscription.confirm',
  'subscription.end',
]

/** What somebody can order; the names stand in the audit. */
export type Action = keyof typeof LEAST_ROLES

/** Every order there is, by name. */
export const ACTIONS = Object.keys(LEAST_ROLES).sort()

/** The least role that may give an order. */
export function leastRole(action: Action): Role {
  return LEAST_ROLES[action]
}

/** Whether an actor's role goes so far. */
export function may(actor: Pick<Actor, 'role'>, action: Action): boolean {
  return ROLES.indexOf(actor.role) >= ROLES.indexOf(leastRole(action))
}

/** Whether an order is about whoever gives it and so takes no sight of anything. */
export function concernsOneself(action: Action): boolean {
  return OWN.includes(action)
}

/** Whether there is anything an actor may order at all. */
export function mayOrder(actor: Pick<Actor, 'role'>): boolean {
  return may(actor, 'run.request')
}
