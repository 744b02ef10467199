import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A package of the contestants', from where they are installed. */
export async function importPackage<Module>(packages: string, name: string): Promise<Module> {
  const path = createRequire(join(packages, 'package.json')).resolve(name);
  return (await import(pathToFileURL(path).href)) as Module;
}
