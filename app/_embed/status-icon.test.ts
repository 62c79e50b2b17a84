import { expect, it } from 'vitest'
import { STATUSES } from '#lib/domain/freshness/status.ts'
import { statusIcon } from './status-icon.ts'

const drawn = (icons: unknown) => decodeURIComponent(JSON.stringify(icons))

it('each status has an icon of its own shape, light and dark, that reaches out to nothing', () => {
  const all = STATUSES.map((status) => drawn(statusIcon(status).icons))
  expect(new Set(all.map((one) => one.replace(/<style>.*<\/style>/, ''))).size).toBe(STATUSES.length)
  for (const one of all) {
    expect(one).toContain('data:image/svg+xml,<svg')
    expect(one).toContain('prefers-color-scheme:dark')
    expect(one.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|url\(/)
  }
})

it('what has no status keeps the icon of all pages', () => {
  expect(statusIcon(null)).toEqual({})
})
