/** A text as one word of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/**
 * What to add to a job of dbt so that its artifacts arrive, as a piece of POSIX shell: it runs when the job ends, however it ends, and leaves its exit code as
 * it was. The token stands in no list of processes.
 */
export function dbtJobLines({ connection, url }: { connection: string; url: string }): string[] {
  const address = quoted(`${new URL(url).href.replace(/\/+$/, '')}/api/v1/dbt?connection=${encodeURIComponent(connection)}`)
  return [
    'push_to_tidemark() {',
    '  for artifact in manifest run_results sources freshness catalog; do',
    '    file="${DBT_TARGET_PATH:-target}/$artifact.json"',
    '    [ -f "$file" ] || continue',
    '    gzip -c "$file" > "$file.gz" || continue',
    `    printf 'Authorization: Bearer %s\\n' "\${TIDEMARK_TOKEN:-}" | curl -fsS --retry 5 --max-time 300 -o /dev/null -H @- \\`,
    `      -H 'Content-Type: application/json' -H 'Content-Encoding: gzip' --data-binary "@$file.gz" \\`,
    `      ${address} || echo "Tidemark did not take $file." >&2`,
    '    rm -f "$file.gz"',
    '  done',
    '}',
    'trap push_to_tidemark EXIT',
  ]
}
