import { describe, expect, it } from 'vitest'
import { decodeWindows1252, encodeWindows1252, meaninglessByte, outsideWindows1252 } from './windows-1252.ts'

const ALL = Uint8Array.from({ length: 256 }, (_, byte) => byte)

describe('Windows-1252', () => {
  it('is what the web takes latin1 for: every byte is the character that browsers read', () => {
    const browser = new TextDecoder('windows-1252')
    for (const byte of ALL) expect(decodeWindows1252(Uint8Array.of(byte))).toBe(browser.decode(Uint8Array.of(byte)))
  })

  it('brings every byte back', () => {
    expect([...encodeWindows1252(decodeWindows1252(ALL))]).toEqual([...ALL])
    expect([...encodeWindows1252('10 € – “Zoë”')]).toEqual([0x31, 0x30, 0x20, 0x80, 0x20, 0x96, 0x20, 0x93, 0x5a, 0x6f, 0xeb, 0x94])
  })

  it('has five bytes that mean nothing, and no character outside', () => {
    const meaningless = [...ALL].filter((byte) => meaninglessByte(decodeWindows1252(Uint8Array.of(byte))) !== undefined)
    expect(meaningless).toEqual([0x81, 0x8d, 0x8f, 0x90, 0x9d])
    expect(meaninglessByte('a\u009d')).toBe('holds byte 9D, which means nothing in Windows-1252')
    for (const character of ['\u0081', '\u0080', '→', '👍', 'Ł', '\u0100']) expect(outsideWindows1252(`a${character}`)).toBe(character)
    expect(outsideWindows1252('€ ‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ ÿ\n')).toBeUndefined()
  })
})
