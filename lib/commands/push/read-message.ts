import { z } from 'zod'
import type { WaitingMessage } from '#lib/db/push/push-inbox.ts'
import { heartbeatSchema, lineageEventSchema } from '#lib/domain/push/event-schema.ts'
import { type ReadEvent, readHeartbeat, readLineageEvent } from '#lib/domain/push/read-event.ts'

const heartbeatMessage = z.object({ asset: z.string(), at: z.iso.datetime(), runId: z.string(), told: heartbeatSchema })

/** What a message of the inbox comes to. */
export function readMessage({ kind, body }: Pick<WaitingMessage, 'kind' | 'body'>): ReadEvent {
  if (kind === 'lineage') return readLineageEvent(lineageEventSchema.parse(body))
  const { asset, at, runId, told } = heartbeatMessage.parse(body)
  return readHeartbeat(asset, Date.parse(at), told, runId)
}
