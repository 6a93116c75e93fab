import { z } from 'zod';

/** Kubernetes' own notation of amounts; whole numbers may stand without quotes. */
const QUANTITY =
  /^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$/;

/** An amount in Kubernetes' notation, such as `10Gi`, `500m` or `2`; see {@link amountOf} for its value. */
export function quantity() {
  return z.union([z.int(), z.string().regex(QUANTITY)]);
}

/** A quantity as it stands in a manifest. */
export type Quantity = string | number;

const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** The amount that a quantity stands for, as near as a number comes; `undefined` for what is none. */
export function amountOf(amount: Quantity): number | undefined {
  const text = String(amount);
  if (!QUANTITY.test(text)) {
    return undefined;
  }
  const [, number = '', suffix = ''] = text.match(/^([+-]?[0-9.]+(?:[eE][+-]?[0-9.]+)?)(.*)$/) ?? [];
  const factor = FACTORS[suffix];
  return factor === undefined ? undefined : Number(number) * factor;
}
