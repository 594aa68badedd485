const types: Readonly<Record<string, string>> = {
  tsv: 'text/tab-separated-values',
  csv: 'text/csv',
  json: 'application/json',
  pem: 'application/x-pem-file',
};

/** Hands a text to the person as a file; the shell's own save dialog decides where it goes. */
export function saveFile(name: string, content: string): void {
  const type = types[name.split('.').at(-1) ?? ''] ?? 'text/plain';
  const address = URL.createObjectURL(new Blob([content], { type: `${type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
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
