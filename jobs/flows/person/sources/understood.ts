import { z } from 'zod'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'

/** Passes records on; throws in words when the connection is of a kind that cannot serve this upstream. */
export async function* understood(records: AsyncIterable<unknown>, upstream: string, kind: string): AsyncGenerator<unknown> {
  try {
    yield* records
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
    throw new TidemarkError('invalid', {
      publicMessage: `The connection that people come from does not take what the upstream "${upstream}" asks for. Map snaplogic_person to a connection of the kind ${kind}, under "connections" of the flow, or choose the other upstream.`,
      message: `people: ${z.prettifyError(error).slice(0, 500)}`,
      systemWide: true,
    })
  }
}
