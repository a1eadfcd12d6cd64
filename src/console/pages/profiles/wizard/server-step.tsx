import { Alert, Checkbox, Radio, Stack, TagsInput, TextInput } from '@mantine/core';
import { onlineUrl, type NewProfileValues } from './new-profile-values.js';
import type { WizardForm } from './wizard-form.js';

/** Which server: one of one's own, or Exchange Online, and where its EWS is. */
export function ServerStep({ form }: { readonly form: WizardForm }) {
  const { serverKind, findsAddress, ewsUrl } = form.values;
  const isOnline = serverKind === 'exchange-online';
  const choose = (kind: string) => {
    const next = kind as NewProfileValues['serverKind'];
    form.setValues({
      serverKind: next,
      findsAddress: false,
      ewsUrl: next === 'exchange-online' ? onlineUrl : ewsUrl === onlineUrl ? '' : ewsUrl,
    });
  };
  return (
    <Stack gap="md">
      <Radio.Group label="What kind of server is it?" value={serverKind} onChange={choose}>
        <Stack gap="xs" mt={6}>
          <Radio
            value="exchange-server"
            label="Exchange Server on-premises"
            description="A server of your own, or of your hoster: Exchange 2013 SP1 and later."
          />
          <Radio value="exchange-online" label="Exchange Online" description="Mailboxes of Microsoft 365." />
        </Stack>
      </Radio.Group>
      {isOnline && (
        <Alert color="yellow" title="This version cannot connect to Exchange Online">
          Exchange Online accepts no name and password for EWS, and this version of Postroom signs in with those. You
          can look at the set-up guide in the next step, and save the profile, but its test will not pass.
        </Alert>
      )}
      {!findsAddress && (
        <TextInput
          label="EWS address"
          description="Ask the administrator of the server, or look for the external URL of its EWS virtual directory."
          placeholder="https://mail.example.com/EWS/Exchange.asmx"
          inputMode="url"
          autoComplete="off"
          required
          {...form.getInputProps('ewsUrl')}
        />
      )}
      {!isOnline && (
        <Checkbox
          label="I do not know the address; find it in the test, by Autodiscover"
          checked={findsAddress}
          onChange={({ currentTarget }) => form.setValues({ findsAddress: currentTarget.checked, ewsUrl: '' })}
        />
      )}
      {findsAddress && (
        <TagsInput
          label="Trusted hosts"
          description="Hosts of other domains than the mailbox’s to which Autodiscover may send the password; press Enter after each. Leave it empty unless the test names one."
          {...form.getInputProps('trustedHosts')}
        />
      )}
    </Stack>
  );
}
