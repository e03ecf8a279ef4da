import { ask, createBrowser } from './browser.ts';
import { PASSWORD, type Person, type Stack } from './stack.ts';

export interface IssuedTokens {
  readonly access_token: string;
  readonly id_token: string;
  readonly refresh_token: string;
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** Tokens as the command line gets them: by the device flow, with the person confirming in a browser. */
export const connectDevice = async (stack: Stack, person: Person): Promise<IssuedTokens> => {
  const { identity } = stack.origins;
  const device = (
    await ask(`${identity}/device/auth`, {
      method: 'POST',
      headers: FORM,
      body: 'client_id=atelier-cli&scope=openid offline_access api',
    })
  ).json<{ device_code: string; verification_uri_complete: string }>();
  const browser = createBrowser();
  let page = await browser.open(device.verification_uri_complete);
  // The code's own form, its confirmation, the sign-in.
  for (let forms = 0; forms < 4 && page.text.includes('<form'); forms += 1) {
    const fields = page.text.includes('name="password"')
      ? { email: person.email, password: PASSWORD }
      : {};
    page = await browser.submit(page, fields);
  }
  if (!page.text.includes('Connected')) throw new Error(`not connected: ${page.text}`);
  const tokens = await ask(`${identity}/token`, {
    method: 'POST',
    headers: FORM,
    body: new URLSearchParams({
      client_id: 'atelier-cli',
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: device.device_code,
    }).toString(),
  });
  if (tokens.status !== 200) throw new Error(tokens.text);
  return tokens.json<IssuedTokens>();
};
