/** What somebody may do, the least first: read; order runs, pauses and checks; everything. */
export const ROLES = ['viewer', 'engineer', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** Who asks or orders: somebody at the page, somebody at the command line of this installation, or a worker by itself. */
export interface Actor {
  kind: 'visitor' | 'terminal' | 'worker'
  /** For the records; null for somebody nobody knows. */
  name: string | null
  role: Role
  /** The named set of service groups that is all they see; null: they see everything. */
  audience: string | null
}

/** What a worker does by itself. */
export const WORKER: Actor = { kind: 'worker', name: null, role: 'admin', audience: null }

/** Somebody at the page who has not said who they are. */
export function visitor(role: Role, audience: string | null = null): Actor {
  return { kind: 'visitor', name: null, role, audience }
}

/** Somebody at the command line: whoever may start it there has the database's address, and so may do everything. */
export function atTerminal(name: string | null): Actor {
  return { kind: 'terminal', name, role: 'admin', audience: null }
}
