import { hash } from 'node:crypto'

/** Makes these names differ from those of anybody else. */
const NAMESPACE = Buffer.from('4b4bd3a51d5f5b0f9d0b6c1f2f5f8a6e', 'hex')
const DIGITS_MAX = 20
const VARIANTS = ['8', '9', 'a', 'b']

/** A uuid, version 5, of the parts of a name: the same parts give the same one, on any machine and at any time. */
export function uuidOf(...parts: readonly (string | number)[]): string {
  return toUuid(Buffer.concat([NAMESPACE, Buffer.from(JSON.stringify(parts))]))
}

/** `uuidOf(...parts, place)` for very many places of one thing. */
export function uuidsWithin(...parts: readonly (string | number)[]): (place: number) => string {
  const name = Buffer.from(`${JSON.stringify(parts).slice(0, -1)},`)
  const head = Buffer.concat([NAMESPACE, name])
  const room = Buffer.concat([head, Buffer.alloc(DIGITS_MAX)])
  return (place) => toUuid(room.subarray(0, head.length + room.write(`${place}]`, head.length, 'latin1')))
}

function toUuid(name: Buffer): string {
  const digits = hash('sha1', name, 'hex')
  const variant = VARIANTS[Number.parseInt(digits.charAt(16), 16) & 3] ?? '8'
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-5${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20, 32)}`
}
