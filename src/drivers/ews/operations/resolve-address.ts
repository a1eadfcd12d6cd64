import { MailServerError } from '../../port/mail-error.js';
import type { OperationContext } from '../ews-operation.js';
import { child, childText } from '../soap/element.js';
import { atLeast } from '../soap/request-version.js';

/** Codes for a name that is not in the directory. */
const nobody = new Set(['ErrorNameResolutionNoResults', 'ErrorNameResolutionNoMailbox']);

/**
 * ResolveNames (messages.xsd `ResolveNamesType`) for an X.500 name, which matches one entry at most.
 * @returns the SMTP address; null if no entry, or more than one, matches
 */
export async function resolveAddress(
  context: OperationContext,
  exchangeName: string,
  signal?: AbortSignal,
): Promise<string | null> {
  const answer = await context.call(
    {
      name: 'ResolveNames',
      changes: false,
      body: (version) => ({
        'm:ResolveNames': {
          '@ReturnFullContactData': false,
          // Added in Exchange 2010. Without it the contacts of the mailbox are searched as well.
          '@SearchScope': atLeast(version, 'Exchange2010') ? 'ActiveDirectory' : undefined,
          'm:UnresolvedEntry': exchangeName.replace(/^ex:/i, ''),
        },
      }),
    },
    signal,
  );
  try {
    const found = child(answer.single('ResolutionSet'), 'ResolutionSet')?.children ?? [];
    const [mailbox = null, another] = found.map((resolution) => child(resolution, 'Mailbox'));
    const address = childText(mailbox, 'EmailAddress');
    const isSmtp = address?.includes('@') === true && !address.startsWith('/');
    return another === undefined && isSmtp ? address : null;
  } catch (error) {
    if (error instanceof MailServerError && nobody.has(error.code)) return null;
    throw error;
  }
}
