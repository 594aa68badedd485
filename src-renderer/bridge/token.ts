/** Where the page keeps the token of the browser shell between reloads; gone with the window. */
const key = 'signet.token';

interface Keeper {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
}

/** What the address says after `#`: `#token=…` from the browser shell, `#problem=…` when the core could not start. */
export function readFragment(hash: string): ReadonlyMap<string, string> {
  return new Map(new URLSearchParams(hash.replace(/^#/, '')));
}

/**
 * The one-time token: taken out of the address (so that it is in no history, screenshot or bookmark) into session storage.
 * `clear` removes the fragment from the address.
 */
export function takeToken(hash: string, keeper: Keeper, clear: () => void): string | undefined {
  const given = readFragment(hash).get('token');
  if (given !== undefined && given !== '') {
    keeper.setItem(key, given);
    clear();
    return given;
  }
  return keeper.getItem(key) ?? undefined;
}

/** Subprotocols of the WebSocket: the one spoken, and the token that opens the door. */
export function subprotocols(token: string): readonly string[] {
  return ['signet', `signet.${token}`];
}
