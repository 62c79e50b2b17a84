export const QUOTE = 0x22
export const COMMA = 0x2c
export const COLON = 0x3a
export const OPEN_ARRAY = 0x5b
export const CLOSE_ARRAY = 0x5d
export const OPEN_OBJECT = 0x7b
export const CLOSE_OBJECT = 0x7d
const BACKSLASH = 0x5c

/** True for a byte that stands between values of JSON and means nothing. */
export function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

/** Finds the end of one value; goes on where it stopped when more bytes come. */
export class JsonScan {
  done = false
  /** A bare number or word ends where the input ends. */
  readonly endsWithInput: boolean
  readonly #container: boolean
  #depth = 0
  #inString = false
  #escaped = false

  constructor(first: number) {
    this.#container = first === OPEN_ARRAY || first === OPEN_OBJECT
    this.endsWithInput = !this.#container && first !== QUOTE
  }

  /** Scans from `at`; returns the position after the value (done) or the end of the buffer. */
  run(buffer: Buffer, at: number): number {
    return this.endsWithInput ? this.#bare(buffer, at) : this.#nested(buffer, at)
  }

  #bare(buffer: Buffer, start: number): number {
    for (let at = start; at < buffer.length; at += 1) {
      const byte = buffer[at] ?? -1
      if (byte === COMMA || byte === CLOSE_ARRAY || byte === CLOSE_OBJECT || byte === COLON || byte <= 0x20) {
        this.done = true
        return at
      }
    }
    return buffer.length
  }

  #nested(buffer: Buffer, start: number): number {
    let at = start
    while (at < buffer.length) {
      at = this.#inString ? this.#toStringEnd(buffer, at) : this.#toStringStart(buffer, at)
      if (this.done) return at
    }
    return buffer.length
  }

  /** Up to and over the closing quote. */
  #toStringEnd(buffer: Buffer, start: number): number {
    let escaped = this.#escaped
    for (let at = start; at < buffer.length; at += 1) {
      if (escaped) escaped = false
      else if (buffer[at] === BACKSLASH) escaped = true
      else if (buffer[at] === QUOTE) {
        this.#inString = false
        this.#escaped = false
        this.done = this.#depth === 0
        return at + 1
      }
    }
    this.#escaped = escaped
    return buffer.length
  }

  /** Up to and over the next opening quote, or the end of the value. */
  #toStringStart(buffer: Buffer, start: number): number {
    let depth = this.#depth
    let at = start
    for (; at < buffer.length && buffer[at] !== QUOTE; at += 1) {
      const byte = buffer[at]
      if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) depth += 1
      else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) depth -= 1
      else continue
      if (depth > 0) continue
      this.done = true
      return at + 1
    }
    this.#depth = depth
    this.#inString = at < buffer.length
    return at + 1
  }
}
