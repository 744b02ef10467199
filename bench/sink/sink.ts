import { createServer, type AddressInfo } from 'node:net';
import { answerQuestions } from '../processes/answer-questions.js';
import { serveSession, type Arrival } from './smtp-session.js';

/** The mail server of the benchmark: answers at once and remembers when each mail arrived. */
let arrivals: Arrival[] = [];
const server = createServer((socket) => {
  serveSession(socket, (arrival) => arrivals.push(arrival));
}).listen(0, '127.0.0.1');

answerQuestions({
  port: () => (server.address() as AddressInfo).port,
  count: () => arrivals.length,
  take: () => {
    const taken = arrivals;
    arrivals = [];
    return taken;
  },
});
