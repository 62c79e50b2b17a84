import { describe, expect, it } from 'vitest'
import { foreignInWords } from './same-origin.ts'

const PAGE = ['https://status.campus.example', '']
const ELSEWHERE = 'Orders are taken from this page only.'

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' }
const why = (headers: Record<string, string>) => foreignInWords(new Headers(headers), PAGE)

describe('a request that may change something', () => {
  it.each([
    { host: 'localhost:3000', origin: 'http://localhost:3000', 'sec-fetch-site': 'same-origin', ...JSON_TYPE },
    { host: '127.0.0.1:3000', origin: 'http://127.0.0.1:3000', ...FORM },
    { host: '[::1]:3000', origin: 'http://[::1]:3000', ...FORM },
    { host: 'localhost:3000', 'sec-fetch-site': 'same-origin', ...FORM },
    { host: 'status.campus.example', origin: 'https://status.campus.example', ...FORM },
    { host: '127.0.0.1:3000', origin: 'https://status.campus.example', ...FORM },
    { host: 'localhost:3000', ...JSON_TYPE },
  ])('is taken from the page itself, or from a program: %j', (headers) => {
    expect(why(headers)).toBeNull()
  })

  it.each([
    { host: 'localhost:3000', origin: 'https://evil.example', ...FORM },
    { host: 'localhost:3000', origin: 'http://localhost:8080', ...JSON_TYPE },
    { host: 'localhost:3000', origin: 'null', ...FORM },
    { host: 'localhost:3000', 'sec-fetch-site': 'cross-site', ...FORM },
    { host: 'localhost:3000', 'sec-fetch-site': 'same-site', origin: 'http://localhost:3000', ...JSON_TYPE },
    { host: 'localhost:3000', ...FORM },
  ])('is not taken from another page: %j', (headers) => {
    expect(why(headers)).toBe(ELSEWHERE)
  })
})
