import { writeFile } from 'node:fs/promises';
import { Database } from '../../store/database.js';
import { newEncryptionKey, Vault } from '../../store/vault.js';
import { buildApp } from '../app.js';
import { openApiText } from './text.js';

// `npm run openapi`. The database is never asked: nothing connects before the first request.
const db = new Database('postgres://127.0.0.1/none');
const vault = new Vault([newEncryptionKey()]);
const mail = { test: () => Promise.reject(new Error('nothing is sent here')), objection: () => null };
const app = await buildApp({ db, vault, mail, tellSoon: () => undefined, advanceWaitMs: 0 });
await writeFile('docs/openapi.json', await openApiText(app));
await app.close();
await db.close();
