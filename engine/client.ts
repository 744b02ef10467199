import { Client, Connection, type ConnectionOptions } from '@temporalio/client';

export interface EngineOptions {
  connection: ConnectionOptions;
  namespace: string;
  /** Longest time one call may take; a server that hangs must not hold callers for longer. */
  callTimeoutMs?: number;
}

/** A connection to Temporal that is made when it is first used, so that everything starts while Temporal is away. */
export interface EngineClient {
  client: Client;
  /** Runs one call under the deadline. */
  call<Result>(work: (client: Client) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

export function createEngineClient(options: EngineOptions): EngineClient {
  const connection = Connection.lazy(options.connection);
  const client = new Client({ connection, namespace: options.namespace });
  const timeoutMs = options.callTimeoutMs ?? 5_000;
  return {
    client,
    call: (work) => client.withDeadline(Date.now() + timeoutMs, () => work(client)),
    close: () => connection.close(),
  };
}
