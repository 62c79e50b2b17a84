import { acceptAction } from '#app/_lib/accept-action.ts'
import { personDone, readPersonId, readReason } from '#app/_lib/person-orders.ts'
import { bringBack } from '#lib/access/people.ts'

/** Lets somebody in again. */
export async function POST(request: Request, { params }: { params: Promise<{ person: string }> }): Promise<Response> {
  const id = await readPersonId(params)
  return acceptAction(request, { action: 'person.return', target: { kind: 'person', key: id } }, async (ctx, fields) => {
    await bringBack(ctx, id, readReason(fields))
    return personDone(id)
  })
}
