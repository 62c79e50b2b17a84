import type { Sql } from '#lib/db/context.ts'
import { getPeopleSettings } from '#lib/db/people/people-settings.ts'
import { type Lookup, resolveSecrets } from '#lib/platform/secrets/secrets.ts'

/** The mail server by which people are written to and from whom that comes, or why nobody can be. */
export type OpenedMail = { open: true; smtp: string; from: string } | { open: false; lasting: boolean; problem: string }

/** Opens it as the catalogue has it, its secrets resolved now, so that a changed one counts at once. */
export async function openMail(sql: Sql, lookup: Lookup): Promise<OpenedMail> {
  const { mail } = await getPeopleSettings(sql)
  if (mail === null) return { open: false, lasting: true, problem: 'The catalogue names no mail server any more.' }
  const { smtp } = resolveSecrets({ smtp: mail.smtp }, lookup)
  if (typeof smtp !== 'string' || !/^smtps?:\/\//.test(smtp))
    return { open: false, lasting: false, problem: 'The address of the mail server has to begin with smtp:// or smtps://.' }
  return { open: true, smtp, from: mail.from }
}
