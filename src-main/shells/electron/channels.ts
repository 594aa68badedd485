/** Names of the three channels between a window and the core. */
export const channels = { call: 'signet:call', cancel: 'signet:cancel', push: 'signet:push' } as const;

/** The page's own scheme: never `file:`. */
export const scheme = 'app';
export const pageHost = 'signet';
export const pageOrigin = `${scheme}://${pageHost}`;
