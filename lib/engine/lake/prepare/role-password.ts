import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'

const ROUNDS = 4096
const ASCII = /^[\x20-\x7e]*$/

/**
 * A password as CREATE ROLE takes it, quotes included: what the server keeps of it (SCRAM-SHA-256), so that the password itself stands in no log of the server. One
 * with other letters than ASCII's goes as it is: how they are spelled is for the server.
 */
export function passwordInSql(password: string, salt: Buffer = randomBytes(16)): string {
  if (password.includes('\0'))
    throw new TidemarkError('invalid', { publicMessage: 'A password holds a NUL character, which PostgreSQL does not take.' })
  return literal(ASCII.test(password) ? verifierOf(password, salt) : password)
}

function verifierOf(password: string, salt: Buffer): string {
  const salted = pbkdf2Sync(password, salt, ROUNDS, 32, 'sha256')
  const keyed = (word: string) => createHmac('sha256', salted).update(word).digest()
  const stored = createHash('sha256').update(keyed('Client Key')).digest('base64')
  return `SCRAM-SHA-256$${ROUNDS}:${salt.toString('base64')}$${stored}:${keyed('Server Key').toString('base64')}`
}

/** Text as SQL writes it: what CREATE ROLE takes is no parameter. */
function literal(text: string): string {
  return text.includes('\\') ? ` E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'` : `'${text.replaceAll("'", "''")}'`
}
