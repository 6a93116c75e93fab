import { amountOf, type Quantity } from '../../../framework/framework.ts';

/** A quantity that asks for something: older operators wrote a zero for one that nobody set. */
export function givenQuantity(quantity: Quantity | undefined): Quantity | undefined {
  return quantity === undefined || amountOf(quantity) === 0 ? undefined : quantity;
}
