import { buildApp, type AppOptions } from './app.js';

export interface RunningApi {
  url: string;
  /** Stops taking requests and ends those under way. */
  stop(): Promise<void>;
}

/** Builds the API and listens. */
export async function startApi(options: AppOptions & { host: string; port: number }): Promise<RunningApi> {
  const app = await buildApp(options);
  const url = await app.listen({ host: options.host, port: options.port });
  return { url, stop: () => app.close() };
}
