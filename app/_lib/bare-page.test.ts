import { expect, it } from 'vitest'
import { linkPage } from './bare-page.ts'

it('a link is shown once to a browser without scripts, kept by nobody, and what is around it is no markup', async () => {
  const answer = linkPage({ link: 'https://a.example/sign-in/invitation/x"><script>', words: 'For <eve>.', back: '/admin/people' })
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
  const html = await answer.text()
  expect(html).toContain('x&quot;&gt;&lt;script&gt;</code>')
  expect(html).toContain('For &lt;eve&gt;.')
  expect(html).not.toContain('<script>')
})
