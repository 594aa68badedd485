/** The Kit Protocol: lines, requests, replies and what they mean. The other side and Microchip's client have modules of their own. */
export * from './dialect.ts';
export * from './discovery.ts';
export * from './hid-reports.ts';
export * from './kit-status.ts';
export * from './line-splitter.ts';
export * from './outcome.ts';
export * from './reply.ts';
export * from './requests.ts';
export * from './usb-identities.ts';
