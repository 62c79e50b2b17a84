import { acceptAction } from '#app/_lib/accept-action.ts'
import { personDone, readAccess, readPersonId, readReason } from '#app/_lib/person-orders.ts'
import { changeRole } from '#lib/access/people.ts'

/** Changes what somebody may do and sees. */
export async function POST(request: Request, { params }: { params: Promise<{ person: string }> }): Promise<Response> {
  const id = await readPersonId(params)
  return acceptAction(request, { action: 'person.change', target: { kind: 'person', key: id } }, async (ctx, fields) => {
    await changeRole(ctx, id, readAccess(fields), readReason(fields))
    return personDone(id)
  })
}
