#!/usr/bin/env node

const help = `Usage: postroom <command>

Commands:
  analyze   Look at the connection to an Exchange server, step by step

postroom analyze --help says what it takes. The server itself starts with: npm start
`;

/** `postroom <command>`: what people run by hand, without database and queue. */
const [command, ...args] = process.argv.slice(2);

if (command === 'analyze') {
  const { analyzeCommand } = await import('./apps/analyze/analyze-command.js');
  process.exitCode = await analyzeCommand(args);
} else if (command === undefined || command === '--help' || command === '-h' || command === 'help')
  process.stdout.write(help);
else {
  process.stderr.write(`postroom: there is no command of that name.\n\n${help}`);
  process.exitCode = 2;
}
