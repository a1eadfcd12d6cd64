/** The caller’s input is wrong; the message says how to mend it and repeats nothing that may be secret. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const passwordVariable = 'POSTROOM_ANALYZE_PASSWORD';

export const usage = `Usage: postroom analyze --email <address> [options]

Looks at the connection to an Exchange server step by step, from the name of the server to
the mail in a mailbox, and says what to do about what is wrong. It needs no database. In the
mailbox it saves a draft and deletes it again.

  --email <address>              the mailbox to open                  (POSTROOM_ANALYZE_EMAIL)
  --user <name>                  the service account                  (POSTROOM_ANALYZE_USER)
  --url <address>                https://mail.example.com/EWS/Exchange.asmx; left out,
                                 Autodiscover finds it                (POSTROOM_ANALYZE_URL)
  --canary <address>             another mailbox that should work: tells a missing role from
                                 a mailbox outside its scope
  --access <kind>                impersonation (the default) or delegation
  --connecting-sid-type <kind>   SmtpAddress (the default), PrimarySmtpAddress, PrincipalName, SID
  --connecting-sid <text>        what names the owner of the mailbox; the address by default
  --ca <file>                    certificates in PEM to trust instead of the system’s
  --trusted-host <host>          a host of another domain to which Autodiscover may send the
                                 password; can be repeated
  --send-to-self                 send a message from the mailbox to itself, and remove it again
  --json                         one JSON object a line instead of text
  --no-color                     no colours; they are used on a terminal only
  -h, --help

The password of the service account comes from ${passwordVariable}, or you are
asked for it. Never give it as an argument: others on this host can read those.

Exit code: 0 everything works, 1 something does not, 2 the analysis could not be made.
`;
