// Preloaded into every child: when the launcher is gone, however it ended, the child stops in order: no second
// worker stays behind.
const PATIENCE_MS = 10_000

// Grandchildren inherit this preload, too; their parent is not the launcher.
const launcher = Number(new URL(import.meta.url).searchParams.get('launcher'))

if (process.ppid === launcher) {
  process.on('disconnect', () => {
    setTimeout(() => process.exit(1), PATIENCE_MS).unref()
    process.kill(process.pid, 'SIGTERM')
  })
  // An open channel must not keep a finished process alive.
  process.channel?.unref()
}
