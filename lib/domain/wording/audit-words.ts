import type { Action } from '#lib/domain/access/actions.ts'

/** What somebody did, as half a sentence after their name. */
const WORDS: Record<Action, string> = {
  'run.request': 'asked for a run',
  'feed.reload': 'ordered a reload',
  'feed.look': 'asked for a look',
  'feed.report': 'reported a problem with',
  'report.settle': 'settled a report',
  'order.cancel': 'cancelled a reload',
  'run.cancel': 'cancelled a run',
  'inbox.retry': 'had files tried again',
  'window.open': 'paused or announced work',
  'window.change': 'changed a pause or announced work',
  'window.close': 'ended a pause or work',
  'window.everything': 'paused or announced work on everything',
  'deploy.note': 'noted what was rolled out',
  'incident.acknowledge': 'acknowledged an incident',
  'incident.assign': 'said whose an incident is',
  'incident.snooze': 'snoozed an incident',
  'incident.update': 'wrote of an incident to everybody',
  'incident.note': 'noted something of an incident',
  'incident.postmortem': 'wrote what an incident was',
  'incident.link': 'linked something to an incident',
  'connection.check': 'tested a connection',
  'connection.discover': 'looked what a connection holds',
  'history.recompute': 'had the history worked out anew',
  'admin.read': 'asked for a page of the administration',
  'audit.export': 'took the audit as a file',
  'sign-in': 'signed in',
  'sign-out': 'signed out',
  'session.end': 'ended sessions of their own',
  'password.change': 'changed their password',
  'password.reset': 'reset a password by link',
  'invitation.accept': 'followed an invitation',
  'person.invite': 'invited somebody',
  'person.change': 'changed what somebody may do',
  'person.end': 'let somebody in no more',
  'person.return': 'let somebody in again',
  'person.sessions-end': 'ended sessions of somebody',
  'push.hand-in': 'handed in what a system tells',
  'token.use': 'came with a token',
  'token.create': 'made a token',
  'token.end': 'ended a token of their own',
  'token.end-other': 'ended a token of somebody',
  'subscription.begin': 'subscribed',
  'subscription.confirm': 'confirmed what they subscribed to',
  'subscription.end': 'ended a subscription',
}

/** An order in words: `asked for a run`; one that there is no more by its own name. */
export function actionInWords(action: string): string {
  const words: Partial<Record<string, string>> = WORDS
  return words[action] ?? action.replace('.', ': ').replaceAll('-', ' ')
}

/** Who it was, where nobody has a name. */
export function actorInWords({ actorKind, actor }: { actorKind: string; actor: string | null }): string {
  if (actorKind === 'worker') return 'a worker'
  if (actorKind === 'terminal') return actor === null ? 'somebody at the terminal' : `${actor} at the terminal`
  return actor ?? 'somebody nobody knows'
}
