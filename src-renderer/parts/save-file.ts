const types: Readonly<Record<string, string>> = {
  tsv: 'text/tab-separated-values',
  csv: 'text/csv',
  json: 'application/json',
  pem: 'application/x-pem-file',
  der: 'application/pkix-cert',
};

/** Hands a text, or bytes as base64, to the person as a file; the shell's own save dialog decides where it goes. */
export function saveFile(name: string, content: string, encoding: 'text' | 'base64' = 'text'): void {
  const type = types[name.split('.').at(-1) ?? ''] ?? 'text/plain';
  const blob =
    encoding === 'text'
      ? new Blob([content], { type: `${type};charset=utf-8` })
      : new Blob([Uint8Array.from(atob(content), (character) => character.charCodeAt(0))], { type });
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  // A name within folders would come out with its slashes as underscores.
  link.download = name.split('/').at(-1) ?? name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** True when the text is on the clipboard. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
