// The official TypeScript client calls tools of the server at a URL, one after the other, and obtains
// the tokens for that as its user would in a browser. Says in a line of JSON what happened.
//
//     node step_up.mjs http://127.0.0.1:8000/mcp add whoami

import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';

const [url, ...tools] = process.argv.slice(2);
const CALLBACK = 'http://127.0.0.1:3000/callback';
const ARGUMENTS = { add: { a: 2, b: 3 } };

// What the server answered, and what was asked for at the authorization server.
const answers = [];
const asked = [];

// Keeps what an application would keep.
const kept = {
  redirectUrl: CALLBACK,
  clientMetadata: {
    redirect_uris: [CALLBACK],
    grant_types: ['authorization_code'],
    token_endpoint_auth_method: 'none',
  },
  state: () => 'of one browser alone',
  clientInformation: () => ({ client_id: 'step-up' }),
  discoveryState: () => kept.found,
  saveDiscoveryState: (found) => void (kept.found = found),
  tokens: () => kept.given,
  saveTokens: (given) => void (kept.given = given),
  codeVerifier: () => kept.verifier,
  saveCodeVerifier: (verifier) => void (kept.verifier = verifier),
  redirectToAuthorization: (at) => {
    asked.push(at.searchParams.get('scope'));
    kept.at = at;
  },
};

// The browser's, with which the provider knows the user again.
const cookies = new Map();

let transport;
let client;
await authorized(connect);
const texts = [];
for (const name of tools) {
  const result = await authorized(() => client.callTool({ name, arguments: ARGUMENTS[name] ?? {} }));
  texts.push(result.content[0].text);
}
console.log(JSON.stringify({ texts, asked, answers }));
await client.close();

async function connect() {
  client = new Client({ name: 'step-up', version: '1' });
  transport = new StreamableHTTPClientTransport(new URL(url), { authProvider: kept, fetch: noted });
  await client.connect(transport);
}

// Does it, and once more when the user has agreed.
async function authorized(act) {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    await transport.finishAuth(await browse(kept.at));
    return act();
  }
}

async function noted(to, init) {
  const response = await fetch(to, init);
  if (String(to) === url) {
    answers.push([response.status, response.headers.get('www-authenticate')]);
  }
  return response;
}

// What the browser is led back with.
async function browse(at) {
  for (let to = at; ; ) {
    if (String(to).startsWith(CALLBACK)) return new URL(to).searchParams;
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const response = await fetch(to, { redirect: 'manual', headers: { cookie } });
    for (const set of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(set);
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`${response.status}: ${await response.text()}`);
    to = new URL(location, to);
  }
}
