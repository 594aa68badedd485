/** The chip as values: packets, commands, addresses, times, statuses, digests. The configuration zone's model is in config/. */
export * from './address.ts';
export * from './command.ts';
export * from './commands/index.ts';
export * from './crc.ts';
export * from './host/index.ts';
export * from './library-status.ts';
export * from './lock-crc.ts';
export * from './opcodes.ts';
export * from './packet.ts';
export * from './procedure.ts';
export * from './procedures.ts';
export * from './public-key.ts';
export * from './serial.ts';
export * from './status.ts';
export * from './timing.ts';
