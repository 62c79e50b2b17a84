/** What a page may load: its own, and of scripts only what `scripts` allows. */
export function contentPolicy(scripts: string, options: { isDevelopment: boolean }): string {
  const { isDevelopment } = options
  return [
    "default-src 'self'",
    `script-src 'self' ${scripts}${isDevelopment ? " 'unsafe-eval'" : ''}`,
    `style-src 'self'${isDevelopment ? " 'unsafe-inline'" : ''}`,
    "worker-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** What is no page loads nothing. */
export const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"

/** Of an answer that is no page and that nobody keeps. */
export const DATA_HEAD = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'content-security-policy': DATA_POLICY }
