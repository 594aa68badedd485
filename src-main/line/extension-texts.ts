/**
 * What the extensions of a certificate say, by their object identifiers, as far as the X.509 library knows them: extended key
 * usage, alternative names, policies, places of revocation lists and the like, each in one line. Those it does not know are left
 * out, as is everything of a certificate that it cannot read.
 *
 * The library is loaded when it is first needed: it takes a tenth of a second, which no start and no run should wait for.
 */
export async function extensionTexts(der: Uint8Array): Promise<ReadonlyMap<string, string>> {
  await import('reflect-metadata');
  const { Extension, X509Certificate } = await import('@peculiar/x509');
  try {
    const { extensions } = new X509Certificate(Uint8Array.from(der));
    const known = extensions.filter((extension) => extension.constructor !== Extension);
    return new Map(known.map((extension) => [extension.type, oneLine(extension.toString('text'))]));
  } catch {
    // It is stricter than our decoder in places; the reader then sees the bytes.
    return new Map();
  }
}

/** The library's lines without their heading, which the screens have themselves. */
function oneLine(text: string): string {
  const [, ...lines] = text.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .join(', ')
    .replaceAll(':, ', ': ');
}
