// The sandbox Exchange in a process of its own, so that its CPU time does not count as ours. It keeps
// the requests it was sent, for the floor to send them again.
import { startSandbox } from '../dist/src/sandbox/sandbox-server.js';

const { mailboxes, messagesEach, bodyBytes } = JSON.parse(process.argv[2]);
const requests = [];
let recording = false;

const addresses = Array.from({ length: mailboxes }, (_, index) => `user${index}@postroom.example`);
const sandbox = await startSandbox({
  gzip: false,
  mailboxes: addresses.map((address) => ({ address })),
  serviceAccounts: [{ username: 'svc', password: 'secret', scope: 'all' }],
  record: ({ request }) => {
    if (recording) requests.push(request);
  },
});

// Text that compresses about as mail does, and differs from message to message.
const words = 'offer invoice delivery timber plank order week price pallet Grüße meeting room schedule'.split(' ');
const sentence = (seed) =>
  Array.from({ length: 12 }, (_, index) => words[(seed * 7 + index * 3) % words.length]).join(' ');
for (const [place, address] of addresses.entries()) {
  for (let index = 0; index < messagesEach; index += 1) {
    let html = '<html><body>';
    for (let line = 0; html.length < bodyBytes / 2; line += 1) html += `<p>${sentence(place + index + line)}.</p>\r\n`;
    const text = html.replace(/<[^>]+>/g, '');
    await sandbox.control.deliver(address, {
      subject: `Message ${index} for ${address}`,
      html: `${html}</body></html>`,
      text,
    });
  }
}

process.on('message', (command) => {
  if (command === 'record') recording = true;
  if (command === 'requests') {
    recording = false;
    process.send({ requests: requests.splice(0) });
  }
});
process.on('disconnect', () => process.exit(0));
process.send({ ewsUrl: sandbox.ewsUrl, addresses });
