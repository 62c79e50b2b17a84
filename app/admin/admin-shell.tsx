import type { ReactNode } from 'react'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { adminPartPath, adminPath } from '#app/_ui/paths.ts'
import { type Action, may } from '#lib/domain/access/actions.ts'
import type { Actor } from '#lib/domain/access/actor.ts'
import type { Topic } from '#lib/queries/changes/topic.ts'
import type { AdminFrame } from '#lib/queries/shared/admin-frame.ts'

/** The parts of the admin's pages, each with the right it takes and what it is for. */
const ADMIN_PARTS = [
  ['people', 'People', 'admin.read', 'Who may sign in, with which role, and what they see; invitations.'],
  ['tokens', 'Tokens', 'admin.read', 'Scripts and other systems that read, order or report.'],
  ['audit', 'Audit', 'admin.read', 'Who ordered what, when, from where, and what became of it.'],
  ['catalogue', 'Catalogue', 'admin.read', 'What is declared, what is wrong with it, what changed and who sees what.'],
  ['maintenance', 'Maintenance', 'window.open', 'Announced work and pauses: now, planned, recurring.'],
  ['system', 'System', 'admin.read', 'Workers, running work, versions, storage and slow queries.'],
] as const satisfies readonly (readonly [Parameters<typeof adminPartPath>[0], string, Action, string])[]

/** The parts an actor may use. */
export function partsFor(actor: Pick<Actor, 'role'>) {
  return ADMIN_PARTS.filter(([, , action]) => may(actor, action))
}

interface AdminShellProps {
  frame: AdminFrame
  actor: Pick<Actor, 'role'>
  /** The part shown; null: the list of all. */
  part: (typeof ADMIN_PARTS)[number][0] | null
  title: string
  lead?: ReactNode
  /** What it shows that can change; null: it is never rendered anew by itself. */
  shows?: readonly Topic[] | null
  /** Where one is, below the part. */
  crumbs?: readonly (readonly [string, string])[]
  children: ReactNode
}

/** What every admin's page has around it: the page's own frame, and the way between the parts this role can use. */
export function AdminShell({ frame, actor, part, title, lead, shows = null, crumbs = [], children }: AdminShellProps) {
  const { page, now, banners } = frame
  return (
    <PageShell page={page} now={now} banners={banners} shows={shows} place="admin" crumbs={crumbs}>
      <nav className="parts" aria-label="Parts of the administration">
        <ul>
          {partsFor(actor).map(([key, words]) => (
            <li key={key}>
              <a href={adminPartPath(key)} aria-current={key !== part ? undefined : crumbs.length > 0 ? 'true' : 'page'}>
                {words}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <header className="hero">
        <h1>{title}</h1>
        {lead !== undefined && <p className="lead">{lead}</p>}
      </header>
      {children}
    </PageShell>
  )
}

/** The crumb that leads back to the list of all parts. */
export const ADMIN_CRUMB = ['Admin', adminPath] as const
