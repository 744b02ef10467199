import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';

const AUDIENCE = 'https://dunwell.example';

/** An issuer of JWTs on 127.0.0.1 that publishes its keys (JWKS) and counts who asks for them. */
export interface TestIssuer {
  issuer: string;
  audience: string;
  jwksUrl: string;
  asked: number;
  /** The public half of the newest key. */
  publicKey: JWK;
  /** A token by the newest key; what is undefined in `claims` is left out. */
  sign(claims: JWTPayload, header?: { alg?: string; kid?: string }): Promise<string>;
  /** From now on another key signs, and only that is published. */
  rotate(): Promise<void>;
  /** What is answered instead of the keys; null = the keys. */
  answer: { status: number; body: string } | null;
  stop(): Promise<void>;
}

export async function startTestIssuer(): Promise<TestIssuer> {
  let privateKey: CryptoKey;
  let count = 0;
  const server = createServer((_request, response) => {
    self.asked += 1;
    const { status, body } = self.answer ?? { status: 200, body: JSON.stringify({ keys: [self.publicKey] }) };
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const self: TestIssuer = {
    issuer,
    audience: AUDIENCE,
    jwksUrl: `${issuer}/.well-known/jwks.json`,
    asked: 0,
    publicKey: {},
    answer: null,
    async sign(claims, header = {}) {
      const whole = { iss: issuer, aud: AUDIENCE, sub: 'user_1', exp: Math.floor(Date.now() / 1000) + 300, ...claims };
      return new SignJWT(JSON.parse(JSON.stringify(whole)) as JWTPayload)
        .setProtectedHeader({ alg: 'RS256', kid: self.publicKey.kid, ...header })
        .sign(privateKey);
    },
    async rotate() {
      const pair = await generateKeyPair('RS256', { extractable: true });
      privateKey = pair.privateKey;
      count += 1;
      self.publicKey = { ...(await exportJWK(pair.publicKey)), kid: `key-${String(count)}`, alg: 'RS256', use: 'sig' };
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  await self.rotate();
  return self;
}
