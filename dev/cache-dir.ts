import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where downloaded and built programs are kept between clones: `$XDG_CACHE_HOME/dunwell`, else `~/.cache/dunwell`. */
export function cacheDir(): string {
  const base = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(base, 'dunwell');
}
