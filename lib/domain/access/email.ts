import { z } from 'zod'

const LENGTH_MAX = 254
const schema = z.email()

/** Whether a text is an e-mail address. */
export function isEmail(text: string): boolean {
  return text.length <= LENGTH_MAX && schema.safeParse(text).success
}
