import { EVENTS_MAX } from '#lib/commands/push/accept-messages.ts'
import { type LineageEvent, lineageEventSchema, problemsInWords } from '#lib/domain/push/event-schema.ts'
import { readPushed, Unreadable } from './accept-push.ts'

/** The events that were sent, whole; refused with all that is wrong with any of them, and then none is taken. */
export async function readEvents(request: Request): Promise<LineageEvent[]> {
  const sent = await readPushed(request)
  if (sent === undefined) throw new Unreadable(400, 'There is no event in this request.')
  const given: readonly unknown[] = Array.isArray(sent) ? sent : [sent]
  if (given.length > EVENTS_MAX) throw new Unreadable(413, `At most ${EVENTS_MAX} events are taken at once; here are ${given.length}.`)
  const read = given.map((one) => lineageEventSchema.safeParse(one))
  const isList = Array.isArray(sent)
  const issues = read.flatMap(
    ({ error }, i) => error?.issues.map(({ path, message }) => ({ path: isList ? [i, ...path] : path, message })) ?? [],
  )
  if (issues.length > 0)
    throw new Unreadable(
      400,
      problemsInWords(issues, (position) => `Event ${Number(position) + 1}`),
    )
  return read.flatMap(({ data }) => (data === undefined ? [] : [data]))
}
