import { answerQuestions } from '../processes/answer-questions.js';
import { HttpConnection } from './http-connection.js';
import { inFlight, type Paced } from './in-flight.js';

/** Requests that differ in one number: `#` in the body stands for it. */
export interface HttpLoad {
  port: number;
  path: string;
  apiKey: string;
  body: string;
  from: number;
  count: number;
  width: number;
}

/** The load generator of the benchmark. Any answer but 201 ends it with an error. */
answerQuestions({
  async run({ port, path, apiKey, body, from, count, width }: HttpLoad): Promise<Paced> {
    const head = [
      `POST ${path} HTTP/1.1`,
      `host: 127.0.0.1:${String(port)}`,
      `x-api-key: ${apiKey}`,
      'content-type: application/json',
      '',
    ].join('\r\n');
    const connections = Array.from({ length: width }, () => new HttpConnection(port));
    try {
      return await inFlight(from, count, width, async (index, lane) => {
        const answer = await connections[lane]?.post(head, body.replaceAll('#', String(index)));
        if (answer?.status !== 201) throw new Error(`${String(answer?.status)}: ${answer?.body ?? ''}`);
      });
    } finally {
      for (const connection of connections) connection.close();
    }
  },
});
