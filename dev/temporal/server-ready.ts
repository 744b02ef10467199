import { grpcCall, stringField } from './grpc-call.js';

/** True when the server serves and knows the namespace; false as long as it is not there yet. */
export async function temporalReady(address: string, namespace: string): Promise<boolean> {
  try {
    const service = stringField(1, 'temporal.api.workflowservice.v1.WorkflowService');
    const health = await grpcCall(address, '/grpc.health.v1.Health/Check', service, callTimeoutMs);
    if (!health.equals(serving)) return false;
    const describe = '/temporal.api.workflowservice.v1.WorkflowService/DescribeNamespace';
    await grpcCall(address, describe, stringField(1, namespace), callTimeoutMs);
    return true;
  } catch {
    return false; // not listening yet, or no namespace yet: the caller asks again until its time is up
  }
}

/** Those of the named search attributes that the namespace does not know (yet). */
export async function missingSearchAttributes(address: string, namespace: string, names: string[]): Promise<string[]> {
  if (names.length === 0) return [];
  const list = '/temporal.api.operatorservice.v1.OperatorService/ListSearchAttributes';
  const known = await grpcCall(address, list, stringField(1, namespace), callTimeoutMs);
  // A map<string, type>: each entry begins with its name as field 1, so the encoded field can be looked for as it is.
  return names.filter((name) => !known.includes(stringField(1, name)));
}

const callTimeoutMs = 2_000;

/** HealthCheckResponse { status: SERVING } */
const serving = Buffer.from([0x08, 0x01]);
