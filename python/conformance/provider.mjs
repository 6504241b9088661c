// An authorization server: oidc-provider, with a resource whose access tokens are JWTs.
//
//     node provider.mjs http://127.0.0.1:8000/mcp "tools:call profile"
//
// Whoever asks is alice, and agrees to every scope. It says in a line of JSON where it is, and in one
// for each agreement to what; it ends when its standard input does.
//
// The client is registered beforehand. One that registers itself is held to the scopes that it then
// named, which are those of the first challenge: such a client could not ask for more.

import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';

import { Provider, errors } from 'oidc-provider';

const [resource, scope] = process.argv.slice(2);
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

process.stdin.on('end', () => process.exit()).resume();
const server = createServer();
server.listen(0, '127.0.0.1', () => serve(`http://127.0.0.1:${server.address().port}`));

function serve(issuer) {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const provider = new Provider(issuer, {
    jwks: { keys: [{ ...key.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }] },
    clients: [
      {
        client_id: 'step-up',
        application_type: 'native',
        redirect_uris: ['http://127.0.0.1/callback'],
        token_endpoint_auth_method: 'none',
        id_token_signed_response_alg: 'ES256',
      },
    ],
    cookies: { keys: ['nothing is kept'] },
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, asked) => {
          if (asked !== resource) throw new errors.InvalidTarget();
          return { scope, audience: asked, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } };
        },
      },
    },
  });
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url.startsWith('/interaction/')) return answer(request, response);
    return agree(provider, request, response).catch((error) => {
      say({ error: String(error) });
      response.writeHead(500).end();
    });
  });
  say({ issuer });
}

async function agree(provider, request, response) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') {
    return provider.interactionFinished(request, response, { login: { accountId: 'alice' } });
  }
  const grant = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  const missing = Object.entries(prompt.details.missingResourceScopes ?? {});
  for (const [at, scopes] of missing) grant.addResourceScope(at, scopes.join(' '));
  if (prompt.details.missingOIDCScope) grant.addOIDCScope(prompt.details.missingOIDCScope.join(' '));
  say({ agreed: missing.flatMap(([, scopes]) => scopes) });
  const consent = { grantId: await grant.save() };
  return provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
}
