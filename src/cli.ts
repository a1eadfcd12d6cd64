#!/usr/bin/env node

const help = `Usage: postroom <command>

Commands:
  analyze      Look at the connection to an Exchange server, step by step
  admin-link   Make a link by which somebody becomes administrator, for whoever lost access
  sandbox      Run an Exchange server for tests: a sample company whose mail comes and goes, and any fault you ask for

postroom analyze --help says what it takes. The server itself starts with: npm start
`;

/** `postroom <command>`: what people run by hand. */
const [command, ...args] = process.argv.slice(2);

if (command === 'analyze') {
  const { analyzeCommand } = await import('./apps/analyze/analyze-command.js');
  process.exitCode = await analyzeCommand(args);
} else if (command === 'admin-link' && args.length === 0) {
  const { adminLinkCommand } = await import('./apps/admin-link-command.js');
  process.exitCode = await adminLinkCommand();
} else if (command === 'sandbox' && args.length === 0) await import('./sandbox/main.js');
else if (command === undefined || command === '--help' || command === '-h' || command === 'help')
  process.stdout.write(help);
else {
  process.stderr.write(`postroom: there is no such command.\n\n${help}`);
  process.exitCode = 2;
}
