import type { OutgoingDraft } from '../../../src/drivers/port/mail-item.js';
import type { PortWorld } from './port-world.js';
import { detailsOf, fetched, listed } from './support.js';

let number = 0;

/** A message with everything that a message can have, to somebody within and two outside. */
function draft(to: string, overrides: Partial<OutgoingDraft> = {}): OutgoingDraft {
  number += 1;
  const marker = `m-${number}`;
  return {
    marker,
    internetMessageId: `<${marker}@contoso.test>`,
    to: [{ name: 'Bób "B" <x>', address: to }],
    cc: [{ name: null, address: 'carol@fabrikam.test' }],
    bcc: [{ name: null, address: 'dave@fabrikam.test' }],
    replyTo: [{ name: 'Support', address: 'support@contoso.test' }],
    subject: 'Grüße & <日本語> 😀',
    text: 'Hello',
    html: '<p>Hällo</p>',
    attachments: [
      {
        name: 'übersicht.bin',
        contentType: 'application/octet-stream',
        contentId: null,
        isInline: false,
        content: Buffer.from([0, 255, 1]),
      },
      { name: 'logo.png', contentType: 'image/png', contentId: 'logo@x', isInline: true, content: Buffer.from('png') },
    ],
    ...overrides,
  };
}

/** Drafts, sending them, and what can be known after an answer was lost. */
export function itSends(world: () => PortWorld): void {
  const alice = () => world().open(world().alice);
  const bob = () => world().open(world().bob);
  const newDraft = (overrides: Partial<OutgoingDraft> = {}) => draft(world().bob, overrides);
  const plain = { attachments: [] };

  it('saves a draft, finds it by its marker, and sends it once', async () => {
    const outgoing = newDraft();
    const ref = await alice().saveDraft(outgoing);
    await expect(alice().findByMarker(outgoing.marker)).resolves.toMatchObject([
      { id: ref.id, folder: 'drafts', changeKey: ref.changeKey },
    ]);
    expect(world().recipientsOf(outgoing.internetMessageId)).toEqual([]);
    await alice().sendDraft(ref);
    await expect(alice().findByMarker(outgoing.marker)).resolves.toMatchObject([{ folder: 'sentitems' }]);
    await expect(alice().findByMarker('m-unknown')).resolves.toEqual([]);
    expect(world().recipientsOf(outgoing.internetMessageId)).toEqual([
      world().bob,
      'carol@fabrikam.test',
      'dave@fabrikam.test',
    ]);
  });

  it('sends everything that the draft has, and hides Bcc', async () => {
    const outgoing = newDraft();
    await alice().sendDraft(await alice().saveDraft(outgoing));
    const [arrived] = fetched(await bob().fetchItems((await listed(bob(), 10)).map(({ id }) => id)));
    expect(arrived?.properties).toMatchObject({
      subject: outgoing.subject,
      internetMessageId: outgoing.internetMessageId,
      from: { address: world().alice },
      to: [{ address: world().bob }],
      cc: [{ address: 'carol@fabrikam.test' }],
      bcc: [],
      replyTo: [{ address: 'support@contoso.test' }],
    });
    const { properties } = await bob().fetchItemProperties(arrived?.id ?? '');
    expect(properties.htmlBody).toContain('Hällo');
    const contents = await Promise.all(properties.attachments.map(({ id }) => bob().fetchAttachment(id)));
    expect(new Map(contents.map(({ name, content }) => [name, content.toString('hex')]))).toEqual(
      new Map([
        ['übersicht.bin', '00ff01'],
        ['logo.png', Buffer.from('png').toString('hex')],
      ]),
    );
  });

  it('shows a draft as it lies there, and none that is gone', async () => {
    const outgoing = newDraft();
    const ref = await alice().saveDraft(outgoing);
    const saved = await alice().readDraft(ref.id);
    expect(saved).toMatchObject({ id: ref.id, changeKey: ref.changeKey, marker: outgoing.marker });
    expect(saved?.attachments.map(({ name }) => name).sort()).toEqual(['logo.png', 'übersicht.bin']);
    await alice().deleteItem(ref.id);
    await expect(alice().readDraft(ref.id)).resolves.toBeNull();
  });

  it('adds attachments to a draft, which is sent with them', async () => {
    const outgoing = newDraft(plain);
    const more = { name: 'more.txt', contentType: 'text/plain', contentId: null, isInline: false };
    const ref = await alice().saveDraft(outgoing);
    const changed = await alice().addAttachments(ref, [{ ...more, content: Buffer.from('more') }]);
    const saved = await alice().readDraft(ref.id);
    expect(saved?.attachments).toMatchObject([{ kind: 'file', name: 'more.txt' }]);
    await alice().sendDraft({ id: changed.id, changeKey: saved?.changeKey ?? changed.changeKey });
    const [{ id } = { id: '' }] = await listed(bob(), 10);
    expect((await bob().fetchItemProperties(id)).properties.attachments).toMatchObject([{ name: 'more.txt' }]);
  });

  it('does nothing with a change key that is out of date', async () => {
    const outgoing = newDraft(plain);
    const ref = await alice().saveDraft(outgoing);
    const { effectPossible } = await detailsOf(alice().sendDraft({ id: ref.id, changeKey: 'AAAA' }));
    expect(effectPossible).toBe(false);
    expect(world().recipientsOf(outgoing.internetMessageId)).toEqual([]);
  });

  it('deletes for good, twice without harm', async () => {
    const ref = await alice().saveDraft(newDraft(plain));
    await alice().deleteItem(ref.id);
    await alice().deleteItem(ref.id);
    const [gone] = await alice().fetchItems([ref.id]);
    expect(gone?.ok === false && gone.error.details.kind).toBe('item-gone');
  });

  it('can tell after a lost answer that the message was sent', async () => {
    const outgoing = newDraft();
    const ref = await alice().saveDraft(outgoing);
    world().trouble('lost-answer', 'sendDraft');
    expect(await detailsOf(alice().sendDraft(ref))).toMatchObject({ effectPossible: true });
    await expect(alice().findByMarker(outgoing.marker)).resolves.toMatchObject([{ folder: 'sentitems' }]);
    expect(world().recipientsOf(outgoing.internetMessageId)).toHaveLength(3);
  });

  it('can tell after a lost answer that the draft was saved', async () => {
    const outgoing = newDraft(plain);
    world().trouble('lost-answer', 'saveDraft');
    expect((await detailsOf(alice().saveDraft(outgoing))).effectPossible).toBe(true);
    await expect(alice().findByMarker(outgoing.marker)).resolves.toMatchObject([{ folder: 'drafts' }]);
  });
}
