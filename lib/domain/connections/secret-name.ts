const SECRET_NAME = /(password|passwd|passphrase|secret|token|apikey|privatekey|accesskey|accountkey|credential)s?$|^sas$/i

/** True for names under which people write secrets. */
export function isSecretName(key: string): boolean {
  return SECRET_NAME.test(key.replaceAll(/[_-]/g, ''))
}

/** The same for a setting of a connection: elsewhere `key` names a field. */
export function isSecretSetting(key: string): boolean {
  return key === 'key' || isSecretName(key)
}

/** An address that carries a password (`user:pass@`) or a token in its query. */
export function isSecretAddress(text: string): boolean {
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/@\s]*:[^/@\s]+@/i.test(text)) return true
  const query = /^[a-z][a-z0-9+.-]*:\/\/[^?]*\?([^#]*)/i.exec(text)?.[1] ?? ''
  return query.split('&').some((pair) => {
    const [name = '', value = ''] = pair.split('=')
    return value !== '' && (isSecretName(name) || /^(sig|(x-(amz|goog)-)?signature|key)$/i.test(name))
  })
}
