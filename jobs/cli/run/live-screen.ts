import type { LiveScreen } from '#jobs/cli/verb.ts'
import type { ScreenSize } from './live-lines.ts'

interface ScreenStream {
  columns?: number | undefined
  rows?: number | undefined
  write(text: string): unknown
}

const DEFAULT_SIZE: ScreenSize = { columns: 80, rows: 24 }

export function createLiveScreen(stream: ScreenStream): LiveScreen {
  let drawn: readonly string[] = []
  return {
    size: () => ({ columns: stream.columns ?? DEFAULT_SIZE.columns, rows: stream.rows ?? DEFAULT_SIZE.rows }),
    draw(lines) {
      if (lines.length === drawn.length && lines.every((line, i) => line === drawn[i])) return
      stream.write(redraw(drawn.length, lines))
      drawn = lines
    },
    leave() {
      drawn = []
    },
  }
}

/** Moves up over the last drawing, erases below, writes the new lines. */
export function redraw(linesBefore: number, lines: readonly string[]): string {
  const up = linesBefore === 0 ? '' : `\u001B[${linesBefore}A`
  return `${up}\r\u001B[0J${lines.map((line) => `${line}\n`).join('')}`
}
