import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Factory, openFactory } from './factory.ts';
import { Product } from './product.ts';

let factory: Factory;
beforeEach(async () => {
  factory = await openFactory();
});
afterEach(() => factory.close());

describe.each(['508A', '608A'] as const)('the client on a product with an ATECC%s', (part) => {
  it('passes all ten stages', async () => {
    const product = new Product({ part });
    const run = await product.run(factory.program, factory.server);
    console.log(run.output);
    expect(run.code).toBe(0);
  });
});
