import { acceptAction, textOf } from '#app/_lib/accept-action.ts'
import { browserOf } from '#app/_lib/request-context.ts'
import { signInPath } from '#app/_ui/paths.ts'
import { signInAtDemo } from '#lib/access/demo.ts'
import { ownPath } from '#lib/domain/access/own-path.ts'

/** Signs in as one of the people of the demo (`who`), on the machine it runs on; `to`: where they go on. */
export function POST(request: Request): Promise<Response> {
  return acceptAction(
    request,
    { action: 'sign-in', target: null },
    async (context, { who, to }) => {
      const cookie = await signInAtDemo(context, textOf(who), browserOf())
      return { location: ownPath(textOf(to)), answer: { signedIn: true }, headers: { 'set-cookie': cookie } }
    },
    { path: signInPath, keeps: ['to'] },
  )
}
