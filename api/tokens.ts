import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload } from 'jose';
import { Unavailable } from '../contracts/refusal.js';
import { ROLES, type Grant, type Role } from './permissions.js';

/** Whose tokens are taken: asymmetrically signed JWTs of one issuer, made for one audience. */
export interface TokenIssuer {
  issuer: string;
  audience: string;
  jwksUrl: string;
}

interface TokenHolder {
  subject: string;
  platformIds: string[];
  grant: Grant;
  /** As the issuer has verified it; null = it does not say. */
  email: string | null;
}

/** Answers who holds a token, or null when it is not a valid one. */
export type ReadToken = (token: string) => Promise<TokenHolder | null>;

const CLOCK_TOLERANCE_S = 5;
const JWKS_TIMEOUT_MS = 5_000;
/** Symmetric ones are left out: whoever reads the public key could sign with it. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/**
 * Checks signature (by the issuer's JWKS, which is cached), issuer, audience and times. Claims: `sub`, `platform_ids` (a list),
 * and `role_type` (ADMINISTRATOR or READ_ONLY) or `permissions` (a list such as `WORKFLOW.VIEW`, `WORKFLOW.*`); `email` counts when
 * `email_verified` is true (OpenID Connect Core §5.1).
 */
export function createTokenReader({ issuer, audience, jwksUrl }: TokenIssuer): ReadToken {
  const keys = createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: JWKS_TIMEOUT_MS });
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ['sub', 'exp'],
      });
      return holderOf(payload);
    } catch (error) {
      if (isTokensFault(error)) return null;
      throw new Unavailable('The issuer of the token does not answer.', { cause: error });
    }
  };
}

/** Three parts, the first of them JSON: an API key has none. */
export function looksLikeToken(text: string): boolean {
  return /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(text);
}

/** A role or permissions, never both: whichever is wider would win in silence. */
function holderOf(payload: JWTPayload): TokenHolder | null {
  const { sub, platform_ids, permissions, role_type } = payload;
  const email = payload.email_verified === true && typeof payload.email === 'string' ? payload.email : null;
  if (typeof sub !== 'string' || !isPlain(sub)) return null;
  if (!isTexts(platform_ids) || !platform_ids.every(isPlain)) return null;
  if (role_type !== undefined && permissions !== undefined) return null;
  const role = ROLES.find((one: Role) => one === role_type);
  if (role !== undefined) return { subject: sub, platformIds: platform_ids, grant: role, email };
  if (role_type !== undefined || !isTexts(permissions ?? [])) return null;
  return { subject: sub, platformIds: platform_ids, grant: (permissions ?? []) as string[], email };
}

/** What can be an id: it is stored, looked up and shown. */
function isPlain(text: string): boolean {
  return /^[\x20-\x7e]{1,255}$/.test(text);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

/** Everything jose finds wrong with a token; what is left is the way to the JWKS. */
function isTokensFault(error: unknown): boolean {
  return error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout) && !isFetchFault(error);
}

/** A JWKS address that answers with an error, or with something else than JSON. */
function isFetchFault(error: errors.JOSEError): boolean {
  return error.code === 'ERR_JOSE_GENERIC' || error.code === 'ERR_JWKS_INVALID';
}
