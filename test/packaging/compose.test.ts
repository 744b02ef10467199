import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { readApiConfig, readConfig, readWorkerConfig } from '../../cli/config.js';
import { readEngineConfig } from '../../cli/engine-options.js';

interface Service {
  image: string;
  command?: string[];
  environment?: Record<string, string | number>;
  ports?: string[];
  volumes?: string[];
  healthcheck?: object;
  depends_on?: Record<string, { condition: string }>;
}

const file = new URL('../../docker-compose.yml', import.meta.url);
const { services, volumes } = parse(await readFile(file, 'utf8'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const own = Object.entries(services).filter(([, { image }]) => image.startsWith('dunwell:'));
const composeProgram = findCompose();

describe('docker-compose.yml', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('starts all there is', () => {
    expect(Object.keys(services).sort()).toEqual(
      ['api', 'mailpit', 'migrate', 'postgres', 'temporal', 'temporal-ui', 'worker'].sort(),
    );
  });

  it('pins every image that is not built here to a full version', () => {
    const foreign = Object.values(services).filter((service) => !own.some(([, built]) => built === service));
    for (const { image } of foreign) expect(image).toMatch(/:v?\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
  });

  it('can be reached from this machine only', () => {
    const ports = Object.values(services).flatMap((service) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it.each(own)('gives %s variables that it reads, with values that it takes', (name, { environment = {} }) => {
    const given = withDefaults(environment);
    const names = Object.keys(given).filter((name) => !ENGINE_VARIABLES.includes(name));
    // An optional one that is empty counts as not set, so it is looked up with a value.
    const filled = Object.fromEntries(names.map((name) => [name, given[name] || EXAMPLES[name]]));
    const read = name === 'api' ? readApiConfig : name === 'worker' ? readWorkerConfig : readConfig;
    const config = read(filled);
    expect(names.filter((name) => !(name in config))).toEqual([]);
    expect(() => read(given)).not.toThrow();
  });

  it('would notice a variable that nobody reads (control)', () => {
    expect('SMTP_HOST' in readConfig({ DATABASE_URL: 'postgres://localhost/dunwell', SMTP_HOST: 'mail' })).toBe(false);
  });

  it.each(['api', 'worker'])('leads %s to the Temporal server', (name) => {
    for (const [variable, value] of Object.entries(withDefaults(services[name]?.environment ?? {}))) {
      vi.stubEnv(variable, value);
    }
    const { connection, namespace } = readEngineConfig();
    expect(connection.address).toBe('temporal:7233');
    expect(namespace).toBe(services.temporal?.environment?.DEFAULT_NAMESPACE);
  });

  it('waits for what each service needs, and knows when it is there', () => {
    for (const [name, { depends_on = {} }] of Object.entries(services)) {
      for (const [needed, { condition }] of Object.entries(depends_on)) {
        const service = services[needed];
        expect(service, `${name} needs ${needed}`).toBeDefined();
        if (condition === 'service_healthy') expect(service?.healthcheck, needed).toBeDefined();
        else expect([needed, condition]).toEqual(['migrate', 'service_completed_successfully']);
      }
    }
    expect(services.api?.depends_on).toHaveProperty('migrate');
    // Triggers are accepted while Temporal is away: the API must not wait for it.
    expect(services.api?.depends_on).not.toHaveProperty('temporal');
    expect(services.worker?.depends_on).toHaveProperty('temporal');
  });

  it('keeps data in named volumes', () => {
    const used = Object.values(services).flatMap((service) =>
      (service.volumes ?? []).map((mount) => mount.split(':')[0]),
    );
    expect(used.sort()).toEqual(Object.keys(volumes).sort());
  });

  it.skipIf(composeProgram === null)('is accepted by docker-compose (skipped where there is none)', () => {
    const [program = '', ...before] = composeProgram ?? [];
    const printed = execFileSync(program, [...before, '-f', file.pathname, 'config', '--services'], {
      encoding: 'utf8',
      env: { ...process.env, ...OWN },
    });
    expect(printed.trim().split('\n').sort()).toEqual(Object.keys(services).sort());
  });
});

/** Read by Temporal’s own configuration, not by ours. */
const ENGINE_VARIABLES = ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE'];
const EXAMPLES: Record<string, string> = {
  SMTP_URL: 'smtps://user:password@smtp.example.com:465',
  BOUNCE_ADDRESS: 'bounces@mail.example.com',
  BOUNCE_SMTP_LISTEN: '0.0.0.0:2525',
  JWT_ISSUER: 'https://id.example.com',
  JWT_AUDIENCE: 'dunwell',
  JWT_JWKS_URL: 'https://id.example.com/jwks.json',
  RATE_LIMIT_PER_MINUTE: '600',
  SMTP_RATE_LIMIT: '10/s',
  PDF_MAX_BYTES: '20000000',
};
/** What compose asks for and gives no default: secrets. */
const OWN: Record<string, string> = { ENCRYPTION_KEYS: Buffer.alloc(32).toString('base64') };

/** `${NAME:-default}` as compose reads it when NAME is not set. */
function withDefaults(environment: Record<string, string | number>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      String(value)
        .replaceAll(/\$\{[A-Z_]+:-([^}]*)\}/g, '$1')
        .replaceAll(/\$\{([A-Z_]+):\?[^}]*\}/g, (_all, asked: string) => OWN[asked] ?? ''),
    ]),
  );
}

function findCompose(): string[] | null {
  for (const program of [['docker-compose'], ['docker', 'compose']]) {
    const [name = '', ...args] = program;
    try {
      execFileSync(name, [...args, 'version'], { stdio: 'ignore' });
      return program;
    } catch {
      // Not installed, or without the plugin: the next one.
    }
  }
  return null;
}
