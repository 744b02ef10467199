import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { newId } from '../../store/ids.js';

const STATUS: Partial<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/** Answers what is no HTTP request, or too much of one, in the shape of every other error (S-W6). Fastify never sees it. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const status = STATUS[error.code ?? ''] ?? 400;
  const message = status === 431 ? 'The URL and the headers are too long together.' : 'This is not an HTTP request.';
  const problem = { code: 'BAD_REQUEST', field: null, message };
  const body = JSON.stringify({
    type: 'INVALID_REQUEST',
    ...problem,
    resource_id: null,
    resource_type: null,
    problems: [problem],
  });
  const head = [
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`,
    `X-REQUEST-ID: ${newId('reqr')}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${String(Buffer.byteLength(body))}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
