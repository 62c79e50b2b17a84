import { acceptAction } from '#app/_lib/accept-action.ts'
import { personDone, readPersonId, readReason } from '#app/_lib/person-orders.ts'
import { endPerson } from '#lib/access/people.ts'

/** Lets somebody in no more. */
export async function POST(request: Request, { params }: { params: Promise<{ person: string }> }): Promise<Response> {
  const id = await readPersonId(params)
  return acceptAction(request, { action: 'person.end', target: { kind: 'person', key: id } }, async (ctx, fields) => {
    await endPerson(ctx, id, readReason(fields))
    return personDone(id)
  })
}
