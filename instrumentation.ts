/** Called once when a web server starts, never while building. */
export async function register(): Promise<void> {
  // Written so that the bundler sees it and leaves the rest out of the edge build, which knows no database.
  if (process.env['NEXT_RUNTIME'] === 'nodejs') {
    const { startWebProcess } = await import('./app/_lib/start-web-process.ts')
    startWebProcess()
  }
}
