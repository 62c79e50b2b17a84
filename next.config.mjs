import { PHASE_DEVELOPMENT_SERVER } from 'next/constants.js'

/** Sent with everything. Pages that are rendered per request get a stricter policy from proxy.ts. */
const everywhere = [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'X-Frame-Options', value: 'DENY' },
  { key: 'Referrer-Policy', value: 'strict-origin-when-cross-origin' },
  { key: 'Permissions-Policy', value: 'camera=(), geolocation=(), microphone=()' },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
]

/** The overview is prerendered: its inline scripts (React's own data) cannot carry a nonce made per request. */
function prerenderedPolicy(isDevelopment) {
  return [
    "default-src 'self'",
    `script-src 'self' 'unsafe-inline'${isDevelopment ? " 'unsafe-eval'" : ''}`,
    `style-src 'self'${isDevelopment ? " 'unsafe-inline'" : ''}`,
    "worker-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** What is no page shows nothing of its own: data, and images. */
const dataPolicy = [{ key: 'Content-Security-Policy', value: "default-src 'none'; frame-ancestors 'none'" }]

/** @returns {import('next').NextConfig} */
export default function config(phase) {
  const prerendered = [
    { key: 'Content-Security-Policy', value: prerenderedPolicy(phase === PHASE_DEVELOPMENT_SERVER) },
    // This server keeps the copy. Next would let browsers show an old one while they fetch another (stale-while-revalidate).
    { key: 'Cache-Control', value: 'private, no-cache' },
  ]
  return {
    reactStrictMode: true,
    // A copy older than this is not shown any more: the reader waits for a new one.
    expireTime: 120,
    poweredByHeader: false,
    // The overview says when it was made, so two are never equal: hashing a large page for every reader would buy nothing.
    generateEtags: false,
    devIndicators: false,
    allowedDevOrigins: ['127.0.0.1'],
    agentRules: false,
    // `npm run check` checks types, strictly and for everything. Next rewrites the file it is given to its liking, so it gets its own.
    typescript: { ignoreBuildErrors: true, tsconfigPath: '.config/tsconfig.next.json' },
    experimental: {
      // A page of yesterday, or of another database, must not be there after a restart.
      isrFlushToDisk: false,
    },
    async headers() {
      return [
        { source: '/:path*', headers: everywhere },
        { source: '/', headers: prerendered },
        { source: '/overview/:audience', headers: prerendered },
        { source: '/(api/.*|feed\\.atom|icon\\.svg)', headers: dataPolicy },
      ]
    },
    async rewrites() {
      const filtered = ['q', 'status', 'owner'].map((key) => ({ source: '/', has: [{ type: 'query', key }], destination: '/find' }))
      return { beforeFiles: [...filtered, { source: '/', destination: '/overview/public' }] }
    },
  }
}
