/** What somebody may do, the least first: read; order runs, pauses and checks; everything. */
export const ROLES = ['viewer', 'engineer', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** Who asks or orders: somebody unknown at the page, a person who signed in, a program with a token, the command line of this installation, or a worker by itself. */
export interface Actor {
  kind: 'visitor' | 'person' | 'token' | 'terminal' | 'worker'
  /** Of the person or the token. */
  id: string | null
  /** For the records; null for somebody nobody knows. */
  name: string | null
  role: Role
  /** The named set of service groups that is all they see; null: they see everything. */
  audience: string | null
  /** Whether it may hand in what another system tells; absent: it may not. */
  pushes?: true
}

/** What a worker does by itself. */
export const WORKER: Actor = { kind: 'worker', id: null, name: null, role: 'admin', audience: null }

/** Somebody at the page who has not said who they are; they read and order nothing. */
export function visitor(audience: string | null = null): Actor {
  return { kind: 'visitor', id: null, name: null, role: 'viewer', audience }
}

/** Somebody nobody knows at a page that is not for them: they see nothing at all. */
export const OUTSIDER: Actor = visitor('')

/** Whether the page is not for whoever asks, since nobody knows them. */
export function isOutsider({ kind, audience }: Pick<Actor, 'kind' | 'audience'>): boolean {
  return kind === 'visitor' && audience === ''
}

/** Somebody who signed in. */
export function person(known: Pick<Actor, 'role' | 'audience'> & { id: string; name: string }): Actor {
  return { kind: 'person', ...known }
}

/** Somebody at the command line: whoever may start it there has the database's address, and so may do everything. */
export function atTerminal(name: string | null): Actor {
  return { kind: 'terminal', id: null, name, role: 'admin', audience: null }
}
