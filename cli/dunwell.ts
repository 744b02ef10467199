import { Command, Option } from 'commander';
import { ROLES } from '../api/permissions.js';
import { apiCommand } from './api.js';
import { createKey, createPlatformCommand, listPlatformsCommand } from './admin.js';
import { bounceCommand } from './bounce.js';
import { devCommand } from './dev.js';
import { explainCommand } from './explain.js';
import { migrateCommand } from './migrate.js';
import { replayCommand } from './replay.js';
import { schedulesCommand } from './schedules.js';
import { simulateCommand } from './simulate.js';
import { readVersion } from './version.js';
import { pullTemplates, pushTemplates } from './templates.js';
import { workerCommand } from './worker.js';

const program = new Command('dunwell')
  .description('Durable billing reminders on Temporal and PostgreSQL.')
  .version(await readVersion());

const port = (flag: string, name: string, fallback: number): Option =>
  new Option(
    `${flag} <port>`,
    `${name} (default ${String(fallback)}, or the next free one; 0 = any free one)`,
  ).argParser(parsePort);

program
  .command('dev')
  .description('everything in one process: PostgreSQL, Temporal, mailbox, API and worker')
  .option('--demo', 'run the demo, also on a data directory that has been used')
  .option('--no-demo', 'do not run the demo')
  .option('--once', 'run the demo and exit: 0, or non-zero when an expected mail is missing')
  .option('--ephemeral', 'keep nothing')
  .option('--data-dir <dir>', 'where data lives', '.dunwell')
  .addOption(port('--port', 'API', 3000))
  .addOption(port('--mailbox-port', 'mailbox page', 8025))
  .addOption(port('--smtp-port', 'mailbox SMTP', 1025))
  .addOption(port('--temporal-port', 'Temporal', 7233))
  .addOption(port('--temporal-ui-port', 'Temporal UI', 8233))
  .addOption(port('--postgres-port', 'PostgreSQL', 5433))
  .action(devCommand);

program.command('api').description('the HTTP API').action(apiCommand);
program.command('worker').description('the Temporal worker and the dispatcher').action(workerCommand);
program.command('migrate').description('bring the database schema up to date').action(migrateCommand);
program
  .command('bounce')
  .description(
    'one bounce or complaint as a mail on standard input, from a mail server’s pipe; exits 0, or 75: try again',
  )
  .option(
    '--recipient <address>',
    'whom it was delivered to; default: ORIGINAL_RECIPIENT, RECIPIENT, or the mail’s headers',
  )
  .action(bounceCommand);
program
  .command('replay')
  .description('before a deploy: can this build take up again what is open on Temporal?')
  .addOption(new Option('--limit <count>', 'at most so many, the youngest first (default all)').argParser(parseCount))
  .option('--query <query>', 'one more condition for the list, such as \'DunwellVariant="OVERDUE"\'')
  .option('--history <file...>', 'histories as JSON files instead')
  .action(replayCommand);

const platform = '--platform <id>';
const whose = 'the platform; may be left out where there is only one';
program
  .command('explain <what>')
  .description(
    'why a reminder was sent or not: a run’s id, or invoice=…, payment=…, schedule=…, subscription=…, wallet=…, customer=…',
  )
  .option(platform, whose)
  .option('--json', 'as the API answers it')
  .action(explainCommand);
program
  .command('simulate <file>')
  .description('what would be sent when: a body of POST /v1/simulations as JSON (- = standard input)')
  .option(platform, whose)
  .option('--json', 'as the API answers it')
  .action(simulateCommand);

program
  .command('schedules')
  .description('workflows that are run by the clock: when next, and what the last sweep did')
  .option(platform, whose)
  .action(schedulesCommand);

const templates = program
  .command('templates')
  .description('e-mail templates as files: {name}/{locale}.mjml, .html, .txt');
templates
  .command('push <dir>')
  .description('store every template below a directory, or none when one is refused')
  .option(platform, whose)
  .option('--dry-run', 'only check, and tell what would change')
  .action(pushTemplates);
templates
  .command('pull <dir>')
  .description('write every stored template below a directory')
  .option(platform, whose)
  .action(pullTemplates);

const platforms = program.command('platforms').description('platforms: tenants, TEST or LIVE');
platforms
  .command('create <name>')
  .addOption(new Option('--environment <environment>').choices(['TEST', 'LIVE']).makeOptionMandatory())
  .action(createPlatformCommand);
platforms.command('list').action(listPlatformsCommand);

program
  .command('keys')
  .description('API keys')
  .command('create')
  .requiredOption('--platform <id...>', 'the platforms it may use, all TEST or all LIVE')
  .addOption(new Option('--role <role>', 'what it may do').choices([...ROLES]).default('ADMINISTRATOR'))
  .option('--description <text>')
  .action(createKey);

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  // Not by exitCode: what had been opened before the error would keep the process.
  process.exit(1);
});

function parsePort(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new Error(`${text} is not a port number.`);
  return value;
}

function parseCount(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${text} is not a count.`);
  return value;
}
