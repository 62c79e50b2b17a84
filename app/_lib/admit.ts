import { notFound, redirect } from 'next/navigation'
import { signInToPath } from '#app/_ui/paths.ts'
import { type Action, may } from '#lib/domain/access/actions.ts'
import type { Context } from './web-process.ts'

/** The context of a page that takes a right. Whom nobody knows is sent to sign in and comes back to `path`; for everybody else without the right there is nothing. */
export function admit(context: Context, action: Action, path: string): Context {
  const { actor } = context
  if (may(actor, action)) return context
  if (actor.kind === 'visitor') redirect(signInToPath(path))
  notFound()
}
