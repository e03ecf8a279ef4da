/** What pip needs to reach this machine's package index, as shell exports and files to mount while it runs. */
export const packageIndex = (
  env: NodeJS.ProcessEnv,
): { script: string; certificates: readonly string[] } => {
  const names = /^(PIP_.+|(https?|no|all)_proxy|SSL_CERT_FILE|REQUESTS_CA_BUNDLE)$/i;
  const kept = Object.entries(env).filter(
    // A folder of the machine's wheels is not there while the image is built.
    ([name, value]) => names.test(name) && name !== 'PIP_FIND_LINKS' && value !== undefined,
  );
  const script = kept
    .map(([name, value]) => `${name}='${String(value).replaceAll("'", `'\\''`)}'\n`)
    .join('');
  const certificates = kept
    .filter(([name]) => /^(PIP_CERT|SSL_CERT_FILE|REQUESTS_CA_BUNDLE)$/.test(name))
    .map(([, value]) => String(value));
  return { script, certificates: [...new Set(certificates)] };
};
