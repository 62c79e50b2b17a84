import ssh2, { type ParsedKey } from 'ssh2'

/** A new ed25519 key pair in OpenSSH's form, behind a passphrase if there is one. */
export function makeKeyPair(passphrase?: string): { private: string; public: string } {
  const make = ssh2.utils.generateKeyPairSync
  for (;;) {
    const made = passphrase === undefined ? make('ed25519') : make('ed25519', { passphrase, cipher: 'aes256-ctr', rounds: 16 })
    // One in 256 comes out malformed: its leading zero gets lost.
    const read: ParsedKey | ParsedKey[] | Error = ssh2.utils.parseKey(made.private, passphrase)
    if (!(read instanceof Error)) return made
  }
}
