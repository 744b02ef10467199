import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { ConnectionOptions } from '@temporalio/client';
import type { NativeConnectionOptions } from '@temporalio/worker';

export interface EngineConfig {
  /** For the client and for the worker alike. */
  connection: ConnectionOptions & NativeConnectionOptions;
  namespace: string;
}

/** Temporal's connection by its own standard: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TLS …, or a profile file. */
export function readEngineConfig(): EngineConfig {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  const { address, apiKey, tls, metadata } = connectionOptions;
  return {
    connection: {
      address,
      tls,
      metadata,
      ...(typeof apiKey === 'string' ? { apiKey } : {}),
    },
    namespace: namespace ?? 'default',
  };
}
