import { acceptAction } from '#app/_lib/accept-action.ts'
import { personDone, readPersonId } from '#app/_lib/person-orders.ts'
import { endTheirSessions } from '#lib/access/people.ts'

/** Ends all sessions of somebody, who may sign in again. */
export async function POST(request: Request, { params }: { params: Promise<{ person: string }> }): Promise<Response> {
  const id = await readPersonId(params)
  return acceptAction(request, { action: 'person.sessions-end', target: { kind: 'person', key: id } }, async (ctx) => {
    await endTheirSessions(ctx, id)
    return personDone(id)
  })
}
