import { Client, Connection, type ConnectionOptions } from '@temporalio/client';

export interface EngineOptions {
  connection: ConnectionOptions;
  namespace: string;
  /** Longest time one call may take; a server that hangs must not hold callers for longer. */
  callTimeoutMs?: number;
}

/** gRPC's own pause between attempts to reconnect grows to two minutes; that much later would everything be after an outage. */
const RECONNECT_MS = 5_000;

/** A connection to Temporal that is made when it is first used, so that everything starts while Temporal is away. */
export interface EngineClient {
  client: Client;
  /** Runs one call under the deadline, or under a longer one of its own. */
  call<Result>(work: (client: Client) => Promise<Result>, ownTimeoutMs?: number): Promise<Result>;
  close(): Promise<void>;
}

export function createEngineClient(options: EngineOptions): EngineClient {
  const connection = Connection.lazy({
    ...options.connection,
    channelArgs: { 'grpc.max_reconnect_backoff_ms': RECONNECT_MS, ...options.connection.channelArgs },
  });
  const client = new Client({ connection, namespace: options.namespace });
  const timeoutMs = options.callTimeoutMs ?? 5_000;
  return {
    client,
    call: (work, ownTimeoutMs = timeoutMs) => client.withDeadline(Date.now() + ownTimeoutMs, () => work(client)),
    close: () => connection.close(),
  };
}
