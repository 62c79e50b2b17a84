// As far as the tests use it; the package brings no types.
declare module 'dynalite' {
  // biome-ignore lint/style/noDefaultExport: that is what it is
  export default function dynalite(options: { createTableMs: number; deleteTableMs: number }): import('node:http').Server
}
