import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ANNA, type RecordedSandbox, itAnswersBySchema, startRecorded } from './support/recorded-sandbox.js';
import { call, getItem } from './support/ews-client.js';

const CORPUS = join(__dirname, '../../../shared/mail-corpus');
const missing = !existsSync(CORPUS);
const title = missing ? 'real mail (skipped: the mail corpus is not there)' : 'real mail';

(missing ? describe.skip : describe)(title, () => {
  let sandbox: RecordedSandbox;
  const files = missing
    ? []
    : readdirSync(CORPUS, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.eml'));
  beforeAll(async () => {
    sandbox = await startRecorded();
  });
  afterAll(() => sandbox.close());

  it('comes back byte for byte, with every property readable', async () => {
    expect(files.length).toBeGreaterThan(100);
    const shape =
      '<t:BaseShape>AllProperties</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent><t:AdditionalProperties><t:FieldURI FieldURI="item:TextBody"/><t:FieldURI FieldURI="item:UniqueBody"/><t:FieldURI FieldURI="item:Preview"/><t:ExtendedFieldURI PropertyTag="0x007D" PropertyType="String"/></t:AdditionalProperties>';
    const wrong: string[] = [];
    for (const file of files) {
      const mime = readFileSync(join(CORPUS, file));
      const id = await sandbox.control.deliverMime(ANNA, mime);
      const answer = await call(sandbox.ewsUrl, getItem([{ Id: id }], shape), { as: ANNA });
      if (answer.codes[0] !== 'NoError' || !Buffer.from(answer.text('MimeContent'), 'base64').equals(mime))
        wrong.push(file);
      const attachments = answer
        .all('AttachmentId')
        .map((element) => `<t:AttachmentId Id="${element.attribute('Id') ?? ''}"/>`);
      if (attachments.length === 0) continue;
      const contents = await call(
        sandbox.ewsUrl,
        `<m:GetAttachment><m:AttachmentShape><t:IncludeMimeContent>true</t:IncludeMimeContent></m:AttachmentShape><m:AttachmentIds>${attachments.join('')}</m:AttachmentIds></m:GetAttachment>`,
        { as: ANNA },
      );
      if (contents.codes.some((code) => code !== 'NoError')) wrong.push(`${file}: ${contents.codes.join(' ')}`);
    }
    expect(wrong).toEqual([]);
  });

  itAnswersBySchema(() => sandbox);
});
