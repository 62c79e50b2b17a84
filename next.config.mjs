import { existsSync } from 'node:fs'

/** Sent with everything. Pages get their policy from proxy.ts, the overview from the door. */
const everywhere = [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'Referrer-Policy', value: 'strict-origin-when-cross-origin' },
  { key: 'Permissions-Policy', value: 'camera=(), geolocation=(), microphone=()' },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
]

/** Nothing is shown in the frame of another page but what is made for that, which says itself by whom. */
const noFrame = [{ key: 'X-Frame-Options', value: 'DENY' }]

/** What is no page shows nothing of its own: data, and images. The addresses that make tokens answer a form with a page, and say its policy themselves. */
const dataPolicy = [{ key: 'Content-Security-Policy', value: "default-src 'none'; frame-ancestors 'none'" }]

/** What is no page, and the page of a new token, tell nobody that they led on: some of their addresses hold a key. A page with a form cannot say that, since then its browser would not say who sends it. */
const noReferrer = [{ key: 'Referrer-Policy', value: 'no-referrer' }]
/** The address of a link that works once is told to no other site. */
const ownReferrer = [{ key: 'Referrer-Policy', value: 'same-origin' }]

/** @type {import('next').NextConfig} */
export default {
  reactStrictMode: true,
  poweredByHeader: false,
  // Pages say when they were made, so two are never equal: hashing a large one for every reader would buy nothing.
  generateEtags: false,
  devIndicators: false,
  allowedDevOrigins: ['127.0.0.1'],
  agentRules: false,
  // The first build of a folder writes no cache for the next one: where only one is made, as in an image or a test, that is a fifth of the work for nobody.
  experimental: { turbopackFileSystemCacheForBuild: existsSync('.next/BUILD_ID') },
  // `npm run check` checks types, strictly and for everything. Next rewrites the file it is given to its liking, so it gets its own.
  typescript: { ignoreBuildErrors: true, tsconfigPath: '.config/tsconfig.next.json' },
  // A title stands in the head of its document, also for who reads without JavaScript.
  htmlLimitedBots: /./,
  async headers() {
    return [
      { source: '/:path*', headers: everywhere },
      { source: '/((?!embed/).*)', headers: noFrame },
      { source: '/(api/.*|feed\\.atom|feeds/.*/feed\\.atom|account/tokens/made|embed/.*|api/embeds)', headers: noReferrer },
      { source: '/(sign-in/invitation|subscriptions)/:token', headers: ownReferrer },
      { source: '/(api/(?!(?:account/tokens|embeds)$).*|feed\\.atom|icon\\.svg)', headers: dataPolicy },
      // A form says what it sends; who only asks has nothing to send.
      { source: '/api/(account/tokens|embeds)', missing: [{ type: 'header', key: 'content-type' }], headers: dataPolicy },
    ]
  },
  async rewrites() {
    return { beforeFiles: ['q', 'status', 'owner'].map((key) => ({ source: '/', has: [{ type: 'query', key }], destination: '/find' })) }
  },
}
