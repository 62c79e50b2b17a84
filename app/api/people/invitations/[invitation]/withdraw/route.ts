import { acceptAction } from '#app/_lib/accept-action.ts'
import { adminPartPath, decodeSegment } from '#app/_ui/paths.ts'
import { withdrawInvitation } from '#lib/access/invitations.ts'

/** Takes an unused invitation back. */
export async function POST(request: Request, { params }: { params: Promise<{ invitation: string }> }): Promise<Response> {
  const id = decodeSegment((await params).invitation) ?? ''
  return acceptAction(request, { action: 'person.invite', target: { kind: 'invitation', key: id } }, async (ctx) => {
    await withdrawInvitation(ctx, id)
    return { location: adminPartPath('people'), answer: {} }
  })
}
