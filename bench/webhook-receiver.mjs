// The receiver of bench/webhooks.mjs, in a process of its own: answers 204 to everything, after BENCH_DELAY ms.
import { createServer } from 'node:http';

const delay = Number(process.env.BENCH_DELAY ?? 0);
let received = 0;
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    received += 1;
    if (delay > 0) setTimeout(() => response.writeHead(204).end(), delay);
    else response.writeHead(204).end();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('message', () => process.send({ received }));
process.on('disconnect', () => process.exit());
