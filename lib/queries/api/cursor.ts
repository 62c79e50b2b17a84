import { createHash } from 'node:crypto'

const CHECK_LENGTH = 10

/** A place in a list as it is handed out: means something only together with this very list, filters included. */
export function toCursor(list: string, place: string): string {
  return Buffer.from(`${checkOf(list, place)}${place}`).toString('base64url')
}

/** The place that a cursor of this very list stands for; null for any other text. */
export function readCursor(list: string, cursor: string): string | null {
  const text = Buffer.from(cursor, 'base64url').toString('utf8')
  const place = text.slice(CHECK_LENGTH)
  return toCursor(list, place) === cursor ? place : null
}

function checkOf(list: string, place: string): string {
  return createHash('sha256')
    .update(JSON.stringify([list, place]))
    .digest('base64url')
    .slice(0, CHECK_LENGTH)
}
