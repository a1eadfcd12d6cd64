import { inlineImageType } from '../../src/features/mail/incoming/inline-image.js';
import { succeeded, WholeStage } from './support/whole-stage.js';

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');

let stage: WholeStage;
let message: string;

interface Attachment {
  readonly position: number;
  readonly contentId: string | null;
}

beforeAll(async () => {
  stage = await WholeStage.open({ addresses: ['ann@example.com'] });
  const mailboxId = await stage.makeMailbox('ann@example.com');
  const attachment = (contentId: string, contentType: string, content: Buffer<ArrayBuffer>) => ({
    name: `${contentId}.bin`,
    contentId,
    contentType,
    content,
    inline: true,
  });
  await stage.sandbox.control.deliver('ann@example.com', {
    subject: 'pictures',
    html: '<img src="cid:png"><img src="cid:svg"><img src="cid:lie"><img src="cid:page">',
    attachments: [
      attachment('png', 'application/octet-stream', png),
      attachment('svg', 'image/svg+xml', svg),
      attachment('lie', 'image/png', svg),
      attachment('page', 'application/xhtml+xml', Buffer.from('<script>alert(1)</script>')),
      attachment('script', 'text/javascript', Buffer.from('alert(1)')),
      attachment('oldScript', 'Application/X-ECMAScript', Buffer.from('alert(1)')),
      attachment('style', 'text/css', Buffer.from('* { display: none }')),
    ],
  });
  await stage.poll();
  [{ id: message }] = await stage.messagesOf(mailboxId);
});
afterAll(() => stage?.close());

const attachments = async (): Promise<Attachment[]> =>
  succeeded(await stage.client().get(`/v1/messages/${message}`)).attachments;
async function download(contentId: string, query = ''): Promise<Response> {
  const { position } = (await attachments()).find((one) => one.contentId === contentId)!;
  return fetch(`${stage.process.url}/v1/messages/${message}/attachments/${position}${query}`, {
    headers: { authorization: `Bearer ${stage.adminToken}` },
  });
}
const safe = {
  'content-security-policy': "sandbox; default-src 'none'",
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
};
const headersOf = ({ headers }: Response, names: object) =>
  Object.fromEntries(Object.keys(names).map((name) => [name, headers.get(name)]));

it('has what its html needs to show pictures', async () => {
  const body = succeeded(await stage.client().get(`/v1/messages/${message}`));
  expect(body.html).toContain('cid:png');
  expect(
    body.attachments.map(({ contentId, isInline }: Attachment & { isInline: boolean }) => [contentId, isInline]),
  ).toEqual([
    ['png', true],
    ['svg', true],
    ['lie', true],
    ['page', true],
    ['script', true],
    ['oldScript', true],
    ['style', true],
  ]);
});

it.each(['png', 'svg', 'lie', 'page'])('%s is downloaded to be saved, not to be opened', async (contentId) => {
  const answer = await download(contentId);
  expect([answer.status, answer.headers.get('content-disposition')]).toEqual([
    200,
    `attachment; filename="${contentId}.bin"`,
  ]);
  expect(headersOf(answer, safe)).toEqual(safe);
});

// The console's policy lets its pages run scripts of this server, however they are to be saved.
it.each(['script', 'oldScript', 'style'])(
  '%s is of no type that a page of the console would load',
  async (contentId) => {
    expect((await download(contentId)).headers.get('content-type')).toBe('application/octet-stream');
  },
);

it('a picture is shown in a page, by what it is and not by what the mail says', async () => {
  const answer = await download('png', '?disposition=inline');
  const expected = { ...safe, 'content-type': 'image/png', 'content-disposition': 'inline; filename="png.bin"' };
  expect([answer.status, headersOf(answer, expected)]).toEqual([200, expected]);
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(png);
});

it.each(['svg', 'lie', 'page'])('%s is not shown in a page', async (contentId) => {
  const answer = await download(contentId, '?disposition=inline');
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([406, 'not-an-image']);
});

it('takes no other disposition', async () => {
  expect((await download('png', '?disposition=form-data')).status).toBe(400);
});

it.each([
  [Buffer.from('\xff\xd8\xff\xe0', 'latin1'), 'image/jpeg'],
  [Buffer.from('GIF89a...'), 'image/gif'],
  [Buffer.from('RIFF\n\0\0\xffWEBPVP8 ', 'latin1'), 'image/webp'],
  [Buffer.from('RIFF....WAVE'), null],
  [Buffer.from('GIF8'), null],
  [Buffer.alloc(0), null],
])('%j is %s', (bytes, type) => {
  expect(inlineImageType(bytes)).toBe(type);
});
