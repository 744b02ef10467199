import { connect, type IncomingHttpHeaders } from 'node:http2';

/**
 * One unary gRPC call over plain text, with the protobuf messages as bytes. It is what is needed to ask a server
 * whether it is ready, without loading a Temporal client here. Rejects on any other answer than OK.
 */
export function grpcCall(address: string, method: string, request: Buffer, timeoutMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const session = connect(`http://${address}`);
    const fail = (error: Error) => {
      session.destroy();
      reject(error);
    };
    session.once('error', fail);
    session.setTimeout(timeoutMs, () => fail(new Error(`no answer from ${address} in ${timeoutMs} ms`)));
    const call = session.request({
      ':method': 'POST',
      ':path': method,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const chunks: Buffer[] = [];
    let status: string | undefined;
    const readStatus = (headers: IncomingHttpHeaders) => {
      status = headers['grpc-status']?.toString() ?? status;
    };
    call.on('response', readStatus); // an error without a message comes with the first headers
    call.on('trailers', readStatus);
    call.on('data', (chunk: Buffer) => chunks.push(chunk));
    call.once('error', fail);
    call.once('close', () => {
      session.close();
      if (status === '0') resolve(Buffer.concat(chunks).subarray(frameHeaderBytes));
      else reject(new Error(`${method}: gRPC status ${status ?? 'missing'}`));
    });
    call.end(frame(request));
  });
}

/** A protobuf string field; enough to write the few requests we make. Strings up to 127 bytes. */
export function stringField(number: number, value: string): Buffer {
  const bytes = Buffer.from(value);
  if (bytes.length > 127) throw new Error(`too long for a one-byte length: ${value}`);
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}

const frameHeaderBytes = 5;

/** gRPC puts a flag (not compressed) and the length in front of each message. */
function frame(message: Buffer): Buffer {
  const header = Buffer.alloc(frameHeaderBytes);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
}
