/**
 * The CPU that fetching messages over EWS costs, beside the floor: the same requests to the same
 * server with the bodies thrown away. Both alternate in one run, so that a noisy machine is noisy
 * for both. The server runs in a process of its own.
 *
 *   npm run build && node bench/ews-reader.mjs [messages per round = 2000] [rounds = 5]
 */
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';

const MESSAGE_BYTES = 44 * 1024;
const BATCH = 10;

/** A message of text lines, as base64 and gzip find it. */
function message() {
  const lines = ['Subject: Quarterly figures', 'From: a@contoso.test', 'To: b@contoso.test', ''];
  let size = 0;
  while (size < MESSAGE_BYTES) {
    const line = randomBytes(28).toString('hex');
    size += line.length + 2;
    lines.push(line);
  }
  return Buffer.from(lines.join('\r\n')).subarray(0, MESSAGE_BYTES);
}

function item(index) {
  const box = (name) =>
    `<t:Mailbox><t:Name>${name} Person</t:Name><t:EmailAddress>${name}@contoso.test</t:EmailAddress><t:RoutingType>SMTP</t:RoutingType></t:Mailbox>`;
  return (
    '<m:GetItemResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Items><t:Message>' +
    `<t:MimeContent CharacterSet="UTF-8">${message().toString('base64')}</t:MimeContent><t:ItemId Id="${'A'.repeat(140)}${index}" ChangeKey="CQAAABYAAAA"/>` +
    '<t:ItemClass>IPM.Note</t:ItemClass><t:Subject>Quarterly figures</t:Subject><t:DateTimeReceived>2026-09-02T10:00:00Z</t:DateTimeReceived><t:Size>46000</t:Size>' +
    '<t:Importance>Normal</t:Importance><t:DateTimeSent>2026-09-02T09:59:58Z</t:DateTimeSent><t:ExtendedProperty><t:ExtendedFieldURI PropertyTag="0x300b" PropertyType="Binary"/><t:Value>qrvM3Q==</t:Value></t:ExtendedProperty>' +
    `<t:ConversationId Id="AAQkAD"/><t:Sender>${box('a')}</t:Sender><t:ToRecipients>${box('b')}${box('c')}</t:ToRecipients><t:CcRecipients>${box('d')}</t:CcRecipients>` +
    `<t:From>${box('a')}</t:From><t:InternetMessageId>&lt;${index}@contoso.test&gt;</t:InternetMessageId><t:IsRead>false</t:IsRead></t:Message></m:Items></m:GetItemResponseMessage>`
  );
}

function serve() {
  const items = Array.from({ length: BATCH }, (_, index) => item(index)).join('');
  const answer = Buffer.from(
    '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" ' +
      `xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><m:GetItemResponse><m:ResponseMessages>${items}</m:ResponseMessages></m:GetItemResponse></s:Body></s:Envelope>`,
  );
  const packed = gzipSync(answer);
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const zip = request.url.endsWith('gzip');
      // As Exchange does: connections whose answers carry no id of their request rest between two calls.
      const id = request.headers['client-request-id'];
      if (id) response.setHeader('client-request-id', id);
      response.writeHead(200, { 'content-type': 'text/xml', ...(zip ? { 'content-encoding': 'gzip' } : {}) });
      response.end(zip ? packed : answer);
    });
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port, bytes: answer.length }));
}

async function measure() {
  const { createExchangeServer } = await import('../dist/src/drivers/ews/exchange-server.js');
  const { Pool } = await import('undici');
  const [perRound, rounds] = [Number(process.argv[2] ?? 2000), Number(process.argv[3] ?? 5)];
  const child = fork(new URL(import.meta.url).pathname, ['serve']);
  const { port, bytes } = await new Promise((resolve) => child.once('message', resolve));
  const origin = `http://127.0.0.1:${port}`;
  const pool = new Pool(origin, { connections: 4 });
  const open = (path) =>
    createExchangeServer({
      ewsUrl: `${origin}${path}`,
      auth: { type: 'basic', username: 'svc', password: 'secret' },
      maxConnections: 4,
    });
  const identity = {
    address: 'alice@contoso.test',
    access: 'impersonation',
    connectingSid: { type: 'SmtpAddress', value: 'alice@contoso.test' },
  };
  const [plain, zipped] = [open('/'), open('/gzip')];
  const ids = Array.from({ length: BATCH }, (_, index) => `${'A'.repeat(140)}${index}`);
  const request = Buffer.from(`<x>${ids.join('')}</x>`);
  const fetchFrom = (server) => async () => {
    const results = await server.openMailbox(identity).fetchItems(ids);
    if (!results.every((result) => result.ok && result.item.mime?.length === MESSAGE_BYTES)) throw new Error('wrong');
  };
  const ways = {
    'bodies discarded': async () => {
      const { body } = await pool.request({ path: '/', method: 'POST', body: request });
      for await (const _chunk of body);
    },
    fetched: fetchFrom(plain),
    'fetched, gzip': fetchFrom(zipped),
  };
  const totals = new Map(Object.keys(ways).map((name) => [name, { cpu: Infinity, wall: Infinity }]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, way] of Object.entries(ways)) {
      const [cpu, wall] = [process.cpuUsage(), performance.now()];
      let left = perRound / BATCH;
      const lane = async () => {
        while (left-- > 0) await way();
      };
      await Promise.all([lane(), lane(), lane(), lane()]);
      const used = process.cpuUsage(cpu);
      const total = totals.get(name);
      if (round < 0) continue; // The first round warms up.
      total.cpu = Math.min(total.cpu, (used.user + used.system) / 1000 / perRound);
      total.wall = Math.min(total.wall, (performance.now() - wall) / perRound);
    }
  }
  const floor = totals.get('bodies discarded').cpu;
  const megabytes = bytes / BATCH / 1e6;
  for (const [name, { cpu, wall }] of totals) {
    process.stdout.write(
      `${name.padEnd(18)} ${cpu.toFixed(3)} ms CPU a message, ${(cpu / floor).toFixed(2)} x floor, ` +
        `${(megabytes / (wall / 1000)).toFixed(0)} MB/s of XML\n`,
    );
  }
  await Promise.all([plain.close(), zipped.close(), pool.close()]);
  child.kill();
}

if (process.argv[2] === 'serve') serve();
else await measure();
