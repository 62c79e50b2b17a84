import { createHmac } from 'node:crypto'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { FlowContext } from '#lib/engine/flow.ts'

/** 12 hexadecimal digits that mean nothing without the salt, the same in one lake. */
export type Pseudonym = (buid: string) => string

export async function readPseudonym(lake: Pick<FlowContext<unknown>['lake'], 'query'>): Promise<Pseudonym> {
  const rows = await lake.query<{ salt: string }>(`select encode(salt, 'hex') as salt from person_raw.pseudonym_salt`)
  const salt = rows[0]?.salt
  if (salt === undefined) {
    throw new TidemarkError('internal', {
      publicMessage:
        'The lake has lost the salt of its pseudonyms, so nobody could be named in a log. Put a row into person_raw.pseudonym_salt.',
    })
  }
  return pseudonymBy(Buffer.from(salt, 'hex'))
}

export function pseudonymBy(salt: Uint8Array): Pseudonym {
  return (buid) => createHmac('sha256', salt).update(buid).digest('hex').slice(0, 12)
}
